"""Errors whose message is meant for the person at the keyboard.

The command line and the chat page show `str(error)` as it is, so each message
says what happened, with which value, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class RagError(Exception):
    """Base of the errors shown to the user."""


class SourceError(RagError):
    """A file, folder or address could not be read as articles."""


class ModelError(RagError):
    """A model could not be found, fetched, verified or loaded."""


class ArchiveError(RagError):
    """An archive is missing, damaged, or does not fit the settings."""


class MissingError(ArchiveError):
    """There is no archive or article of that name."""


class AmbiguousError(ArchiveError):
    """Several articles have an id that begins as was given."""


class LockedError(ArchiveError):
    """Another process is writing to an archive."""


class SettingsError(RagError):
    """A settings file cannot be read, or has unknown keys or values."""


class SharedError(RagError):
    """What servers share, such as their users, cannot be read or written."""


class ClusterError(RagError):
    """A cluster cannot be joined, or its work failed."""


class GenerationError(RagError):
    """The generator failed or could not be reached."""


class TrainingError(RagError):
    """Training data, a checkpoint or an adapter cannot be used."""


class BenchError(RagError):
    """A benchmark cannot be set up, or a system under measurement failed."""


@contextmanager
def extra(name: str, *, error: type[RagError] = RagError) -> Iterator[None]:
    """Raise `error`, which names the extra to install, if a library imported inside is missing."""
    try:
        yield
    except ModuleNotFoundError as lack:
        raise error(
            f"{lack.name} is not installed; it comes with an extra: "
            f"pip install 'dateline-rag[{name}]'"
        ) from lack
