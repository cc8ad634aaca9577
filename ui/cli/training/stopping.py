"""What a run of training needs before it starts, and how it is stopped."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from rag.errors import TrainingError
from ui.cli.console import note

if TYPE_CHECKING:
    from types import FrameType


def need_peft() -> None:
    """Raise `TrainingError` where peft is not installed."""
    if find_spec("peft") is None:
        raise TrainingError("training needs peft; pip install 'dateline-rag[train]'")


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Provide a function that tells whether Ctrl-C was pressed; a second press ends at once.

    A step that is cut off may leave half of the weights changed, so the step is finished.
    """
    pressed = False

    def press(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True
        note("Stopping after this step.")

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
