"""The evaluation, checked against values worked out by hand."""

import datetime as dt
import gzip
import io
import json
import math
import re
from dataclasses import replace

import pytest
from rich.console import Console

from eval.comparison import compare
from eval.measures import MEASURES, Latency, Summary, summarise
from eval.metrics import (
    citation_precision,
    citation_recall,
    contains_answer,
    exact_match,
    gold_name,
    is_yes_no,
    normalise_answer,
    percentile,
    ranking,
    strip_marks,
    token_f1,
)
from eval.outcomes import EvalRun, Outcome, fault
from eval.questions import Question, load_questions, packaged_questions
from eval.report import Report, to_html, to_json, to_markdown, to_tables, write
from eval.runner import run
from eval.saved import latest, read
from rag.errors import GenerationError, SourceError
from rag.types import Answer, Article, Citation, Hit, ScoreParts, Timings, Turn

LANDING = "Perseverance landed in Jezero Crater on Thursday."
REFUSAL = "The archive does not say."


def article(name: str, text: str = LANDING) -> Article:
    return Article(title=name, text=text, id=f"id-{name}", source=f"/archive/{name}.md")


def hit(name: str, text: str = "Nothing of note.") -> Hit:
    return Hit(
        article=article(name, text),
        text=text,
        start=0,
        end=len(text),
        score=1.0,
        parts=ScoreParts(),
    )


def cite(name: str, quote: str = LANDING, number: int = 1) -> Citation:
    return Citation(
        number=number, article=article(name, quote), quote=quote, start=0, end=len(quote)
    )


# Metrics


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Eiffel Tower!", "eiffel tower"),
        ("an apple, a day", "apple day"),
        ("$1,000.50", "100050"),
        ("Theatre", "theatre"),
        ("U.S.", "us"),
        ("“Biden’s” €5", "bidens 5"),
        ("Mars—red", "mars red"),
        ("2019–20", "201920"),
        ("the", ""),
    ],
)
def test_normalise_answer(text, expected):
    assert normalise_answer(text) == expected


def test_strip_marks():
    assert strip_marks("It landed [1][12]. It sent a picture [2, 3].") == (
        "It landed. It sent a picture."
    )
    assert strip_marks("He [the pilot] left in [1990s] style.") == (
        "He [the pilot] left in [1990s] style."
    )


@pytest.mark.parametrize(
    ("text", "answers", "match", "f1"),
    [
        ("The Jezero crater [1].", ["Mars", "jezero crater"], True, 1.0),
        # given: landed in jezero crater; wanted: jezero crater; P 2/4, R 2/2
        ("Landed in Jezero Crater [1]", ["Jezero crater"], False, 2 / 3),
        # P 1/2, R 1/3; the other accepted answer shares nothing
        ("red rover", ["Venus", "big red planet"], False, 0.4),
        # a repeated word counts as often as both have it: shared 2, 3 given, 2 wanted
        ("no no no", ["no no"], False, 0.8),
        ("Venus", ["Mars"], False, 0.0),
        ("", ["Mars"], False, 0.0),
        ("Mars", [], False, 0.0),
        ("1", ["1"], True, 1.0),
        ("[1]", ["1"], False, 0.0),
    ],
)
def test_exact_match_and_f1(text, answers, match, f1):
    assert exact_match(text, answers) is match
    assert token_f1(text, answers) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("text", "answers", "f1"),
    [
        ("Yes, it landed on Thursday [1].", ["Yes"], 1.0),
        ("No [1].", ["Yes"], 0.0),
        ("No, and yes was never said.", ["yes", "yes, it did"], 0.0),
        ("It landed, yes [1].", ["Yes"], 0.0),
        ("", ["No"], 0.0),
    ],
)
def test_yes_no_answer_is_judged_on_its_first_word(text, answers, f1):
    assert token_f1(text, answers) == f1
    assert exact_match(text, answers) is bool(f1)


