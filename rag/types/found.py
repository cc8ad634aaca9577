"""What a search finds in articles, and which part of it is cited."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types.articles import Article


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
