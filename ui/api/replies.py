"""What the web API replies, as its description shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from rag.types import (
    Answer,
    AnswerKind,
    Confidence,
    Hit,
    Period,
    ScoreParts,
    Timings,
)


class Record(BaseModel):
    """A reply; its fields are read from a record of `rag.types`."""

    model_config = ConfigDict(from_attributes=True)


class ArticleHead(Record):
    """An article without its text."""

    id: str
    title: str
    date: str | None
    url: str | None
    publisher: str | None
    author: str | None
    language: str | None
    source: str | None


class WholeArticle(ArticleHead):
    """An article; the offsets of citations count the characters of its `text`."""

    text: str


class CitationRecord(Record):
    """The sentence that a mark points to: characters `start` to `end` of its article."""

    number: int
    article: ArticleHead
    quote: str
    start: int
    end: int


class HitRecord(Record):
    """A passage that was found; a higher `score` fits better."""

    article: ArticleHead
    text: str
    start: int
    end: int
    score: float
    parts: ScoreParts


class AnswerRecord(Record):
    """An answer: every sentence of `text` carries the marks of its citations.

    With `abstained` the articles do not answer, and there are no citations. `disagreement` are
    the numbers of those citations that contradict each other, the newest first.
    """

    question: str
    asked: str
    kind: AnswerKind
    short: str
    text: str
    abstained: bool
    period: Period | None
    confidence: Confidence | None
    disagreement: list[int]
    citations: list[CitationRecord]
    hits: list[HitRecord]
    timings: Timings

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Return the record of an answer."""
        own = {name: getattr(answer, name) for name in cls.model_fields if name != "disagreement"}
        return cls(**_plain(own), disagreement=[item.number for item in answer.disagreement])


class HitList(BaseModel):
    """The passages that fit best, best first."""

    hits: list[HitRecord]

    @classmethod
    def of(cls, hits: Iterable[Hit]) -> Self:
        """Return the record of what was found."""
        return cls(hits=[HitRecord.model_validate(hit) for hit in hits])


class ArticleList(BaseModel):
    """Articles, newest first; `total` counts all that fit, None in a search by words."""

    total: int | None
    articles: list[ArticleHead]


class SkippedRecord(Record):
    """What could not be taken, and why."""

    source: str
    reason: str
    count: int


class Report(Record):
    """What became of the articles that were sent."""

    read: int
    added: int
    updated: int
    unchanged: int
    linked: int
    chunks: int
    skipped: list[SkippedRecord]


class ArchiveRecord(Record):
    """An archive in numbers; `first` and `last` are publication dates."""

    name: str
    articles: int
    chunks: int
    publishers: int
    first: str | None
    last: str | None
    embedder: str


class ArchiveList(BaseModel):
    """All archives of the server, in order of their names."""

    archives: list[ArchiveRecord]


class Fault(BaseModel):
    """Why a request failed; of the shape that clients of OpenAI's API understand."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class FaultReply(BaseModel):
    """The body of every reply that is not a success."""

    error: Fault


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with our records in tuples turned into lists of API records."""
    citations = [CitationRecord.model_validate(item) for item in values["citations"]]
    hits = [HitRecord.model_validate(item) for item in values["hits"]]
    return values | {"citations": citations, "hits": hits}
