"""Sentences chosen by hand-counted weights."""

from __future__ import annotations

from math import log

import pytest

from rag.retrieval.excerpts import Passage, excerpt, word_weights


def test_a_passage_is_read_in_sentences_and_stems():
    passage = Passage.read("The ferries waited. Nobody was striking!")
    assert passage.sentences == ("The ferries waited.", "Nobody was striking!")
    assert passage.stems == ({"ferri", "wait"}, {"nobodi", "strike"})
    assert passage.bag == {"ferri", "wait", "nobodi", "strike"}


def test_weights_by_hand():
    """Of three passages one has "storm" and all have "ferry"; "oil" is in none."""
    bags = [frozenset({"ferri", "storm"}), frozenset({"ferri"}), frozenset({"ferri"})]
    weights = word_weights("Which ferry and storm and oil?", bags)
    assert weights == pytest.approx(
        {"ferri": log(1 + 4 / 4), "storm": log(1 + 4 / 2), "oil": log(1 + 4 / 1)}
    )


def sentence(word: str, length: int) -> str:
    return " ".join([word.title(), *["filler"] * (length - 1)]) + "."


@pytest.mark.parametrize(
    ("lengths", "weights", "kept"),
    [
        # Around the best sentence, the neighbour that adds most comes in first.
        ([20, 20, 20], {"b": 2.0, "c": 1.0}, "bc"),
        ([20, 20, 20], {"b": 2.0, "a": 1.0}, "ab"),
        # Of equals the one that follows.
        ([20, 20, 20], {"b": 2.0}, "bc"),
        # 44 words and a quarter make 55: two of 30 are too many, 25 and 30 are not.
        ([30, 30, 30], {"b": 2.0}, "b"),
        ([30, 25, 30], {"b": 2.0, "a": 1.0}, "ab"),
        # One that is long enough stays alone, and a short passage whole.
        ([10, 44, 10], {"b": 2.0}, "b"),
        ([5, 5, 5], {"b": 2.0}, "abc"),
        # Without a word of the question it is the beginning.
        ([30, 30], {}, "a"),
    ],
)
def test_excerpt(lengths, weights, kept):
    names = {name: f"{name}word" for name in "abc"}
    parts = [sentence(names[name], n) for name, n in zip("abc", lengths, strict=False)]
    passage = Passage.read(" ".join(parts))
    assert len(passage.sentences) == len(lengths)
    chosen = excerpt(passage, {names[name]: weight for name, weight in weights.items()})
    assert chosen == " ".join(parts["abc".index(name)] for name in kept)
