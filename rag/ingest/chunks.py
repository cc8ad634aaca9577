"""Articles cut into chunks: runs of whole sentences that fit the embedder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rag.text.sentences import sentences
from rag.types import Article, Chunk, Span

CountTokens = Callable[[Sequence[str]], list[int]]

# Where an over-long sentence may be cut: between words, with the marks that cling to them,
# and inside a "word" of hundreds of characters (a pasted key, a URL, a ruled line).
_UNIT = re.compile(r"\S{1,64}")


def chunk_article(
    article: Article, *, article_id: str, count_tokens: CountTokens, max_tokens: int
) -> list[Chunk]:
    """Cut `article.text` into chunks of at most `max_tokens`, title included.

    The chunks follow each other without overlap and hold every sentence once. A
    sentence is cut, between words, only when it alone is too long. The title
    takes its share because the embedder reads it before each chunk; a title
    longer than half the budget counts as half, and the embedder cuts it there.
    """
    title_tokens = count_tokens([article.title])[0] if article.title else 0
    budget = max_tokens - min(title_tokens, max_tokens // 2)
    pieces = _pieces(article.text, article.language, count_tokens, budget)
    spans = _pack(pieces, budget)
    return [
        Chunk(article_id, position, span.start, span.end, article.text[span.start : span.end])
        for position, span in enumerate(spans)
    ]


def _pieces(
    text: str, language: str | None, count_tokens: CountTokens, budget: int
) -> list[tuple[Span, int]]:
    """Return sentences, and parts of over-long ones, each with its token count."""
    spans = sentences(text, language=language)
    counts = count_tokens([text[span.start : span.end] for span in spans])
    pieces: list[tuple[Span, int]] = []
    for span, count in zip(spans, counts, strict=True):
        if count <= budget:
            pieces.append((span, count))
        else:
            parts = list(_cut(text, span, count_tokens, budget))
            tokens = count_tokens([text[part.start : part.end] for part in parts])
            pieces.extend(zip(parts, tokens, strict=True))
    return pieces


def _cut(text: str, span: Span, count_tokens: CountTokens, budget: int) -> Iterator[Span]:
    """Yield parts of an over-long sentence, each the most words that fit `budget`."""
    units = [Span(*match.span()) for match in _UNIT.finditer(text, span.start, span.end)]
    counts = count_tokens([text[unit.start : unit.end] for unit in units])
    start, used = span.start, 0
    for unit, count in zip(units, counts, strict=True):
        if used and used + count > budget:
            yield Span(start, _rstrip(text, start, unit.start))
            start, used = unit.start, 0
        used += count
    yield Span(start, span.end)


def _rstrip(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())


def _pack(pieces: list[tuple[Span, int]], budget: int) -> list[Span]:
    """Join neighbouring pieces while their tokens fit `budget`."""
    packed: list[Span] = []
    used = 0
    for span, count in pieces:
        if packed and used + count <= budget:
            packed[-1] = Span(packed[-1].start, span.end)
            used += count
        else:
            packed.append(span)
            used = count
    return packed
