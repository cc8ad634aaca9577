"""Dateline: ask a news archive, get answers you can check.

The names below are the whole Python interface: open an `Archive`, `ingest` articles
into it, `search` it, and put questions to it with `answer` or `stream`.
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