def test_is_yes_no():
    assert is_yes_no(["Yes."])
    assert is_yes_no(["No, it was delayed", "no"])
    assert not is_yes_no(["No Time to Die"])
    assert not is_yes_no([])


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        (LANDING, "jezero crater", True),
        (LANDING, "the Jezero Crater.", True),
        (LANDING, "crater Jezero", False),
        (LANDING, "Jez", False),
        ("NASA’s rover", "NASA", True),
        ("a 21-year-old striker", "21", True),
        ("a 21-year-old striker", "2", False),
        ("1,000 people", "1000", True),
        (LANDING, "the", False),
        ("", "Mars", False),
    ],
)
def test_contains_answer(text, answer, expected):
    assert contains_answer(text, ["Atlantis", answer]) is expected


def test_contains_answer_without_answers():
    assert not contains_answer(LANDING, [])


def test_gold_name_is_an_id_a_file_stem_or_a_title():
    rover = Article(title="r", text="t", id="a45f", source="/n/2021-02-18-rover-u.s.-lands.md")
    assert gold_name(rover, ("x", "a45f")) == "a45f"
    assert gold_name(rover, ("2021-02-18-rover-u.s.-lands",)) == "2021-02-18-rover-u.s.-lands"
    assert gold_name(rover, ("2021-02-18-rover",)) is None
    assert gold_name(rover, ("r",)) == "r"
    assert gold_name(Article(title="r", text="t"), ("None", "", "t")) is None


def test_ranking_metrics():
    ranked = ("a", "b", "c", "d", "e")
    assert ranking(ranked, {"e", "z"})[:4] == (0.0, 0.0, 1.0, pytest.approx(0.2))
    assert ranking(ranked, ("d", "b")).mrr_at_10 == 0.5
    assert ranking(ranked, ("a",)) == (1.0, 1.0, 1.0, 1.0, 1.0)
    # Gains at ranks 2 and 4, against ranks 1 and 2.
    wanted = (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3))
    assert ranking(ranked, ("d", "b")).ndcg_at_10 == pytest.approx(wanted)
    assert ranking(ranked, ("z",)) == ranking((), ("z",)) == (0.0, 0.0, 0.0, 0.0, 0.0)


def test_citation_recall_counts_the_statements_that_a_citation_supports():
    question = Question(
        id="q", question="?", answers=("x",), gold_articles=("a",), gold_sentences=("It is so.",)
    )
    good = Citation(1, article("a"), "It is so.", 0, 9)
    bad = Citation(2, article("b"), "It is not.", 0, 10)
    assert citation_recall("It is so [1].", [good, bad], question) == 1.0
    assert citation_recall("It is so. [1] It is not. [2]", [good, bad], question) == 0.5
    assert citation_recall("It is so. [2][1] And more.", [good, bad], question) == 0.5
    assert citation_recall("It is so.", [good, bad], question) == 0.0
    assert citation_recall("It is so. [3]", [good, bad], question) == 0.0


def test_percentile():
    assert percentile([4.0, 1.0, 2.0, 3.0], 50) == 2.5
    # rank 0.95 * 3 = 2.85, between 3 and 4
    assert percentile([1.0, 2.0, 3.0, 4.0], 95) == pytest.approx(3.85)
    assert percentile([7.0], 95) == 7.0
    assert percentile([], 50) is None


def test_citation_precision():
    question = Question(
        id="q",
        question="Where?",
        answers=("Jezero Crater",),
        gold_articles=("landing", "id-lake"),
        gold_sentences=("PASADENA — The rover sent a picture.",),
    )
    citations = [
        cite("landing", "The rover sent a picture."),  # inside the gold sentence
        cite("lake", LANDING),  # gold by id, holds the answer
        cite("landing", "Engineers cheered."),  # neither
        cite("elsewhere", LANDING),  # not a gold article
        cite("landing", "PASADENA: the rover sent a picture. It was grey."),  # around it
    ]
    assert citation_precision(citations, question) == 3 / 5
    assert citation_precision([], question) == 0.0


def test_citation_precision_without_gold_sentences_asks_for_the_article_only():
    question = Question(id="q", question="Where?", answers=("Mars",), gold_articles=("landing",))
    assert citation_precision([cite("landing"), cite("other")], question) == 0.5


