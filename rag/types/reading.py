"""What is read into an archive: limits, progress and a report that adds up."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

# Where an ingest does its work: in this process, or on a cluster.
Engine = Literal["local", "ray"]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that could not be read, and why, in words for the user.

    `count` is how many rows, files or articles it stands for.
    """

    source: str
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Note:
    """What should be known about a source, although it was read."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What reading one file may cost before it is skipped.

    `seconds` are processor time for each of its articles. `waiting` is the time that passes in all,
    for example on a slow disk or server. `memory` is in bytes. `document_mb` is the size of a
    document that must be held in memory, `unpacked_mb` that of all that one file unpacks to,
    archives inside it included, and `address_mb` that of the reply from one address.

    Raises `ValueError` for a limit with which nothing could be read.
    """

    seconds: float = 60.0
    waiting: float = 300.0
    # A gigabyte would do for a PDF of 64 MB, the largest that is read; two leave room to
    # spare, and a machine of 4 GB usable.
    memory: int = 2 << 30
    document_mb: int = 64
    unpacked_mb: int = 8_192
    address_mb: int = 20

    def __post_init__(self) -> None:
        """Check that each leaves something to be read."""
        for each in fields(self):
            if not getattr(self, each.name):
                raise ValueError(f"{each.name} must be more than 0")


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, in numbers of articles; `chunks` were newly embedded.

    `read` counts everything that was met: articles that were added, updated, unchanged or left out,
    the last according to the counts in `skipped`. `linked` counts added or updated articles that
    are near-duplicates of others, `undated` those read without a date.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0
    linked: int = 0
    undated: int = 0
    chunks: int = 0
    seconds: float = 0.0
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy did, in numbers of articles; `chunks` are those of the copied articles.

    `unchanged` articles were already there, for example from an earlier copy that was interrupted.
    """

    read: int = 0
    copied: int = 0
    unchanged: int = 0
    chunks: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest has come.

    `done` articles of `total` are stored; `total` is None for files and addresses,
    whose articles are counted only as they are read. `note` says what was stored last.
    """

    done: int
    total: int | None
    chunks: int
    note: str
