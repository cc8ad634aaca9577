"""Feed the readers with bytes that a fuzzer makes, and keep those that they do not bear.

    python -m tests.fuzz.readers html pdf --seconds 600 --keep found

The fuzzer (atheris) sees which branches of the readers an input reaches, and goes on from those
that reach new ones. What a reader must do with any bytes: yield articles that can be stored, or
raise what `rag.sources` tells the user, within some seconds. An input that makes it do something
else is kept once per place in the code, with the traceback, and the fuzzer goes on; `inputs.json`
counts the inputs of each kind. It is no part of the tests: what it has found stands in
``tests/sources``. `pip install atheris` first.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import io
import json
import logging
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import atheris

with atheris.instrument_imports(include=["rag.sources", "striprtf"]):
    from rag.sources import kinds
    from rag.sources.documents import pdf, word  # noqa: F401 - else imported too late to be seen
    from rag.sources.files.handle import File

from rag.errors import SourceError
from rag.types import Article
from tests.fuzz import seeds

# Seconds of a processor for one input: what takes longer on a few kilobytes grows too fast.
SLOW = 10
# Inputs after which the counts are written again.
_OFTEN = 500


class SlowError(BaseException):
    """A reader took too long; no reader catches it."""


class UnfitError(BaseException):
    """A reader made an article that nothing can be done with."""


class Fuzz:
    """The readers under fuzz: the first byte of an input says of which kind it is."""

    def __init__(self, names: Sequence[str], keep: Path) -> None:
        self._names = names
        self._keep = keep
        self._inputs: Counter[str] = Counter()
        self._found: set[str] = set()

    def __call__(self, data: bytes) -> None:
        """Read an input."""
        if not data:
            return
        name = self._names[data[0] % len(self._names)]
        self._count(name)
        signal.setitimer(signal.ITIMER_VIRTUAL, SLOW)
        try:
            _read(data[1:], "text" if name == "export" else name)
        except (SourceError, *kinds.DAMAGE):
            pass
        # Whatever else there is to raise is what is looked for.
        except BaseException as error:  # noqa: BLE001
            self._note(error, data[1:], name)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _count(self, name: str) -> None:
        self._inputs[name] += 1
        if self._inputs.total() % _OFTEN == 0:
            (self._keep / "inputs.json").write_text(json.dumps(self._inputs, indent=1))

    def _note(self, error: BaseException, data: bytes, name: str) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "rag/sources" in frame.filename][-1:]
        place = "; ".join(f"{Path(frame.filename).name}:{frame.name}" for frame in own)
        key = f"{name}: {type(error).__name__} in {place}"
        if key in self._found:
            return
        self._found.add(key)
        print(key, flush=True)  # noqa: T201
        file = f"{name.replace(' ', '-')}-{hashlib.sha256(data).hexdigest()[:10]}"
        (self._keep / file).write_bytes(data)
        told = "".join(traceback.format_exception(error))
        (self._keep / f"{file}.traceback").write_text(told, encoding="utf-8", errors="replace")


def _read(data: bytes, kind: str) -> None:
    file = File("file", lambda: io.BytesIO(data))
    for found in kinds.read_kind(file, kind, columns={}):
        if isinstance(found, Article):
            _check(found)


def _check(article: Article) -> None:
    """Raise `UnfitError` for an article that cannot be stored or shown."""
    for value in (article.title, article.text, article.publisher, article.author, article.url):
        if value and any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in value):
            raise UnfitError(f"half a character or a zero in {value!r}")
    if article.date:
        dt.date.fromisoformat(article.date)
    if not article.text.strip():
        raise UnfitError("an article without a text")


def _slow(_signal: int, _frame: FrameType | None) -> None:
    raise SlowError


def main() -> None:
    """Fuzz the readers of some kinds, by default of all, for some seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help=", ".join(seeds.KINDS))
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--keep", type=Path, default=Path("found"))
    parser.add_argument("--largest", type=int, default=20_000, help="bytes of an input")
    chosen = parser.parse_args()
    names = chosen.kinds or seeds.KINDS
    chosen.keep.mkdir(parents=True, exist_ok=True)
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGVTALRM, _slow)
    with tempfile.TemporaryDirectory() as folder:
        for at, name in enumerate(names):
            for number, seed in enumerate(seeds.seeds(name)):
                (Path(folder) / f"{at}-{number}").write_bytes(bytes([at]) + seed)
        options = [f"-max_total_time={chosen.seconds}", f"-max_len={chosen.largest}",
                   "-rss_limit_mb=4000", "-close_fd_mask=2"]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, folder], Fuzz(names, chosen.keep))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
