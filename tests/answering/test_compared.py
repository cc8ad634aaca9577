"""What two figures say together."""

from __future__ import annotations

from dataclasses import replace

import rag
from rag.answering.compared import conclude, pair, told_together
from rag.answering.pipeline import read_query, run
from rag.reading import Reading
from rag.retrieval.comparison import Comparison, comparison
from rag.types import Passage
from tests.fakes import FakeReader
from tests.fakes.spans import span_in

TRAM = "The tram in Hull carried 4100 passengers in May."
BUS = "The bus in Rye carried 3200 passengers in May."


def told(archive: rag.Archive, question: str, *texts: str) -> rag.Answer:
    archive.ingest([rag.Article("", text, date="2024-06-01") for text in texts])
    return rag.answer(question, archive=archive, stance="lenient")


def test_the_thing_with_more_is_named_with_both_figures(archive):
    asked = "Which vehicle carried more passengers, the bus in Rye or the tram in Hull?"
    answer = told(archive, asked, TRAM, BUS)
    assert answer.short == "The tram in Hull"
    *_, last = answer.text.splitlines()
    by_quote = {item.quote: item.number for item in answer.citations}
    assert last == f"The tram in Hull: 4100 against 3200. [{by_quote[TRAM]}] [{by_quote[BUS]}]"


def test_the_thing_with_less_is_named(archive):
    asked = "Which vehicle carried fewer passengers, the bus in Rye or the tram in Hull?"
    assert told(archive, asked, TRAM, BUS).short == "The bus in Rye"


def test_a_part_without_an_answer_is_said_to_have_none(archive):
    asked = "Which vehicle carried more passengers, the ship of Wick or the tram in Hull?"
    answer = told(archive, asked, TRAM)
    assert answer.short == "4100"
    assert answer.text.splitlines()[-1] == (
        "Not in the articles. How many passengers were carried by the ship of Wick?"
    )


def test_a_figure_that_both_parts_found_is_left_to_the_one_it_names(archive):
    asked = "Which vehicle carried more passengers, the boat in Rye or the tram in Hull?"
    answer = told(archive, asked, TRAM)
    assert answer.text.splitlines()[1:] == [
        "Not in the articles. How many passengers were carried by the boat in Rye?"
    ]


VOTES = [
    rag.Article(
        "Borg wins", "Ann Borg won the vote in Malta by 9 seats. It rained.", date="2019-05-02"
    ),
    rag.Article(
        "Vella wins", "Leo Vella won the vote in Malta by far. It was hot.", date="2024-06-01"
    ),
]


def test_things_alone_are_told_by_the_sentences_that_lead_their_articles(archive):
    archive.ingest(VOTES)
    answer = rag.answer("Compare the votes in Malta of 2019 and 2024", archive=archive)
    assert answer.text == (
        "Ann Borg won the vote in Malta by 9 seats. [1]\n"
        "Leo Vella won the vote in Malta by far. [2]"
    )


def test_a_thing_alone_that_no_article_leads_with_is_said_to_be_missing(archive):
    archive.ingest(VOTES)
    answer = rag.answer("Compare the votes in Malta of 2019 and 2017", archive=archive)
    assert answer.text == (
        "Ann Borg won the vote in Malta by 9 seats. [1]\n"
        "Not in the articles: the votes in Malta of 2017."
    )


def test_what_somebody_did_is_told_by_the_sentence_that_leads_the_article(archive):
    archive.ingest(VOTES)
    answer = rag.answer("What did Ann Borg do in May 2019?", archive=archive)
    assert answer.text == "Ann Borg won the vote in Malta by 9 seats. [1]"


SHIP = "The ship Wren of Rye is 90 metres long. Wren was laid up for 12 days in Rye."
BOAT = "The boat Tern of Hull was late for 3 days in Hull. Tern is 40 metres long."


def asked(question: str) -> Comparison:
    found = comparison(question)
    assert found
    return found