def test_citation_of_yes_or_no_needs_a_gold_sentence():
    question = Question(
        id="q",
        question="Did it land?",
        answers=("No",),
        gold_articles=("landing",),
        gold_sentences=("It burned up.",),
    )
    quotes = [cite("landing", "There was no cheering."), cite("landing", "It burned up.")]
    assert citation_precision(quotes, question) == 0.5


# Questions


def test_load_questions(tmp_path):
    full = {
        "id": "q1",
        "question": "And where?",
        "kind": "follow-up",
        "answers": ["Jezero Crater"],
        "gold_articles": ["landing"],
        "gold_sentences": [LANDING],
        "history": [{"question": "Did it land?", "answer": "Yes [1]."}],
        "since": "2021-02-01",
        "until": "2021-02-28T12:00:00",
    }
    short = {"id": "q2", "question": "Who?", "gold_article_ids": ["a45f"], "unknown": 1}
    lines = f"{json.dumps(full)}\n\n{json.dumps(short)}\n"
    plain, packed = tmp_path / "q.jsonl", tmp_path / "q.jsonl.gz"
    plain.write_text(lines, "utf-8")
    packed.write_bytes(gzip.compress(lines.encode()))
    expected = [
        Question(
            id="q1",
            question="And where?",
            kind="follow-up",
            answers=("Jezero Crater",),
            gold_articles=("landing",),
            gold_sentences=(LANDING,),
            history=(Turn("Did it land?", "Yes [1]."),),
            since="2021-02-01",
            until="2021-02-28",
        ),
        Question(id="q2", question="Who?", kind="fact", gold_articles=("a45f",)),
    ]
    assert load_questions(plain) == load_questions(str(packed)) == expected
    assert [question.answerable for question in expected] == [True, False]


def test_empty_file_holds_no_questions(tmp_path):
    (tmp_path / "q.jsonl").write_text("\n")
    assert load_questions(tmp_path / "q.jsonl") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "b"}', '"question" is missing or blank'),
        ('{"question": "Who?"}', '"id" is missing or blank'),
        ('{"id": "b", "question": " "}', '"question" is missing or blank'),
        ('{"id": 7, "question": "Who?"}', '"id" must be text, got 7'),
        ('{"id": "b", "question"', "not JSON: Expecting ':' delimiter at column 23"),
        ('["b"]', "expected an object with keys, got list"),
        ('{"id": "b", "question": "Who?", "answers": "x"}', "\"answers\" must be a list, got 'x'"),
        ('{"id": "b", "question": "Who?", "answers": [""]}', '"answers" must hold texts'),
        ('{"id": "b", "question": "Who?", "history": ["x"]}', '"history" must hold objects'),
        ('{"id": "b", "question": "?", "history": [{"question": "x"}]}', '"answer" is missing'),
        ('{"id": "b", "question": "Who?", "since": "soon"}', "not a date: 'soon'"),
        ('{"id": "a", "question": "Who?"}', "\"id\" 'a' is used twice"),
    ],
)
def test_bad_line_is_named(tmp_path, line, message):
    path = tmp_path / "q.jsonl"
    path.write_text(f'{{"id": "a", "question": "What?"}}\n\n{line}\n')
    with pytest.raises(SourceError) as caught:
        load_questions(path)
    assert str(caught.value).startswith(f"{path}, line 3: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.jsonl", None),
        ("latin.jsonl", b'{"id": "a", "question": "Qu\xe9?"}\n'),
        ("plain.jsonl.gz", b"{}"),
        ("cut.jsonl.gz", gzip.compress(b"\n" * 99)[:-9]),
    ],
    ids=["missing", "not UTF-8", "not gzip", "cut short"],
)
def test_unreadable_file_is_named(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=f"cannot read questions from .*{name}"):
        load_questions(tmp_path / name)


def test_packaged_questions_can_be_scored():
    questions = load_questions(packaged_questions())
    assert {question.answerable for question in questions} == {True, False}
    for question in questions:
        if question.answerable:
            assert question.gold_articles, question.id
            assert exact_match(question.answers[0], question.answers), question.id


# Runner

