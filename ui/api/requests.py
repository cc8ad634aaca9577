"""What the web API is sent, as its description shows it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from rag.types import MOST_CHARACTERS, Article, Stance, Turn
from rag.types.questions import whole_characters

# Most that one request may bring or ask for. An article of 500,000 characters is a book.
MOST_ARTICLES = 100
MOST_LISTED = 1_000
MOST_PASSAGES = 100
_MOST_TEXT = 500_000
_MOST_TURNS = 50
_MOST_NAMES = 20


def _whole(given: object) -> object:
    return whole_characters(given) if isinstance(given, str) else given


# Half an emoji, as programs cut one in two, is no reason to refuse a question.
Whole = BeforeValidator(_whole)
Name = Annotated[str, Field(description="Name of the archive; by default the server's own.")]
_Line = Annotated[str, StringConstraints(max_length=2_000), Whole]
_Text = Annotated[str, StringConstraints(max_length=_MOST_TEXT), Whole]
_Question = Annotated[str, StringConstraints(max_length=MOST_CHARACTERS), Whole]


class Body(BaseModel):
    """The body of a request; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


class Narrowing(BaseModel):
    """Which articles a question may use, and how readily it is refused."""

    since: dt.date | None = Field(None, description="Only articles from this day on.")
    until: dt.date | None = Field(None, description="Only articles up to this day.")
    publishers: list[_Line] = Field([], description="Only these publishers.", max_length=100)
    names: list[_Line] = Field(
        [], description="Only articles that mention all of these names.", max_length=_MOST_NAMES
    )
    today: dt.date | None = Field(
        None, description='The day from which "last week" is counted; by default today.'
    )


class AskedTurn(Body):
    """An earlier question of the conversation, and the answer it got."""

    question: _Question
    answer: _Text
    short: _Text = Field("", description="The answer in the fewest words, if it had any.")


class Question(Narrowing, Body):
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


class Search(Narrowing, Body):
    """A search for passages."""

    question: _Question
    archive: Name | None = None
    k: int = Field(8, ge=1, le=MOST_PASSAGES, description="How many passages.")


class ArticleFields(Body):
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


class NewArticles(Body):
    """Articles to add to an archive."""

    archive: Name | None = None
    articles: list[NewArticle] = Field(min_length=1, max_length=MOST_ARTICLES)


class NewArchive(Body):
    """An archive to make."""

    name: str = Field(min_length=1, max_length=63)
