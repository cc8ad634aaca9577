"""Records passed between the stages of the pipeline.

Everything here is immutable and imports nothing from the project, so that any
stage, test or user interface can depend on it.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# How readily a doubtful question is refused.
Stance = Literal["strict", "balanced", "lenient"]
# How a list of articles is sorted; undated ones come last by date.
Order = Literal["newest", "oldest", "title", "publisher"]


# Of a question. The longest of the question sets has 124; a reader of 512 tokens has no use
# for more, and each further one costs time.
MOST_CHARACTERS = 2_000


def iso_date(value: str | dt.date | None) -> str | None:
    """Return `value` as an ISO 8601 calendar date, ``YYYY-MM-DD``.

    Takes a `date`, a `datetime` or an ISO string, whose time of day is dropped.
    Raises `ValueError` for anything else, naming the value.
    """
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        return dt.datetime.fromisoformat(value.strip()).date().isoformat()
    except (ValueError, AttributeError):
        raise ValueError(f"not a date: {value!r}; write it as YYYY-MM-DD") from None


def calendar_date(value: str | dt.date | None) -> dt.date | None:
    """Return `value` as a date; as `iso_date`."""
    written = iso_date(value)
    return dt.date.fromisoformat(written) if written else None


@dataclass(frozen=True, slots=True)
class Article:
    """One news article.

    `text` is the clean body that citations point into, without the title.
    `date` is the publication date, ``YYYY-MM-DD``; a `datetime.date` is accepted.
    `id` is kept when given; otherwise the archive derives a stable one.
    `source` is the file or address it was read from.
    """

    title: str
    text: str
    id: str | None = None
    date: str | None = None
    url: str | None = None
    publisher: str | None = None
    author: str | None = None
    language: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "date", iso_date(self.date))

    def heading_as_markdown(self) -> str:
        """Return title, which links to the address, publisher and date as a line of Markdown."""
        title = f"**{_markdown(self.title)}**"
        if _is_link(self.url):
            title = f"[{title}](<{_NO_ADDRESS.sub('', self.url or '')}>)"
        facts = (_markdown(fact) for fact in (self.publisher, self.date) if fact)
        return " · ".join([title, *facts])

    def to_markdown(self) -> str:
        """Return the article as Markdown: its heading, then its paragraphs."""
        paragraphs = [_markdown(line) for line in self.text.splitlines() if line.strip()]
        return "\n\n".join([self.heading_as_markdown(), *paragraphs])


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, from character `start` up to but not including `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one article: `article.text[start:end]`.

    It is identified by article and position, never by its text, because
    syndicated news repeats.
    """

    article_id: str
    position: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """What a hit's score is made of; each part is higher for a better match.

    `dense` is the cosine of question and passage, in [-1, 1]. `lexical` is the BM25
    score of the passage and `headline` that of its whole article with the title,
    both unbounded. A part is None when its index did not return the passage. `fused` is the
    sum of all before the time that the question names counts, in [0, 1]; None where nothing
    was fused.
    """

    dense: float | None = None
    lexical: float | None = None
    headline: float | None = None
    fused: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question: `article.text[start:end] == text`."""

    article: Article
    text: str
    start: int
    end: int
    score: float
    parts: ScoreParts


@dataclass(frozen=True, slots=True)
class Passage:
    """What a model reads of an article: a heading that places it, and a stretch of its text."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The sentence an answer's mark ``[number]`` points to.

    `article.text[start:end] == quote`, in characters of the stored article.
    """

    number: int
    article: Article
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time that a question names, in inclusive ISO dates, None when open.

    `phrase` is the question's own words. With `exact` they speak of now ("last week"):
    articles published at another time should be left out. Otherwise they date an event
    ("in October 2021"): articles of then or soon after should only be preferred.
    """

    since: str | None
    until: str | None
    phrase: str
    exact: bool


class Turn(NamedTuple):
    """One earlier question of a conversation and the answer it got."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles a search may use; dates are inclusive, ``YYYY-MM-DD``.

    Publishers are compared without regard to case. An article without a date is
    left out as soon as a date is asked for.
    """

    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.publishers)

    @classmethod
    def read(
        cls,
        *,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        publishers: str | Iterable[str] | None = None,
    ) -> Filter:
        """Return the filter that a caller asks for.

        Raises `ValueError` for what is not a date, and for an empty range.
        """
        given = (publishers,) if isinstance(publishers, str) else tuple(publishers or ())
        names = tuple(map(whole_characters, given))
        where = cls(iso_date(since), iso_date(until), names)
        if where.since and where.until and where.since > where.until:
            raise ValueError(f"since {where.since} is after until {where.until}; swap them")
        return where


def readable_question(text: str) -> str:
    """Return a question without halves of characters, which no text has.

    Raises `ValueError` when it is too long, before anything is done with it.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            f"the question has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are "
            "read; ask it in fewer words"
        )
    return whole_characters(text)


def whole_characters(text: str) -> str:
    """Return `text` with every lone surrogate as a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it travels through the stages, with all that narrows its answer.

    `where` are the articles it may use, and `k` the passages wanted. `today` is the day
    from which "last week" is seen; without it the time that the question names is not
    heeded. `history` are the earlier turns of the conversation, oldest first.
    """

    question: str
    where: Filter = field(default_factory=Filter)
    k: int = 8
    today: dt.date | None = None
    stance: Stance = "balanced"
    history: tuple[Turn, ...] = ()

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"k is {self.k}; ask for at least one passage")
        object.__setattr__(self, "question", readable_question(self.question))
        turns = (Turn(*map(whole_characters, turn)) for turn in self.history)
        object.__setattr__(self, "history", tuple(turns))


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one answer went, in seconds.

    `first_text` runs from the question to the first checked text; None when the
    answer is a refusal.
    """

    search: float = 0.0
    first_text: float | None = None
    generate: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Confidence:
    """How likely the passages answer a question, and what that was worked out from.

    `probability` is in [0, 1]. `odds` are the reader's log-odds, in nats, of the span that was
    chosen, None for an overview, which has none. `score` is the search's for its passage, in
    [0, 1].
    """

    probability: float
    odds: float | None
    score: float


