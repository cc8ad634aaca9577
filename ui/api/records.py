"""What the web API takes and gives, as its description shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rag.types import (
    MOST_CHARACTERS,
    Answer,
    AnswerKind,
    Article,
    Confidence,
    Hit,
    Period,
    ScoreParts,
    Stance,
    Timings,
    Turn,
)

# Most that one request may bring or ask for. An article of 500,000 characters is a book.
MOST_ARTICLES = 100
MOST_LISTED = 1_000
MOST_PASSAGES = 100
_MOST_TEXT = 500_000
_MOST_TURNS = 50

Name = Annotated[str, Field(description="Name of the archive; by default the server's own.")]
_Line = Annotated[str, StringConstraints(max_length=2_000)]
_Text = Annotated[str, StringConstraints(max_length=_MOST_TEXT)]
_Question = Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)]


class Record(BaseModel):
    """A record that is given; its fields are read off one of ours."""

    model_config = ConfigDict(from_attributes=True)


class Wish(BaseModel):
    """A record that is taken; a field that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Narrowing(BaseModel):
    """Which articles a question may use, and how readily it is refused."""

    since: dt.date | None = Field(None, description="Only articles from this day on.")
    until: dt.date | None = Field(None, description="Only articles up to this day.")
    publishers: list[_Line] = Field([], description="Only these publishers.", max_length=100)
    today: dt.date | None = Field(
        None, description='The day from which "last week" is counted; by default today.'
    )


class AskedTurn(Wish):
    """An earlier question of the conversation, and the answer it got."""

    question: _Question
    answer: _Text
    short: _Text = Field("", description="The answer in the fewest words, if it had any.")


class Question(Narrowing, Wish):
    """A question to an archive."""

    question: _Question
    archive: Name | None = None
    history: list[AskedTurn] = Field([], max_length=_MOST_TURNS, description="Oldest first.")
    stance: Stance = "balanced"
    stream: bool = Field(False, description="Answer as server-sent events, sentence by sentence.")

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The history as the pipeline takes it."""
        return tuple(Turn(item.question, item.answer, item.short) for item in self.history)


class Search(Narrowing, Wish):
    """A search for passages."""

    question: _Question
    archive: Name | None = None
    k: int = Field(8, ge=1, le=MOST_PASSAGES, description="How many passages.")


class ArticleFields(Wish):
    """What may be said of an article."""

    title: _Line | None = None
    text: _Text | None = None
    date: dt.date | None = None
    url: _Line | None = None
    publisher: _Line | None = None
    author: _Line | None = None
    language: _Line | None = None

    def changes(self) -> dict[str, Any]:
        """Return the fields that were given; a title and a text cannot be taken away."""
        given = self.model_dump(exclude_unset=True)
        return {
            name: value
            for name, value in given.items()
            if value is not None or name not in ("title", "text")
        }


class NewArticle(ArticleFields):
    """An article to add; without an `id` the archive derives one."""

    title: _Line
    text: _Text
    id: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None

    def article(self) -> Article:
        """Return it as the archive takes it."""
        return Article(**self.model_dump())


class NewArticles(Wish):
    """Articles to add to an archive."""

    archive: Name | None = None
    articles: list[NewArticle] = Field(min_length=1, max_length=MOST_ARTICLES)


class NewArchive(Wish):
    """An archive to make."""

    name: str = Field(min_length=1, max_length=63)


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
