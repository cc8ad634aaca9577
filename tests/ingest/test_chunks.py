"""Chunks: whole sentences packed by hand counts; a token here is a word between blanks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.chunks import chunk_article
from rag.text.sentences import sentences
from rag.types import Article, Chunk


def count_words(texts):
    return [len(text.split()) for text in texts]


def count_characters(texts):
    """Count every character but blanks, which is what a byte-level model may come to."""
    return [len("".join(text.split())) for text in texts]


def chunk(text: str, budget: int, *, title: str = "", count=count_words) -> list[Chunk]:
    return chunk_article(
        Article(title, text), article_id="a", count_tokens=count, max_tokens=budget
    )


def texts(chunks: list[Chunk]) -> list[str]:
    return [each.text for each in chunks]


# Sentences of 3, 2, 4 and 1 words.
TEXT = "Ferries sail again. Crowds cheered. The harbour is open. Finally."


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (10, [TEXT]),
        (9, ["Ferries sail again. Crowds cheered. The harbour is open.", "Finally."]),
        (5, ["Ferries sail again. Crowds cheered.", "The harbour is open. Finally."]),
        (4, ["Ferries sail again.", "Crowds cheered.", "The harbour is open.", "Finally."]),
    ],
)
def test_sentences_are_packed_while_they_fit(budget, expected):
    assert texts(chunk(TEXT, budget)) == expected


def test_a_chunk_knows_its_article_place_and_offsets():
    assert chunk("One two. Three four.", 2) == [
        Chunk("a", 0, 0, 8, "One two."),
        Chunk("a", 1, 9, 20, "Three four."),
    ]


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t"])
def test_a_blank_text_has_no_chunks(text):
    assert chunk(text, 10) == []


def test_the_blanks_between_sentences_stay_inside_a_chunk():
    assert texts(chunk("  One.\n\n  Two. \n", 10)) == ["One.\n\n  Two."]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("", ["Ferries sail again. Crowds cheered.", "The harbour is open. Finally."]),
        # One word of the five: four are left.
        ("News", ["Ferries sail again.", "Crowds cheered.", "The harbour is open.", "Finally."]),
    ],
)
def test_the_title_takes_its_share(title, expected):
    assert texts(chunk(TEXT, 5, title=title)) == expected


def test_a_long_title_takes_half_at_most():
    # Half of 8 is left, whatever the title: 4 words.
    title = "A title of far more words than there is room for"
    assert texts(chunk(TEXT, 8, title=title)) == texts(chunk(TEXT, 4))


def test_a_sentence_too_long_is_cut_between_words():
    # 3 words fit; the sentence of 7 falls into 3 + 3 + 1, and the next one joins the rest.
    text = "Short one. Alpha beta gamma delta epsilon zeta eta. End."
    assert texts(chunk(text, 3)) == [
        "Short one.",
        "Alpha beta gamma",
        "delta epsilon zeta",
        "eta. End.",
    ]


def test_a_word_of_500_characters_is_cut_by_64():
    # One token a character: 2 pieces of 64 fit 130, so 500 = 128 + 128 + 128 + 116.
    word = "x" * 500
    found = texts(chunk(f"{word}", 130, count=count_characters))
    assert [len(text) for text in found] == [128, 128, 128, 116]
    assert "".join(found) == word


@pytest.mark.parametrize(
    "text",
    [
        "word, " * 60,
        "— " * 120,
        "-" * 300,
        "(a) [b] {c} " * 40,
        "¡" * 100 + " and then " + "?" * 100,
    ],
)
def test_punctuation_counts_too(text):
    """Most models make a token of every mark, so a run of marks must be cut as well."""
    for each in chunk(text, 80, count=count_characters):
        assert count_characters([each.text])[0] <= 80


def test_a_language_is_heeded():
    text = "Das kostet ca. 5 Euro. Ja."
    article = Article("", text, language="de")
    found = chunk_article(article, article_id="a", count_tokens=count_words, max_tokens=5)
    assert texts(found) == ["Das kostet ca. 5 Euro.", "Ja."]


WORD = st.text("abcdefgh,-", min_size=1, max_size=12)
SENTENCE = st.lists(WORD, min_size=1, max_size=30).map(
    lambda words: " ".join(words).capitalize() + "."
)
NEWS = st.lists(SENTENCE, max_size=12).map(" ".join)


@given(text=st.one_of(NEWS, st.text(max_size=300)), budget=st.integers(1, 20))
def test_chunks_hold_every_character_once_and_in_order(text, budget):
    found = chunk(text, budget)
    assert [each.position for each in found] == list(range(len(found)))
    assert all(each.text == text[each.start : each.end] for each in found)
    assert all(each.text == each.text.strip() != "" for each in found)
    assert all(left.end <= right.start for left, right in pairwise(found))
    covered = {at for each in found for at in range(each.start, each.end)}
    assert all(text[at].isspace() for at in set(range(len(text))) - covered)


@given(text=NEWS, budget=st.integers(1, 20), title=st.lists(WORD, max_size=30).map(" ".join))
def test_chunks_keep_to_the_budget_and_cut_no_sentence_that_fits(text, budget, title):
    room = budget - min(len(title.split()), budget // 2)
    found = chunk(text, budget, title=title)
    assert all(len(each.text.split()) <= room for each in found)
    starts = {each.start for each in found}
    for span in sentences(text):
        if len(text[span.start : span.end].split()) <= room:
            assert not starts & set(range(span.start + 1, span.end))


@given(text=NEWS, budget=st.integers(1, 20))
def test_a_chunk_has_no_room_for_what_follows_it(text, budget):
    found = chunk(text, budget)
    starts = {span.start: span for span in sentences(text)}
    for left, right in pairwise(found):
        following = starts.get(right.start)
        if following and len(text[following.start : following.end].split()) <= budget:
            together = text[left.start : following.end]
            assert len(together.split()) > budget