class AnswerKind(StrEnum):
    """What a reply is: a fact, sentences of several articles, a word about itself, a refusal."""

    ANSWER = "answer"
    OVERVIEW = "overview"
    TALK = "talk"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in which every sentence carries marks such as ``[1]``.

    `question` is the question as it was searched: the one that was `asked`, made to stand
    alone when it refers back to the conversation. `citations` are in order of their
    numbers; `hits` are the passages found. With `abstained` the text begins with the refusal
    phrase and there are no citations. `disagreement` are those of the citations that contradict
    each other, the newest first; mostly there are none. `period` is the time that the
    question names. `confidence` decides about refusing; None when no passage was read.
    `short` is the answer in the fewest words, empty where it has none. Talk has neither
    citations nor hits, since nothing was searched for it. `suggestions` are questions to go on
    with, empty until `rag.answering.suggest` has looked for them.
    """

    question: str
    text: str
    abstained: bool
    citations: tuple[Citation, ...] = ()
    disagreement: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    timings: Timings = field(default_factory=Timings)
    asked: str = ""
    period: Period | None = None
    confidence: Confidence | None = None
    short: str = ""
    kind: AnswerKind = AnswerKind.ANSWER
    suggestions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON has it; articles come without their texts.

        `disagreement` has the numbers of the citations.
        """
        record = asdict(self)
        for item in (*record["citations"], *record["hits"]):
            del item["article"]["text"]
        return {**record, "disagreement": [citation.number for citation in self.disagreement]}

    def to_markdown(self) -> str:
        """Return the text and its sources with their quotations as Markdown."""
        sources = [
            f"{citation.number}. {citation.article.heading_as_markdown()}\n"
            f"   > {_markdown(citation.quote)}"
            for citation in self.citations
        ]
        # Every line of an overview is a paragraph.
        paragraphs = [_markdown(line) for line in self.text.splitlines() if line.strip()]
        return "\n\n".join([*paragraphs, *filter(None, ["\n".join(sources)])]) + "\n"

    def _repr_html_(self) -> str:
        """Return the answer for a notebook, its quotations marked where they stand."""
        sources = "".join(
            f'<li value="{citation.number}">{_html_heading(citation.article)}'
            f"<blockquote>{_html_quotation(citation)}</blockquote></li>"
            for citation in self.citations
        )
        lines = "<br>".join(map(html.escape, self.text.splitlines()))
        return f"<p>{lines}</p>{f'<ol>{sources}</ol>' if sources else ''}"


# Characters of an article that stand around a quotation in a notebook.
_AROUND = 160
_MARKDOWN = re.compile(r"([\\`*_{}<>!|~$#]|\[(?!\d+\])|^[-+=](?=\s|$))")

# What would end the address of a link in Markdown.
_NO_ADDRESS = re.compile(r"[<>\s]")


def _markdown(text: str) -> str:
    """Return `text` as one line of Markdown that shows it as it is; marks stay marks."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _html_heading(article: Article) -> str:
    title = f"<b>{html.escape(article.title)}</b>"
    if _is_link(article.url):
        title = f'<a href="{html.escape(article.url or "")}" rel="noreferrer">{title}</a>'
    facts = (html.escape(fact) for fact in (article.publisher, article.date) if fact)
    return " · ".join([title, *facts])


def _html_quotation(citation: Citation) -> str:
    text, start, end = citation.article.text, citation.start, citation.end
    before, after = text[max(start - _AROUND, 0) : start], text[end : end + _AROUND]
    # Whole words only, where the text goes on beyond what is shown.
    if start > _AROUND:
        before = f"… {before.partition(' ')[2]}"
    if end + _AROUND < len(text):
        after = f"{after.rpartition(' ')[0]} …"
    parts = map(html.escape, (before, text[start:end], after))
    return "{}<mark>{}</mark>{}".format(*parts)


def _is_link(url: str | None) -> bool:
    """Tell whether an address may be followed; others, as of scripts, are not."""
    return (url or "").startswith(("http://", "https://"))


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
    """What the reader of a source should know of it, though it was read."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What reading one file may cost before it is given up.

    `seconds` are of a processor's time for each article of it, `waiting` those that pass
    altogether, as for a slow disk or server; `memory` is in bytes.
    """

    seconds: float = 60.0
    waiting: float = 300.0
    # A gigabyte would do for a PDF of 64 MB, the largest that is read; two leave room to
    # spare, and a machine of 4 GB usable.
    memory: int = 2 << 30


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, in numbers of articles; `chunks` were newly embedded.

    `read` is everything that was met: what was added, updated, found unchanged or left
    out, the last by the counts in `skipped`. `linked` counts added or updated articles
    that are near-duplicates of another, `undated` those read without a date.
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
class Progress:
    """How far an ingest has come.

    `done` articles of `total` are stored; `total` is None for files and addresses,
    whose articles are counted only as they are read. `note` says what was stored last.
    """

    done: int
    total: int | None
    chunks: int
    note: str


@dataclass(frozen=True, slots=True)
class ArchiveStats:
    """Counts of an archive; `first` and `last` are publication dates."""

    articles: int
    chunks: int
    linked: int
    publishers: int
    first: str | None
    last: str | None
    generation: int
    embedder: str
