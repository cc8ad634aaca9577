"""Questions taken apart by the publishers they name, and rankings merged by turns."""

from __future__ import annotations

import pytest

from rag.decompose import Part, mentions, merge, parts

PUBLISHERS = ("The Verge", "TechCrunch", "The Age", "FOX News - Health", "FOX News - Travel")
FOX = ("FOX News - Health", "FOX News - Travel")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What did TechCrunch say?", [("TechCrunch", ("TechCrunch",))]),
        ("Did 'The Verge' and techcrunch agree?", [("The Verge", ("The Verge",))]),
        # Several sections under one head, or the one that is named in full.
        ("What did FOX News find?", [("FOX News", FOX)]),
        ("What did FOX News - Health find?", [("FOX News - Health", FOX[:1])]),
        # Common words are no newspaper.
        ("At the age of 12, on the verge?", []),
        ("Who at The Agency knows?", []),
        ("", []),
    ],
)
def test_mentions(question, found):
    told = mentions(question, PUBLISHERS)
    assert [(question[m.start : m.end], m.publishers) for m in told] == found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        # The name comes first, then what is asked of it.
        (
            "Does The Verge article say that phones sold well, while TechCrunch reports that few "
            "were bought?",
            [
                Part("article say that phones sold well, while", ("The Verge",)),
                Part("reports that few were bought", ("TechCrunch",)),
            ],
        ),
        # What is asked comes first.
        (
            "Who lent money to his own firm without asking, as The Age wrote, and then denied "
            "it in court, according to TechCrunch?",
            [
                Part("Who lent money to his own firm without asking, as", ("The Age",)),
                Part("wrote, and then denied it in court, according to", ("TechCrunch",)),
            ],
        ),
        # Too short to search for: the whole is.
        (
            "Do The Verge and TechCrunch agree on the price of the phone?",
            [
                Part(
                    "Do The Verge and TechCrunch agree on the price of the phone?", ("The Verge",)
                ),
                Part("agree on the price of the phone", ("TechCrunch",)),
            ],
        ),
        ("What did The Age say?", [Part("What did The Age say?", ("The Age",))]),
        ("Who won?", []),
    ],
)
def test_parts(question, expected):
    assert parts(question, PUBLISHERS) == expected


def test_merge_takes_turns_and_nothing_twice():
    assert merge([["a", "b", "c"], ["b", "d"], []], key=str) == ["a", "b", "d", "c"]
    assert merge([], key=str) == []
