"""Spans of articles, as if a reader had found them."""

from __future__ import annotations

from rag.answering.evidence import collect
from rag.answering.found import FEATURES, Found
from rag.types import Article, Hit, ScoreParts


def span_in(text: str, words: str, *, odds: float = 6.0, misfit: bool = False) -> Found:
    """Return the span `words` of an article that has only `text`, likelier with higher `odds`."""
    article = Article("", text, id=text[:12], date="2024-06-01")
    hit = Hit(article, text, 0, len(text), 0.8, ScoreParts())
    start = text.index(words)
    sentence = next(item for item in collect([hit]) if item.start <= start < item.end)
    told = {"odds": odds, "score": 1.0, "passage": 1.0, "sentence": 1.0, "misfit": float(misfit)}
    features = tuple(told.get(name, 0.0) for name in FEATURES)
    return Found(hit, start, start + len(words), sentence, features)