WHERE = Question(
    id="where",
    question="Where did it land?",
    answers=("Jezero Crater",),
    gold_articles=("landing",),
    gold_sentences=(LANDING,),
)
WHO = Question(id="who", question="Who built it?", answers=("JPL",), gold_articles=("id-lab",))
DID = Question(id="did", question="Did it land?", kind="yes/no", answers=("Yes",))
WHEN = Question(id="when", question="When?", answers=("Friday",), gold_articles=("landing",))
LOST = Question(id="lost", question="Who is mayor?", kind="no answer")
GONE = Question(id="gone", question="Who won?", kind="no answer")
QUESTIONS = [WHERE, WHO, DID, WHEN, LOST, GONE]

FOUND = {
    # two passages of one article are one rank
    "where": [hit("a"), hit("a"), hit("landing", LANDING), hit("b")],
    # the answer stands in the fifth passage: too late to be read; its article is second
    "who": [hit("a")] * 4 + [hit("lab", "JPL built it.")],
    "did": [hit("landing", LANDING)],
    "when": [hit("landing", LANDING)],
    "lost": [hit("a")],
    "gone": [],
}


def reply(question: Question, text: str, *citations: Citation, seconds: float) -> Answer:
    return Answer(
        question=question.question,
        text=text,
        abstained=text == REFUSAL,
        citations=citations,
        timings=Timings(
            search=0.1,
            first_text=None if text == REFUSAL else seconds / 2,
            generate=seconds - 0.1,
            total=seconds,
        ),
    )


def fake_answer(question: Question) -> Answer:
    if question is WHEN:
        raise GenerationError("the model is gone; start it again")
    return {
        "where": reply(
            WHERE,
            "In Jezero Crater [1][2].",
            cite("landing"),
            cite("a", "It rained.", 2),
            seconds=1.0,
        ),
        "who": reply(WHO, REFUSAL, seconds=2.0),
        "did": reply(DID, "Yes, on Thursday [1].", cite("landing"), seconds=3.0),
        "lost": reply(LOST, "Ann Lee [1].", cite("a", "Ann Lee spoke."), seconds=4.0),
        "gone": reply(GONE, REFUSAL, seconds=5.0),
    }[question.id]


def fake_search(question: Question, k: int) -> list[Hit]:
    return FOUND[question.id][:k]


@pytest.fixture
def finished() -> EvalRun:
    return run(QUESTIONS, answer=fake_answer, search=fake_search)


def test_outcome_of_an_answer(finished):
    assert finished.outcomes[0] == Outcome(
        question=WHERE,
        answer="In Jezero Crater [1][2].",
        abstained=False,
        f1=0.8,  # P 2/3, R 2/2
        exact_match=False,
        holds_answer=True,
        cites_gold=True,
        quote_holds_answer=True,
        citation_precision=0.5,
        citation_recall=1.0,
        passages_hold_answer=True,
        ranked_ids=("id-a", "landing", "id-b"),
        timings=Timings(search=0.1, first_text=0.5, generate=0.9, total=1.0),
    )


def test_outcomes_of_a_refusal_and_of_a_false_answer(finished):
    refused, false = finished.outcomes[1], finished.outcomes[4]
    assert (refused.f1, refused.exact_match, refused.holds_answer) == (0.0, False, False)
    assert (refused.cites_gold, refused.citation_precision) == (None, None)
    assert refused.passages_hold_answer is False
    assert refused.ranked_ids == ("id-a", "id-lab")
    assert (false.abstained, false.f1, false.citation_precision) == (False, None, None)


def test_yes_no_outcome_is_not_sought_in_quotes(finished):
    outcome = finished.outcomes[2]
    assert (outcome.f1, outcome.exact_match, outcome.holds_answer) == (1.0, True, True)
    assert outcome.quote_holds_answer is None
    assert outcome.passages_hold_answer is None
    assert outcome.cites_gold is None  # it names no gold article


def test_failed_question_is_recorded_as_refused_and_the_run_goes_on(finished):
    failed = finished.outcomes[3]
    assert failed.error == "the model is gone; start it again"
    assert (failed.abstained, failed.f1, failed.ranked_ids) == (True, 0.0, ("landing",))
    assert [outcome.question for outcome in finished.outcomes] == QUESTIONS


