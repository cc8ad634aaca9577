"""Dateline: ask a news archive, get answers you can check.

The names below are the whole Python interface: open an `Archive`, `ingest` articles
into it, `search` it, and put questions to it with `answer`, `stream`, `answer_many` or, in
programs with an event loop, `aanswer`.

The rooms stand in the order in which data flows, and each imports only from those above it:

    types, errors        the records that travel, and what can go wrong
    text                 what a text says, read without a model
    sources, models      articles, model files and servers of models, from wherever they are
    settings             every default, with its reason
    embedding            text to vectors
    index                vectors and words, searched
    store                what an archive keeps, and what its users said
    ingest, retrieval    articles in, passages out
    archive              the class that people open
    reading, generation  the words that answer, found or written
    answering            a question to an answer with its sources
    training, frameworks  models trained, archives for other programs

Beside it stand `eval`, which measures, and `ui`, the pages, the commands and the watch over
folders and feeds.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.answering.many import aanswer, answer_many
    from rag.answering.pipeline import answer, stream
    from rag.archive import Archive, restore
    from rag.errors import (
        ArchiveError,
        GenerationError,
        ModelError,
        RagError,
        SettingsError,
        SourceError,
    )
    from rag.settings import Settings
    from rag.types import (
        Answer,
        AnswerKind,
        Article,
        Citation,
        Confidence,
        Hit,
        IngestReport,
        Note,
        Progress,
        ScoreParts,
        Skipped,
        Timings,
        Turn,
    )

__all__ = [
    "Answer",
    "AnswerKind",
    "Archive",
    "ArchiveError",
    "Article",
    "Citation",
    "Confidence",
    "GenerationError",
    "Hit",
    "IngestReport",
    "ModelError",
    "Note",
    "Progress",
    "RagError",
    "ScoreParts",
    "Settings",
    "SettingsError",
    "Skipped",
    "SourceError",
    "Timings",
    "Turn",
    "aanswer",
    "answer",
    "answer_many",
    "restore",
    "stream",
]

# Where the names are, except the records of `rag.types`. They are imported at their first
# use (PEP 562): the readers and indexes take a second, which `rag --help` need not pay.
_HOMES = {
    "aanswer": "rag.answering.many",
    "answer": "rag.answering.pipeline",
    "answer_many": "rag.answering.many",
    "stream": "rag.answering.pipeline",
    "Archive": "rag.archive",
    "restore": "rag.archive",
    "Settings": "rag.settings",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    home = "rag.errors" if name.endswith("Error") else _HOMES.get(name, "rag.types")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
