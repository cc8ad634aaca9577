"""What the pages show of an answer, as records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rag.types import Answer, AnswerKind, Article, Filter, Hit

# Articles named below a refusal.
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer on the page: the message it stands in, from 1, and what was asked.

    `pieces` are the answer's sentences as `rag.stream` yielded them. `stopped` says
    that the user ended it before its end, `narrowed` what the search was narrowed to, in
    words, and `liked` what the user thinks of it, None when nothing was said. `where` are the
    articles that were searched. `key` is the number that the page gave the question, so that one
    that comes twice is asked once; blank for those of before.
    """

    message: int
    asked: str
    answer: Answer
    pieces: tuple[str, ...] = ()
    stopped: bool = False
    narrowed: str = ""
    liked: bool | None = None
    where: Filter = field(default_factory=Filter)
    key: str = ""

    @property
    def identity(self) -> str:
        """What tells this answer from all others, wherever it is kept."""
        return identity(self.key, self.asked, self.answer.text)


def identity(key: str, asked: str, text: str) -> str:
    """Return what tells an answer from all others: its key, else its question and its words."""
    return key or f"{asked}\n{text}"


def nearest(hits: Iterable[Hit]) -> list[Article]:
    """Return the first few articles of `hits`, best first, each once."""
    articles = {hit.article.id: hit.article for hit in hits}
    return list(articles.values())[:NEAREST]


def is_talk(answer: Answer) -> bool:
    """Tell whether the answer speaks of the program itself, so that nothing was searched."""
    return answer.kind is AnswerKind.TALK
