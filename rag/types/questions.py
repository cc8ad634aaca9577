"""Questions, and what narrows their answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from rag.types.dates import iso_date

if TYPE_CHECKING:
    from collections.abc import Iterable

# How readily a doubtful question is refused.
Stance = Literal["strict", "balanced", "lenient"]

# Of a question. The longest of the question sets has 124; a reader of 512 tokens has no use
# for more, and each further one costs time.
MOST_CHARACTERS = 2_000


class Turn(NamedTuple):
    """One earlier question of a conversation and the answer it got.

    `short` is the answer in the fewest words, if it had any.
    """

    question: str
    answer: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles a search may use; dates are inclusive, ``YYYY-MM-DD``.

    Publishers are compared regardless of case. With a date, articles without a date are left out.
    With `names`, so are those that do not mention all of them; they are compared as full-text
    search compares words, regardless of case and of an ending such as the "s" of "Bidens".
    """

    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.publishers or self.names)

    @classmethod
    def read(
        cls,
        *,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        publishers: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
    ) -> Filter:
        """Return the filter that a caller asks for.

        Raises `ValueError` for what is not a date or a name, and for an empty range.
        """
        named = tuple(_name(name) for name in _texts(names))
        where = cls(iso_date(since), iso_date(until), _texts(publishers), named)
        if where.since and where.until and where.since > where.until:
            raise ValueError(f"since {where.since} is after until {where.until}; swap them")
        return where


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time that a question names, in inclusive ISO dates; None where it is open.

    `phrase` has the question's own words. If `exact`, they refer to the present ("last week"), and
    articles published at other times should be left out. Otherwise they date an event ("in October
    2021"), and articles of that time or soon after should only be preferred.
    """

    since: str | None
    until: str | None
    phrase: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it travels through the stages, with all that narrows its answer.

    `where` are the articles it may use, and `k` the passages wanted. `today` is the day
    from which "last week" is seen; without it the time that the question names is not
    heeded. `history` are the earlier turns of the conversation, oldest first. Of a follow-up
    `about` is the identifier of the article that it goes on with, `read_as` what the reader is
    asked, with less of the conversation than `question`, and `beside` another form of it that is
    searched for as well; all three are empty for any other question.
    """

    question: str
    where: Filter = field(default_factory=Filter)
    k: int = 8
    today: dt.date | None = None
    stance: Stance = "balanced"
    history: tuple[Turn, ...] = ()
    about: str = ""
    read_as: str = ""
    beside: str = ""

    @property
    def read(self) -> str:
        """What the reader is asked."""
        return self.read_as or self.question

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"k is {self.k}; ask for at least one passage")
        object.__setattr__(self, "question", readable_question(self.question))
        turns = (Turn(*map(whole_characters, turn)) for turn in self.history)
        object.__setattr__(self, "history", tuple(turns))


def readable_question(text: str) -> str:
    """Return a question without halves of characters, which cannot be encoded.

    Raises `ValueError` if it is too long, before any work is done.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            f"the question has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are "
            "read; ask it in fewer words"
        )
    return whole_characters(text)


def _texts(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return one text or several as some."""
    texts = (given,) if isinstance(given, str) else tuple(given or ())
    return tuple(map(whole_characters, texts))


def _name(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise ValueError(f"{text!r} is not a name; write one with letters, such as Joe Biden")
    return " ".join(text.split())


def whole_characters(text: str) -> str:
    """Return `text` with every lone surrogate as a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
