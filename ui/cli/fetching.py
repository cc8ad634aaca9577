"""How far the fetching of a model has come: a line that moves, and lines where none can."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.markup import escape

from ui.cli.console import note, notes
from ui.fetching import Fetched, Fetching

# Seconds between two looks, and between the lines where no person watches.
_LOOK_EVERY = 0.5
_BETWEEN_LINES = 30.0


@contextmanager
def fetching(name: str) -> Iterator[Callable[[str], None]]:
    """Provide the function that reports each long step of loading model `name`.

    MB of MB and the time left are shown meanwhile.
    """
    state = Fetching(name)

    def say(line: str) -> None:
        state.say(line)
        if not notes.is_terminal:
            note(line)

    with watched(lambda: state.now):
        yield say


@contextmanager
def watched(look: Callable[[], Fetched | None]) -> Iterator[None]:
    """Show what `look` says of a model that is fetched, as long as the block goes on."""
    ended = threading.Event()
    thread = threading.Thread(target=_tell, args=(look, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def follow(look: Callable[[], Fetched | None], *, loading: threading.Thread) -> None:
    """Show what `look` says, while the command goes on, until thread `loading` ends."""

    def show() -> None:
        with watched(look):
            loading.join()

    threading.Thread(target=show, daemon=True).start()


def _tell(look: Callable[[], Fetched | None], ended: threading.Event) -> None:
    next_line = time.monotonic() + _BETWEEN_LINES
    with ExitStack() as shown:
        status = None
        while not ended.wait(_LOOK_EVERY):
            now = look()
            if now is None:
                continue
            if notes.is_terminal:
                status = status or shown.enter_context(notes.status(""))
                status.update(escape(now.words()))
            elif time.monotonic() >= next_line:
                next_line = time.monotonic() + _BETWEEN_LINES
                note(now.words())
