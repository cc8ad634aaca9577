"""The sentences of a passage that a question is most about, for readers of little room."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.text.sentences import content_stems, sentences

# Words of an excerpt; one more sentence may go beyond them by a quarter.
_WORDS = 44
_SLACK = 1.25


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage in sentences, with the stems of each one's words."""

    sentences: tuple[str, ...]
    stems: tuple[frozenset[str], ...]

    @classmethod
    def read(cls, text: str, *, language: str | None = None) -> Passage:
        """Return `text` in sentences."""
        spans = sentences(text, language=language)
        parts = tuple(text[span.start : span.end] for span in spans) or (text,)
        return cls(
            parts, tuple(frozenset(content_stems(part, language=language)) for part in parts)
        )

    @property
    def bag(self) -> frozenset[str]:
        """The stems of all its words."""
        return frozenset().union(*self.stems)


def word_weights(
    question: str, bags: Sequence[frozenset[str]], *, language: str | None = None
) -> dict[str, float]:
    """Return the weight of each of the question's words by its rarity among `bags`.

    The inverse document frequency of BM25 (Robertson and Zaragoza 2009), plus one within
    the logarithm so that no word weighs less than nothing.
    """
    count = len(bags) + 1
    return {
        stem: math.log(1 + count / (1 + sum(stem in bag for bag in bags)))
        for stem in set(content_stems(question, language=language))
    }


def excerpt(passage: Passage, weights: Mapping[str, float]) -> str:
    """Return the run of whole sentences around the one with most of the weighty words.

    It grows by the neighbour that adds most, the following one of equals, up to 44 words.
    """
    lengths = [len(sentence.split()) for sentence in passage.sentences]
    worth = [_worth(stems, weights) for stems in passage.stems]
    first = last = worth.index(max(worth))
    held, used = passage.stems[first], lengths[first]
    while used < _WORDS:
        around = [at for at in (first - 1, last + 1) if 0 <= at < len(lengths)]
        fitting = [at for at in around if used + lengths[at] <= _WORDS * _SLACK]
        if not fitting:
            break
        best = max(fitting, key=lambda at: (_worth(passage.stems[at] - held, weights), at))
        held, used = held | passage.stems[best], used + lengths[best]
        first, last = min(first, best), max(last, best)
    return " ".join(passage.sentences[first : last + 1])


def _worth(stems: frozenset[str], weights: Mapping[str, float]) -> float:
    return sum(weights.get(stem, 0.0) for stem in stems)
