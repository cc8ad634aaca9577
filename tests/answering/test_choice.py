"""Which span is chosen, and by what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering import fact
from rag.answering.choice import confidence, in_order, rank
from rag.answering.draft import Draft
from rag.answering.found import FEATURES, heading
from rag.answering.wanted import Wanted, fits, short_form, tells_only_where, wanted
from rag.reading import Candidate, Reading
from rag.settings import AnswerSettings
from rag.types import Article, Hit, ScoreParts


def hit(text: str, *, title: str = "", date: str | None = None, id: str = "a") -> Hit:  # noqa: A002
    article = Article(id=id, title=title, text=text, date=date)
    return Hit(article, text, 0, len(text), 0.9, ScoreParts(dense=0.6, fused=0.95))


def reading(text: str, *spans: tuple[str, float]) -> Reading:
    return Reading(
        tuple(Candidate(text.index(s), text.index(s) + len(s), odds) for s, odds in spans)
    )


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much did the tram line cost?", Wanted.MONEY),
        ("how many people died", Wanted.NUMBER),
        ("How long did the strike last?", Wanted.DURATION),
        ("How far is it to Mars?", Wanted.LENGTH),
        ("how long was the ship", Wanted.EXTENT),
        ("What percentage of votes did Borg win?", Wanted.SHARE),
        ("When did King Charles die?", Wanted.TIME),
        ("what year was it", Wanted.DATE),
        ("what are the odds that it rains", Wanted.NUMBER),
        ("latest number of houses that burned", Wanted.NUMBER),
        ("Who won?", Wanted.NAME),
        ("Which country won the cup?", Wanted.NAME),
        ("which jeweller made the ring", Wanted.NAME),
        ("Which of the two was longer?", Wanted.ANYTHING),
        ("in which years did they win", Wanted.TIME),
        ("why did the bank fail", Wanted.REASON),
        ("Did England win?", Wanted.YES_NO),
        ("we wonder whether it was set on fire, was it arson?", Wanted.YES_NO),
        ("best picture for Oppenheimer, yes or no", Wanted.YES_NO),
        ("who won, they say it was close, was it?", Wanted.NAME),
        ("what time did the ferry leave", Wanted.CLOCK),
        ("what time of year is it coldest", Wanted.TIME),
        ("how much did the bank raise rates", Wanted.NUMBER),
        ("how much did the charity raise", Wanted.MONEY),
        ("name of the captain of the ferry", Wanted.PROPER_NAME),
        ("what was the ferry called", Wanted.PROPER_NAME),
        ("Where was she when the vote came?", Wanted.NAME),
        ("what was the score when the home side lost?", Wanted.NUMBER),
        ("how did it end when the dam broke", Wanted.ANYTHING),
        ("What did the minister say?", Wanted.ANYTHING),
    ],
)
def test_a_question_wants_one_kind_of_answer(question: str, kind: Wanted) -> None:
    assert wanted(question) is kind


@pytest.mark.parametrize(
    ("kind", "span", "after", "expected"),
    [
        (Wanted.MONEY, "11.4", " kilometres long", False),
        (Wanted.MONEY, "20 million", " euros in all", True),
        (Wanted.TIME, "Valletta", "", False),
        (Wanted.TIME, "on Thursday afternoon", "", True),
        (Wanted.CLOCK, "on Thursday", ", 4 May 2023", False),
        (Wanted.CLOCK, "4.17 am", "", True),
        (Wanted.CLOCK, "shortly before noon", "", True),
        (Wanted.NAME, "in May 2019", "", False),
        (Wanted.NAME, "the crews", "", True),
        (Wanted.PROPER_NAME, "a resident of Manor", "", False),
        (Wanted.PROPER_NAME, "Vikram", "", True),
        (Wanted.NUMBER, "several", "", True),
        (Wanted.NUMBER, "a quarter", " of a point", True),
        (Wanted.NUMBER, "army officers", "", False),
        (Wanted.LENGTH, "7,600", " light years away", True),
        (Wanted.NUMBER, "nobody", "", True),
        (Wanted.LENGTH, "20", " metres", True),
        (Wanted.EXTENT, "400", " metres", True),
        (Wanted.EXTENT, "six days", "", True),
        (Wanted.EXTENT, "about", " the ship", False),
        (Wanted.REASON, "computing centres", "", False),
        (Wanted.REASON, "in the state of Delaware", "", False),
        (Wanted.REASON, "in order to save the bank", "", True),
        (Wanted.REASON, "customers withdrew their money", "", True),
        (Wanted.ANYTHING, "whatever", "", None),
    ],
)
def test_a_span_fits_by_its_words(
    kind: Wanted, span: str, after: str, expected: bool | None
) -> None:
    assert fits(kind, span, after=after) is expected


def test_a_word_that_makes_it_one_precedes_a_short_cause() -> None:
    assert fits(Wanted.TIME, "five years", after=" later the ferry sank")
    assert not fits(Wanted.TIME, "more than five years", after=" in all")
    assert fits(Wanted.REASON, "fog", before="The port closed because of ")
    assert not fits(Wanted.REASON, "fog", before="It saw ")
    assert not fits(Wanted.REASON, "Delaware", before="It sued him in the state of ")


def test_features_are_raw_and_of_the_candidates_own_passage() -> None:
    text = "South Africa won the cup in 2019. England lost it."
    (found,) = rank(
        "Who won the cup in 2015?",
        [hit(text, title="Cup", date="2019-11-02")],
        [reading(text, ("England", 2.5))],
    )
    values = dict(zip(FEATURES, found.features, strict=True))
    assert (values["odds"], values["score"]) == (2.5, 0.95)
    assert values["other_year"] == 1.0
    assert values["misfit"] == 0.0
    assert found.span == "England"
    assert found.evidence.quote == "England lost it."


@pytest.mark.parametrize(("date", "other_year"), [("2019-11-02", 1.0), (None, 0.0)])
def test_an_article_without_a_date_may_be_of_the_year_asked_about(
    date: str | None, other_year: float
) -> None:
    text = "South Africa won the cup."
    (found,) = rank(
        "Who won the cup in 2015?", [hit(text, date=date)], [reading(text, ("South Africa", 2.0))]
    )
    assert found.features[FEATURES.index("other_year")] == other_year


def test_a_candidate_is_weighed_beside_the_best_of_all_passages() -> None:
    first, second = "South Africa won the cup.", "England lost the cup."
    found = rank(
        "Who won the cup?",
        [hit(first, id="a"), hit(second, id="b")],
        [reading(first, ("South Africa", 5.0)), reading(second, ("England", 1.0))],
    )
    behind = {item.span: item.features[FEATURES.index("behind")] for item in found}
    assert behind == {"South Africa": 0.0, "England": -4.0}
    assert [item.span for item in found] == ["South Africa", "England"]


def test_the_opposite_of_what_was_asked_speaks_against_a_sentence() -> None:
    text = "Kiptum won the men's race. Assefa won the women's race."
    asked = "Who won the women's race?"
    spans = reading(text, ("Kiptum", 2.0), ("Assefa", 2.0))
    assert [item.span for item in rank(asked, [hit(text)], [spans])] == ["Assefa", "Kiptum"]


def test_a_number_of_something_else_speaks_against_a_span() -> None:
    text = "Borg scored 16 points. Vella had 4 assists."
    spans = reading(text, ("16 points", 2.0), ("4 assists", 2.0))
    found = rank("How many assists did she have?", [hit(text)], [spans])
    uncounted = {item.span: item.features[FEATURES.index("uncounted")] for item in found}
    assert uncounted == {"16 points": 1.0, "4 assists": 0.0}
    assert found[0].span == "4 assists"


@pytest.mark.parametrize(
    ("question", "lacks"), [("How many voted?", "no_figure"), ("Why did it fail?", "misfit")]
)
def test_lacking_a_figure_is_told_apart_from_another_kind(question: str, lacks: str) -> None:
    text = "It failed in Delaware."
    (found,) = rank(question, [hit(text)], [reading(text, ("in Delaware", 2.0))])
    values = dict(zip(FEATURES, found.features, strict=True))
    assert {name for name in ("no_figure", "misfit") if values[name]} == {lacks}


def test_higher_odds_and_a_fitting_kind_are_likelier() -> None:
    text = "The line is 11.4 kilometres long and cost 20 million euros."
    found = rank(
        "How much did the line cost?",
        [hit(text)],
        [reading(text, ("11.4 kilometres", 3.0), ("20 million euros", 2.9))],
    )
    assert [item.span for item in found] == ["20 million euros", "11.4 kilometres"]
    assert 0 < found[1].probability < found[0].probability < 1
    assert confidence(found).odds == 2.9
    assert confidence([]) is None


def test_below_the_bar_nothing_is_chosen() -> None:
    text = "South Africa won."
    ranked = rank("Who won?", [hit(text)], [reading(text, ("South Africa", 1.0))])
    assert fact.chosen("Who won?", ranked, least=ranked[0].probability + 1e-6) == []
    assert fact.chosen("Who won?", ranked, least=ranked[0].probability) == ranked


def test_a_question_for_several_takes_several_that_are_about_as_likely() -> None:
    texts = ["Mali left the union.", "Niger left the union.", "Chad left the union last."]
    hits = [hit(text, id=text[:4]) for text in texts]
    odds = (9.0, 8.0, -9.0)
    readings = [reading(t, (t.split()[0], o)) for t, o in zip(texts, odds, strict=True)]
    ranked = rank("Which countries left the union?", hits, readings)
    found = fact.chosen("Which countries left the union?", ranked, least=0.3)
    assert [item.span for item in found] == ["Mali", "Niger"]
    assert len(fact.chosen("Which country left the union?", ranked, least=0.3)) == 1


def test_what_has_another_shape_is_not_of_the_list() -> None:
    texts = ["Mali left the union.", "Niger left the union.", "The union lost 40 ports."]
    hits = [hit(text, id=text[:4]) for text in texts]
    spans = ("Mali", "Niger", "40 ports")
    readings = [reading(t, (s, 9.0)) for t, s in zip(texts, spans, strict=True)]
    ranked = rank("Which countries left the union?", hits, readings)
    found = fact.chosen("Which countries left the union?", ranked, least=0.1)
    assert {item.span for item in found} == {"Mali", "Niger"}


def test_the_passages_of_the_answer_come_first() -> None:
    hits = [hit("South Africa won.", id="a"), hit("England won.", id="b")]
    readings = [
        reading("South Africa won.", ("South Africa", 1.0)),
        reading("England won.", ("England", 5.0)),
    ]
    ranked = rank("Who won?", hits, readings)
    assert [item.article.id for item in in_order(ranked[:1], hits)] == ["b", "a"]


def test_a_heading_places_the_passage() -> None:
    article = Article(title="Cup final", text="", publisher="Herald", date="2019-11-02")
    assert heading(article) == "Cup final · Herald · 2 November 2019"
    assert heading(Article(title="Cup final", text="")) == "Cup final"


def test_a_span_that_repeats_the_question_is_no_answer() -> None:
    text = "Kevin Cosby spoke in Hull. The pastor Kevin Cosby is 65."
    spans = reading(text, ("Kevin Cosby", 5.0), ("pastor", 1.0))
    (found,) = rank("Who is Kevin Cosby?", [hit(text)], [spans])
    assert found.span == "pastor"
    (found, _) = rank("Who spoke, Kevin Cosby or a pastor?", [hit(text)], [spans])
    assert found.span == "Kevin Cosby"


@pytest.mark.parametrize(
    ("asked", "short"),
    [("How did Ann Borg win the election?", "52 percent"), ("Why did Ann Borg lose?", "")],
)
def test_what_contradicts_the_question_has_no_short_answer(asked: str, short: str) -> None:
    text = "Ann Borg won the election with 52 percent of the vote."
    found = rank(asked, [hit(text)], [reading(text, ("52 percent", 5.0))])
    draft = Draft(asked, AnswerSettings())
    assert list(fact.state(asked, found, draft, verdict="")) == [f"{text} [1]"]
    assert draft.short == short


def test_a_question_in_an_article_is_no_answer() -> None:
    text = "Why is Malta on the list? The list has Malta for its ports."
    spans = reading(text, ("Malta on the list", 9.0), ("for its ports", 1.0))
    (found,) = rank("Is Malta on the list?", [hit(text)], [spans])
    assert found.span == "for its ports"


def test_the_initials_of_a_name_in_the_question_are_no_answer() -> None:
    found = hit("HRC, the owner, has hired banks to sell Hull United.")
    spans = reading(found.text, ("HRC", 6.0), ("banks", 1.0))
    assert rank("Who bought it from the Hull Rowing Club?", [found], [spans])[0].span == "banks"
    assert rank("Who bought it from the owner?", [found], [spans])[0].span == "HRC"


def test_a_pronoun_is_no_answer() -> None:
    text = "The ship sank because it hit a rock."
    spans = reading(text, ("it", 9.0), ("it hit a rock", 1.0))
    (found,) = rank("Why did the ship sink?", [hit(text)], [spans])
    assert found.span == "it hit a rock"


@pytest.mark.parametrize(
    ("text", "lacking"), [("Probe II was launched by Lee.", 0.0), ("A probe was lost by Lee.", 1.0)]
)
def test_a_number_of_the_question_may_be_told_another_way(text: str, lacking: float) -> None:
    (found,) = rank("Who launched probe 2?", [hit(text)], [reading(text, ("Lee", 3.0))])
    assert found.features[FEATURES.index("number")] == lacking


def test_a_short_form_is_told_by_what_begins_with_its_letters() -> None:
    assert short_form("what does dart stand for") == "dart"
    assert short_form("What is the W.H.O. short for?") == "WHO"
    assert short_form("What does he mean?") == ""


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Who won the vote in November 2024?", False),
        ("Who won the vote in March 2024?", True),
        ("Who won the vote of March?", False),
        ("Who won the vote in 2023?", True),
    ],
)
def test_a_passage_without_the_month_asked_about_is_of_another_time(
    question: str, other: bool
) -> None:
    new = hit("Vella is the winner.", date="2024-11-06")
    (found,) = rank(question, [new], [reading(new.text, ("Vella", 2.0))])
    assert bool(found.features[FEATURES.index("other_year")]) is other


def test_a_passage_is_measured_by_those_of_the_year_asked_about() -> None:
    old = replace(hit("Borg won the vote in 2020.", date="2020-11-08", id="old"), score=0.8)
    new = hit("Vella is the winner.", date="2024-11-06", id="new")
    new = replace(new, parts=ScoreParts(fused=0.5))
    readings = [reading(old.text, ("Borg", 4.0)), reading(new.text, ("Vella", 2.0))]
    asked = rank("Who won the vote in 2024?", [old, new], readings)
    assert asked[0].span == "Vella"
    assert asked[0].features[FEATURES.index("score")] == 1.0
    named = hit("In 2024 Vella was to win.", date="2021-11-06", id="named")
    named = replace(named, parts=ScoreParts(fused=0.5))
    spans = [reading(named.text, ("Vella", 2.0))]
    (aside,) = rank("Who won the vote in 2024?", [named], spans)
    assert aside.features[FEATURES.index("score")] == 0.5
    undated = rank("Who won the vote?", [old, new], readings)
    assert {found.features[FEATURES.index("score")] for found in undated} == {0.95, 0.5}


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("78", "$78"),
        ("3", "Vela-3"),
        ("-3", "Vela-3"),
        ("lau", "launched"),
        ("1945", "1945"),
        ("pad", "pad"),
    ],
)
def test_a_span_that_begins_or_ends_within_a_word_has_all_of_it(part: str, whole: str) -> None:
    found = hit("The probe, Vela-3, was launched from a (pad) of 1939-1945 for $78.")
    (best,) = rank("What was it?", [found], [reading(found.text, (part, 2.0))])
    assert best.span == whole


def test_what_the_part_with_the_span_denies_is_less_likely() -> None:
    found = hit("Tom Borg was named best actor and Ann Vella best actress.")
    spans = reading(found.text, ("Tom Borg", 3.0), ("Ann Vella", 2.0))
    assert rank("Who was best actress?", [found], [spans])[0].span == "Ann Vella"
    stuck = hit("The ship was freed on Monday. It got stuck on 23 March.")
    spans = reading(stuck.text, ("Monday", 3.0), ("23 March", -3.0))
    ranked = rank("What day did the ship get stuck?", [stuck], [spans])
    assert ranked[0].span == "23 March"
    # It is the best of those that may answer.
    assert ranked[0].features[FEATURES.index("behind")] == 0.0


def test_a_reason_may_tell_the_opposite() -> None:
    found = hit("Wages fell in real terms because prices rose, the bank said.")
    (best,) = rank("Why did wages fall?", [found], [reading(found.text, ("prices rose", 3.0))])
    assert not best.contrary


def test_a_spell_is_no_day() -> None:
    assert not fits(Wanted.DATE, "six days", after=" after it ran aground")
    assert fits(Wanted.TIME, "six days", after=" after it ran aground")
    assert fits(Wanted.DATE, "23 March")


def test_a_name_goes_before_a_person_without_one() -> None:
    found = hit("The driver, Tom Borg, was alone. A sedan hit him.")
    spans = reading(found.text, ("sedan", 5.0), ("Tom Borg", 4.0))
    ranked = rank("Who was driving?", [found], [spans])
    assert fact.chosen("Who was driving?", ranked, least=0.1)[0].span == "Tom Borg"
    ranked = rank("What was there?", [found], [spans])
    assert fact.chosen("What was there?", ranked, least=0.1)[0].span == "sedan"


def test_what_cannot_answer_comes_after_what_can() -> None:
    found = hit("The mirror, of gold, is 6.5 metres wide.")
    spans = reading(found.text, ("gold", 9.0), ("6.5 metres", 6.0))
    ranked = rank("How wide is the mirror?", [found], [spans])
    assert fact.chosen("How wide is the mirror?", ranked, least=0.1)[0].span == "6.5 metres"


def test_a_line_of_a_list_is_said_with_the_title_of_its_article() -> None:
    text = "Best musical\n\nOnly Happy Ends\n\nBest play\n\nThe Sea."
    found = hit(text, title="The prizes of 2025")
    ranked = rank("Which musical won?", [found], [reading(found.text, ("Only Happy Ends", 5.0))])
    draft = Draft("Which musical won?", AnswerSettings(), dated=False)
    said = "".join(fact.state("Which musical won?", ranked, draft, verdict=""))
    assert said == "The prizes of 2025: Only Happy Ends [1]"


@pytest.mark.parametrize(
    ("question", "span", "before", "expected"),
    [
        ("Which prison is Borg in?", "Hull", "He was sentenced to two years in prison in ", True),
        ("Which prison is Borg in?", "Hull Prison", "He is in ", False),
        ("which newspaper broke the story", "The Courier", "as reported by ", False),
        ("Which town is the prison in?", "Hull", "The prison stands in ", False),
    ],
)
def test_a_place_is_not_what_stands_there(
    question: str, span: str, before: str, expected: bool
) -> None:
    assert tells_only_where(question, span, before=before) is expected
