"""How far a long work has come: a moving bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ui.cli.console import notes

# Seconds between the lines: a log of a day's work stays readable.
_BETWEEN_LINES = 30.0
# Seconds before the first one, which a short work does not need.
_FIRST_LINE = 10.0


class Bar(Progress):
    """A progress bar that writes lines where it cannot move."""

    def __init__(self, *columns: Any) -> None:
        still = not notes.is_terminal
        super().__init__(*columns, console=notes, transient=True, disable=still)
        self._next_line = time.monotonic() + _FIRST_LINE

    def update(self, task_id: TaskID, *args: Any, **options: Any) -> None:
        """Move the bar; elsewhere print a line if the last one was a while ago."""
        super().update(task_id, *args, **options)
        if not self.console.is_terminal and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _BETWEEN_LINES
            self.console.print(self._line(task_id), markup=False, highlight=False)

    def _line(self, task_id: TaskID) -> str:
        task = self._tasks[task_id]
        total = f" of {task.total:.0f}" if task.total else ""
        said = (task.fields.get("note"), task.fields.get("rate"))
        return ", ".join([f"{task.description} {task.completed:.0f}{total}", *filter(None, said)])


def work_bar() -> Bar:
    """Return a bar with a `note` beside it."""
    return Bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )


def ingest_bar() -> Bar:
    """Return a bar with a `rate` and the time."""
    return Bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