def test_a_followup_is_searched_in_the_form_that_the_answer_has_it_in():
    searched = []

    def search(question, k):
        searched.append((question.question, question.gold_articles, k))
        return []

    rewritten = replace(fake_answer(WHERE), question="Where did Perseverance land?")
    (outcome,) = run([WHERE], answer=lambda q: rewritten, search=search).outcomes
    assert searched == [("Where did Perseverance land?", ("landing",), 40)]
    assert outcome.question == WHERE


def test_failed_search_is_recorded_too():
    def broken(question, k):
        raise GenerationError("no index")

    (outcome,) = run([WHERE], answer=fake_answer, search=broken).outcomes
    assert (outcome.error, outcome.abstained, outcome.ranked_ids) == ("no index", True, ())


def test_bug_in_the_answer_function_is_not_hidden():
    with pytest.raises(KeyError):
        run([Question(id="new", question="?")], answer=fake_answer, search=lambda q, k: [])


def test_progress_is_told_after_each_question():
    told = []
    run(
        [WHERE, DID],
        answer=fake_answer,
        search=fake_search,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 2), (2, 2)]


def test_only_ten_distinct_articles_are_ranked():
    hits = [hit(f"n{number // 2}") for number in range(30)]
    (outcome,) = run([WHERE], answer=fake_answer, search=lambda q, k: hits[:k]).outcomes
    assert outcome.ranked_ids == tuple(f"id-n{number}" for number in range(10))


def mean(summary: Summary, name: str, kind: str | None = None) -> tuple[float | None, int]:
    scores = summary.by_kind[kind] if kind else summary.overall
    found = scores.means[name]
    if found.value is not None:
        assert found.low <= found.value <= found.high
    return found.value if found.value is None else round(found.value, 6), found.count


def test_summary(finished):
    summary = summarise(finished)
    scores = summary.overall
    assert (scores.questions, scores.answerable, scores.errors) == (6, 4, 1)
    # where, who, when name gold articles, found at ranks 2, 2, 1
    assert mean(summary, "hit_at_1") == (0.333333, 3)
    assert mean(summary, "hit_at_4") == mean(summary, "hit_at_10") == (1.0, 3)
    assert mean(summary, "mrr_at_10") == (0.666667, 3)
    assert mean(summary, "answer_in_passages_at_4") == (0.333333, 3)
    # where 0.8, who refused, did 1, when failed
    assert mean(summary, "f1") == (0.45, 4)
    assert mean(summary, "exact_match") == (0.25, 4)
    assert mean(summary, "holds_answer") == (0.5, 4)
    assert mean(summary, "answered") == (0.5, 6)
    assert mean(summary, "cites_gold") == mean(summary, "quote_holds_answer") == (1.0, 1)
    assert mean(summary, "citation_precision") == (0.5, 1)
    assert mean(summary, "citation_recall") == (1.0, 1)
    assert mean(summary, "false_refusals") == (0.5, 4)
    assert mean(summary, "false_answers") == (0.5, 2)
    # totals 1 to 5 s; first texts 0.5, 1.5 and 2 s; p95 at ranks 3.8 and 1.9
    assert scores.total == Latency(3.0, pytest.approx(4.8), 5)
    assert scores.first_text == Latency(1.5, pytest.approx(1.95), 3)


def test_summary_by_kind(finished):
    summary = summarise(finished)
    assert list(summary.by_kind) == ["fact", "no answer", "yes/no"]
    assert mean(summary, "f1", "fact") == (0.266667, 3)
    assert mean(summary, "f1", "no answer") == (None, 0)
    assert mean(summary, "false_answers", "no answer") == (0.5, 2)
    assert mean(summary, "exact_match", "yes/no") == (1.0, 1)


