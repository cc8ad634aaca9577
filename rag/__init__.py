"""Dateline: ask a news archive, get answers you can check.

    import rag

    archive = rag.Archive.open("indexes/city")
    archive.ingest("articles/")
    answer = rag.answer("Who won the election?", archive=archive)
"""

from rag.answering import answer, stream
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, GenerationError, ModelError, RagError, SourceError
from rag.types import (
    Answer,
    Article,
    Citation,
    Hit,
    IngestReport,
    Progress,
    ScoreParts,
    Skipped,
    Timings,
    Turn,
)

__all__ = [
    "Answer",
    "Archive",
    "ArchiveError",
    "Article",
    "Citation",
    "GenerationError",
    "Hit",
    "IngestReport",
    "ModelError",
    "Progress",
    "RagError",
    "ScoreParts",
    "Settings",
    "Skipped",
    "SourceError",
    "Timings",
    "Turn",
    "answer",
    "stream",
]