def test_two_figures_of_one_unit_go_together() -> None:
    longer = asked("Which is longer, the Wren or the Tern?")
    wren = [span_in(SHIP, "90 metres", odds=6), span_in(SHIP, "12 days", odds=5)]
    tern = [span_in(BOAT, "3 days", odds=6), span_in(BOAT, "40 metres", odds=2)]
    # Both in days are likelier together than both in metres.
    (left, right) = pair(longer, [wren, tern])
    assert (left[0].span, right[0].span) == ("12 days", "3 days")
    (left, right) = pair(longer, [wren[:1], tern])
    assert (left[0].span, right[0].span) == ("90 metres", "40 metres")
    found = conclude(longer, [left, right])
    assert found
    assert found.short == "The Wren"


def test_two_figures_of_a_sentence_that_names_both_go_before_likelier_ones() -> None:
    longer = asked("Which is longer, the Wren or the Tern?")
    both = "The Wren has 90 metres and the Tern 40 metres."
    ferry = span_in("A ferry has 95 metres.", "95 metres", odds=4)
    wren = [ferry, span_in(both, "90 metres", odds=3)]
    tern = [span_in(both, "40 metres", odds=3)]
    (left, right) = pair(longer, [wren, tern])
    assert (left[0].span, right[0].span) == ("90 metres", "40 metres")


def test_a_sentence_that_tells_of_both_is_cited_once(archive):
    asked = "Which is longer, the Wren or the Tern?"
    answer = told(archive, asked, "The Wren has 90 metres and the Tern 40 metres.")
    assert "Not in the articles" not in answer.text
    assert answer.text.count("[1]") == len(answer.text.splitlines())


class Doubting(FakeReader):
    """Finds the figure of a passage on the bus with `odds`."""

    def __init__(self, odds: float) -> None:
        self._odds = odds

    def _read(self, question: str, passage: Passage) -> Reading:
        reading = super()._read(question, passage)
        if "bus" not in passage.text or reading.odds < 0:
            return reading
        candidates = tuple(replace(item, odds=self._odds) for item in reading.candidates)
        return Reading(candidates, self._odds)


def test_what_alone_is_too_unsure_is_told_beside_the_other(archive):
    archive.ingest([rag.Article("", text, date="2024-06-01") for text in (TRAM, BUS)])

    def short(question: str, odds: float) -> str:
        query = read_query(question)
        return list(run(query, archive=archive, reader=Doubting(odds)))[-1].short  # type: ignore[union-attr]

    alone = "How many passengers did the bus in Rye carry?"
    both = "Which vehicle carried more passengers, the bus in Rye or the tram in Hull?"
    unsure = [odds for odds in range(-12, 8) if not short(alone, odds)]
    assert any(short(both, odds) == "The tram in Hull" for odds in unsure)
    assert not any(short(both, odds) == "The tram in Hull" for odds in unsure[:1])


def test_the_earlier_of_two_days() -> None:
    first = asked("Which came first, the flood or the fire?")
    flood = span_in("The flood came on Sunday.", "Sunday", odds=6)
    fire = span_in("The fire broke out in 2021.", "2021", odds=6)
    found = conclude(first, [[flood], [fire]])
    assert found
    assert found.short == "The fire"


def test_the_faster_takes_less_time() -> None:
    faster = asked("Which was faster, the Wren or the Tern?")
    wren = span_in("The Wren took 2:10:00 to Hull.", "2:10:00", odds=6)
    tern = span_in("The Tern took 2:20:00 to Hull.", "2:20:00", odds=6)
    assert conclude(faster, [[wren], [tern]]).short == "The Wren"  # type: ignore[union-attr]


def test_whether_one_has_more_is_a_yes_or_no(archive):
    answer = told(
        archive,
        "Is the tram in Hull longer than the bus in Rye?",
        "The tram in Hull is 30 metres long.",
        "The bus in Rye is 12 metres long.",
    )
    assert answer.short == "Yes"
    assert answer.text.splitlines()[-1].startswith("Yes: 30")


def test_a_sentence_that_names_both_may_answer_the_whole() -> None:
    longer = asked("Which is longer, the Wren or the Tern?")
    both = span_in("The Wren has 90 metres and the Tern 40.", "90 metres")
    assert told_together(longer, [[both], [both]])
    one = span_in("The Wren has 90 metres.", "90 metres")
    assert not told_together(longer, [[one], [one]])
    assert not told_together(longer, [[both], []])