def test_no_questions():
    empty = run([], answer=fake_answer, search=fake_search)
    summary = summarise(empty)
    assert empty.outcomes == ()
    assert summary.by_kind == {}
    assert summary.overall.questions == 0
    assert mean(summary, "f1") == (None, 0)
    assert summary.overall.total == Latency(None, None, 0)
    report = Report(empty, summary, {})
    assert "| hit@1 | – |" in to_markdown(report)
    assert json.loads(to_json(report))["outcomes"] == []
    assert [table.row_count for table in to_tables(report)] == [len(MEASURES) + 5]
    assert "<h2>Failures: 0</h2>" in to_html(report)


# Comparison


def test_a_change_is_flagged_when_its_interval_leaves_out_zero():
    asked = [replace(WHERE, id=str(number)) for number in range(20)]

    def outcomes(f1, refused):
        return EvalRun(
            dt.datetime.now(dt.UTC),
            tuple(
                Outcome(q, f1=f1 if i % 2 else 0.4, abstained=i < refused, exact_match=False)
                for i, q in enumerate(asked)
            ),
        )

    changes = {c.measure: c for c in compare(outcomes(0.2, 3), outcomes(0.8, 4))}
    f1 = changes["f1"]
    assert (f1.before, f1.after, f1.count) == (pytest.approx(0.3), pytest.approx(0.6), 20)
    assert 0 < f1.low < 0.3 < f1.high < 0.6
    assert f1.verdict == "better"
    assert changes["exact_match"].verdict == ""
    refusals = changes["false_refusals"]
    assert (refusals.before, refusals.after) == (pytest.approx(0.15), pytest.approx(0.2))
    assert refusals.low == 0
    assert refusals.verdict == ""
    worse = {c.measure: c for c in compare(outcomes(0.2, 0), outcomes(0.2, 20))}
    assert worse["false_refusals"].verdict == "worse"
    assert worse["answered"].verdict == "changed"
    assert "cites_gold" not in changes


def test_only_questions_asked_alike_are_compared(finished):
    other = EvalRun(
        finished.started,
        tuple(replace(o, question=replace(o.question, answers=("z",))) for o in finished.outcomes),
    )
    assert compare(other, finished) == []
    assert all(change.after == change.before for change in compare(finished, finished))


# Report


def test_faults(finished):
    assert [fault(outcome) for outcome in finished.outcomes] == [
        None,
        "refused",
        None,
        "error: the model is gone; start it again",
        "answered, should have refused",
        None,
    ]
    given = Outcome(question=WHERE, abstained=False, holds_answer=False, cites_gold=False)
    assert fault(given) == "wrong answer"
    given = Outcome(question=WHERE, abstained=False, holds_answer=True, cites_gold=False)
    assert fault(given) == "cites no gold article"


def test_json_report(finished):
    asked = Question(id="h", question="And?", history=(Turn("Did it?", "Yes."),))
    told = EvalRun(
        started=finished.started, outcomes=(Outcome(question=asked), finished.outcomes[0])
    )
    report = json.loads(to_json(Report(told, summarise(told), {"embedder": "mini"})))
    assert dt.datetime.fromisoformat(report["started"]) == told.started.replace(microsecond=0)
    assert report["settings"] == {"embedder": "mini"}
    f1 = report["summary"]["overall"]["means"]["f1"]
    assert f1 == {"value": 0.8, "count": 1, "low": 0.8, "high": 0.8}
    first, second = report["outcomes"]
    turn = {"question": "Did it?", "answer": "Yes.", "short": ""}
    assert first["question"]["history"] == [turn]
    assert (second["ranked_ids"], second["timings"]["total"]) == (["id-a", "landing", "id-b"], 1.0)


def test_markdown_report(finished):
    report = to_markdown(Report(finished, summarise(finished), {"model": "a|b"}))
    assert "| model | a\\|b |" in report
    assert "| score | all | fact | no answer | yes/no |" in report
    assert (
        "| answer F1 | 0.450 [0.000, 0.900] (4) | 0.267 [0.000, 0.800] (3) | – | 1.000 [1.0"
        in report
    )
    assert "| total, p50 / p95 | 3.00 / 4.80 s | 1.50 / 1.95 s | 4.50 / 4.95 s |" in report
    assert report.split("## Failures\n\n")[1] == (
        "- **who** (refused): Who built it?\n"
        "  - expected: JPL\n"
        f"  - got: {REFUSAL}\n"
        "- **when** (error: the model is gone; start it again): When?\n"
        "  - expected: Friday\n"
        "  - got: –\n"
        "- **lost** (answered, should have refused): Who is mayor?\n"
        "  - expected: a refusal\n"
        "  - got: Ann Lee [1].\n"
    )


