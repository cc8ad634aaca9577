"""Sentences as offsets into the text, and the words in them."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.quotable import is_quotable
from rag.text.sentences import STOPWORDS, content_stems, sentences, stem, words

ENDINGS = ("s", "al", "ally", "ation", "ational", "ised", "ising", "ously", "ful", "ness", "ies")


def cut(text: str, language: str | None = None) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text, language=language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n\n \t ", []),
        ("\u00a0\u2003", []),
        ("Tail without a stop", ["Tail without a stop"]),
        ("One. Two.", ["One.", "Two."]),
        ("  Blanks around.   And between. \n", ["Blanks around.", "And between."]),
        ("He said “No.” Then he left.", ["He said “No.”", "Then he left."]),
        ("“Stop!” she cried. ‘Why?’ he asked.", ["“Stop!” she cried.", "‘Why?’ he asked."]),
        (
            "Dr. Smith met the U.S. envoy on Jan. 3 in Oslo. He left.",
            ["Dr. Smith met the U.S. envoy on Jan. 3 in Oslo.", "He left."],
        ),
        ("Prices rose 3.5 per cent. Wages fell.", ["Prices rose 3.5 per cent.", "Wages fell."]),
        ("First line\nsecond line. Last.", ["First line\nsecond line.", "Last."]),
        ("A heading\n\nA paragraph.", ["A heading", "A paragraph."]),
        (
            "It shut at 8 p.m. Tuesday and opens at 9 a.m. ET. He left at 5 p.m. The bus had gone.",
            [
                "It shut at 8 p.m. Tuesday and opens at 9 a.m. ET.",
                "He left at 5 p.m.",
                "The bus had gone.",
            ],
        ),
        ("It hit at 6 a.m. (5 a.m. CT) on Sunday.", ["It hit at 6 a.m. (5 a.m. CT) on Sunday."]),
        ("It opens at 9 a.m.\n\nSunday is quiet.", ["It opens at 9 a.m.", "Sunday is quiet."]),
    ],
)
def test_sentences_without_the_blanks_around_them(text, expected):
    assert cut(text) == expected


def test_offsets_count_characters_not_bytes():
    text = "Zoë’s café — 😀 “open”. Naïve?"
    assert [(span.start, span.end) for span in sentences(text)] == [(0, 22), (23, 29)]
    assert cut(text) == ["Zoë’s café — 😀 “open”.", "Naïve?"]


@pytest.mark.parametrize("language", [None, "", "en", "en-GB", "EN", "xx", "??"])
def test_a_language_that_is_not_known_still_splits(language):
    assert cut("It rained. It poured.", language) == ["It rained.", "It poured."]


def test_the_language_decides_what_is_an_abbreviation():
    text = "Das kostet ca. 5 Euro. Ja."
    assert cut(text, "de") == ["Das kostet ca. 5 Euro.", "Ja."]


@given(st.text(max_size=200))
def test_every_character_but_blanks_is_in_one_sentence(text):
    spans = sentences(text)
    covered = [position for span in spans for position in range(span.start, span.end)]
    assert covered == sorted(set(covered))
    assert all(text[at].isspace() for at in set(range(len(text))) - set(covered))
    assert all(text[span.start : span.end].strip() == text[span.start : span.end] for span in spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" — … !", []),
        ("Libya’s oil, Libya's OIL", ["libya", "oil", "libya", "oil"]),
        ("It’s O’Brien’s", ["it", "o'brien"]),
        ("3.5% of 1,200", ["3.5", "of", "1,200"]),
        ("The U.S. state-of-the-art.", ["the", "u.s", "state-of-the-art"]),
        ("Café ÉTÉ straße", ["café", "été", "strasse"]),
        ("“Quoted” (twice)", ["quoted", "twice"]),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("elections", "elect"), ("election", "elect"), ("running", "run"), ("2021", "2021")],
)
def test_stem(word, expected):
    assert stem(word) == expected


def test_content_stems_leave_out_the_words_that_only_ask():
    question = "What did the election officials say about running?"
    assert content_stems(question) == ["elect", "offici", "run"]
    assert content_stems(" ".join(sorted(STOPWORDS))) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Watch the mayor open the pool »", False),
        ("See photos of the flood Â»", False),
        ("Read more: Nurses vote to strike", False),
        ("Related: Fixtures for next week", False),
        ("You may like: Ten pools to swim in", False),
        ("More from the Post: Ten pools to swim in", False),
        ("E-mail to a friend", False),
        ("The Post's Ann Lee contributed to this report.", False),
        ("#", False),
        ("06.02 GMT", False),
        ("9:30 p.m.", False),
        ("Updated at 19.02 GMT", False),
        ("First published on Tue 12 Nov 2024 06.02 GMT", False),
        ("4 March 2025, 09:12 EDT", False),
        ("The count ended at 3:40 a.m.", True),
        ("Updated at noon by the harbour master", True),
        ("Sunday", False),
        ("Read the plan before you sign it, the lawyer said.", True),
        ("« Je suis fatigué »", True),
        ("Tarn: Winner Ivo Grant; Votes 987", True),
        ("停航三天。", True),
    ],
)
def test_links_and_scraps_are_not_quotable(sentence, expected):
    assert is_quotable(sentence) is expected


def test_threads_stem_at_once_without_disturbing_each_other():
    words_ = [f"{start}{end}" for start in ("nation", "gener", "harbour") for end in ENDINGS]
    plain = stem.__wrapped__
    alone = [plain(word) for word in words_]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as crowd:
            runs = crowd.map(lambda _: [plain(word) for word in words_], range(24))
            assert all(run == alone for run in runs)
    finally:
        sys.setswitchinterval(before)
