"""Records passed between the stages of the pipeline.

Everything here is immutable and imports nothing from the other rooms, so that any
stage, test or user interface can depend on it.
"""

from rag.types.answers import Answer, AnswerKind, Confidence, Timings
from rag.types.articles import ArchiveStats, Article, Chunk, Order, Span
from rag.types.dates import calendar_date, iso_date
from rag.types.found import Citation, Hit, Passage, ScoreParts
from rag.types.questions import (
    MOST_CHARACTERS,
    Filter,
    Period,
    Query,
    Stance,
    Turn,
    readable_question,
    whole_characters,
)
from rag.types.reading import CopyReport, Engine, IngestReport, Note, Progress, ReadLimits, Skipped

__all__ = [
    "MOST_CHARACTERS",
    "Answer",
    "AnswerKind",
    "ArchiveStats",
    "Article",
    "Chunk",
    "Citation",
    "Confidence",
    "CopyReport",
    "Engine",
    "Filter",
    "Hit",
    "IngestReport",
    "Note",
    "Order",
    "Passage",
    "Period",
    "Progress",
    "Query",
    "ReadLimits",
    "ScoreParts",
    "Skipped",
    "Span",
    "Stance",
    "Timings",
    "Turn",
    "calendar_date",
    "iso_date",
    "readable_question",
    "whole_characters",
]