def test_markdown_report_without_failures():
    good = run([WHERE], answer=fake_answer, search=fake_search)
    assert to_markdown(Report(good, summarise(good), {})).endswith("## Failures\n\nNone.\n")


def test_table(finished):
    console = Console(width=160, file=io.StringIO(), record=True)
    (table,) = to_tables(Report(finished, summarise(finished), {}))
    console.print(table)
    (row,) = [line for line in console.export_text().splitlines() if "MRR@10" in line]
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == ["MRR@10", "0.667 [0.500, 1.000] (3)"]


def test_write(finished, tmp_path):
    started = dt.datetime(2026, 3, 1, 0, 30, 5, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    dated = EvalRun(started=started, outcomes=finished.outcomes)
    report = Report(dated, summarise(dated), {"k": "v"}, earlier=finished)
    reports = tmp_path / "deep" / "reports"
    assert latest(reports) is None
    written = write(report, reports)
    assert written == reports / "2026-02-28T233005Z"
    assert (written / "report.json").read_text("utf-8") == to_json(report)
    assert (written / "report.md").read_text("utf-8") == to_markdown(report)
    assert (written / "report.html").read_text("utf-8").count("<svg ") == 3
    assert list(reports.iterdir()) == [written]
    assert latest(reports) == written
    with pytest.raises(FileExistsError, match="2026-02-28T233005Z already holds a report"):
        write(report, reports)


def test_a_report_is_read_as_it_was_written(finished, tmp_path):
    asked = Question(id="h", question="And?", history=(Turn("Did it?", "Yes."),))
    told = EvalRun(finished.started.replace(microsecond=0), (Outcome(asked), *finished.outcomes))
    written = write(Report(told, summarise(told), {}), tmp_path)
    assert read(written) == read(written / "report.json") == told


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"started": "2026-01-01", "outcomes": [{}]}'])
def test_what_is_no_report_is_refused(tmp_path, text):
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="is not a report of an evaluation"):
        read(tmp_path)


def test_html_report_shows_everything_as_text_and_asks_for_nothing():
    asked = replace(WHERE, question="<script>alert(1)</script>", kind="<b>")
    outcomes = run(
        [asked], answer=lambda q: reply(q, "<img src=x>", seconds=1.0), search=fake_search
    )
    page = to_html(Report(outcomes, summarise(outcomes), {"a": "<i>"}, earlier=outcomes))
    assert "<script" not in page
    assert "<img" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=\"(?!#)", page.replace('xmlns:xlink="', ""))
    assert "Compared with" in page


def test_failed_write_leaves_nothing(finished, tmp_path):
    with pytest.raises(TypeError):
        write(Report(finished, summarise(finished), {"k": object()}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_squad_questions(tmp_path):
    context = "It rained. Ann Lee is mayor of Valletta. She won in 2020."
    answer = {"text": "Ann Lee", "answer_start": context.index("Ann")}
    qas = [
        {"id": "a", "question": " Who is mayor? ", "answers": [answer, answer]},
        {"id": "b", "question": "Who lost?", "answers": [], "is_impossible": True},
    ]
    data = {"data": [{"title": "Valletta", "paragraphs": [{"context": context, "qas": qas}]}]}
    path = tmp_path / "dev.json.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        json.dump(data, file)
    assert load_questions(path) == [
        Question(
            id="a",
            question="Who is mayor?",
            answers=("Ann Lee",),
            gold_articles=("Valletta",),
            gold_sentences=("Ann Lee is mayor of Valletta.",),
        ),
        Question(id="b", question="Who lost?"),
    ]
    (tmp_path / "bad.json").write_text('{"data": [{}]}', encoding="utf-8")
    with pytest.raises(SourceError, match="not in the format of SQuAD"):
        load_questions(tmp_path / "bad.json")
