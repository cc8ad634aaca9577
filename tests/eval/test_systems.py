import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from eval.questions import Question
from eval.systems import HidingArchive, bare, choose, extractive, measure, to_table
from tests.fakes import FakeEmbedder, FakeGenerator

FERRY = rag.Article(
    id="ferry",
    title="Ferry strike",
    text="The ferry strike closed the harbour of Valletta for 3 days. It ended on Sunday.",
)
VOTE = rag.Article(id="vote", title="Election", text="Ann Borg won the election.")
ASKED = Question(
    id="q1",
    question="How many days did the ferry strike close the harbour?",
    answers=("3 days",),
    gold_articles=("ferry",),
)


@pytest.fixture
def news(tmp_path: Path, embedder: FakeEmbedder) -> Iterator[HidingArchive]:
    with HidingArchive.open(tmp_path / "news", embedder=embedder) as opened:
        assert isinstance(opened, HidingArchive)
        opened.ingest([FERRY, VOTE])
        yield opened


def test_the_same_questions_are_chosen_and_some_are_asked_twice() -> None:
    questions = [dataclasses.replace(ASKED, id=f"q{n}") for n in range(20)]
    asked = choose(questions, answerable=5, hidden=2)
    assert asked == choose(questions, answerable=5, hidden=2)
    hidden = {item.question.id for item in asked if item.hidden}
    known = {item.question.id for item in asked if not item.hidden}
    assert (len(hidden), len(known)) == (2, 5)
    assert hidden < known
    assert not any(item.question.answerable for item in asked if item.hidden)


def test_the_rest_are_the_others_both_ways_and_what_has_no_answer_is_always_asked() -> None:
    questions = [dataclasses.replace(ASKED, id=f"q{n}") for n in range(20)]
    none = dataclasses.replace(ASKED, id="none", answers=())
    drawn = choose([*questions, none], answerable=5, hidden=2)
    rest = choose([*questions, none], answerable=5, hidden=2, rest=True)
    assert {a.question.id for a in drawn} & {a.question.id for a in rest} == {"none"}
    assert len(rest) == 2 * 15 + 1
    assert [item.hidden for item in rest if item.question.id == "none"] == [True]


def test_hidden_articles_are_not_found(news: HidingArchive) -> None:
    assert news.search(ASKED.question, k=1)[0].article.id == "ferry"
    news.hidden = ("ferry",)
    assert [hit.article.id for hit in news.search(ASKED.question, k=5)] == ["vote"]


def test_quotation_alone_quotes_the_best_sentence(news: HidingArchive) -> None:
    answer = extractive(news)(ASKED)
    assert answer.text == "The ferry strike closed the harbour of Valletta for 3 days. [1]"
    assert answer.citations[0].article.id == "ferry"
    nothing = dataclasses.replace(ASKED, question="Who directed the opera in Vienna?")
    assert extractive(news)(nothing).abstained


def test_the_bare_model_is_judged_by_its_own_words_and_marks(news: HidingArchive) -> None:
    answer = bare(news, FakeGenerator("The strike lasted 3 days [1] or so [7]."))(ASKED)
    assert answer.text == "The strike lasted 3 days or so."
    assert [citation.article.id for citation in answer.citations] == ["ferry"]
    assert bare(news, FakeGenerator("Not in the articles."))(ASKED).abstained


def test_outcomes_make_a_table(news: HidingArchive) -> None:
    asked = choose([ASKED], answerable=1, hidden=1)
    rows = [{"system": "quotes", **row} for row in measure(news, asked, extractive(news))]
    by_hidden = {row["hidden"]: row for row in rows}
    assert by_hidden[False]["cites_gold"] is True
    assert by_hidden[False]["quote_holds_answer"] is True
    assert by_hidden[True]["abstained"] is True
    sure = {key: row["confidence"]["probability"] for key, row in by_hidden.items()}
    assert sure[False] > 0.5 > sure[True]
    table = to_table(rows)
    cells = dict(zip(table.columns[0].cells, table.columns[1].cells, strict=True))
    assert cells["questions, answerable / hidden"] == "1 / 1"
    assert cells["hidden, but answered"] == "0.00 [0.00, 0.00]"
    assert cells["of the answers given: the right article is cited"] == "1.00 [1.00, 1.00]"


def test_a_question_that_fails_is_no_refusal(news: HidingArchive) -> None:
    def fails(_question: Question) -> rag.Answer:
        raise rag.RagError("the reader is damaged")

    with pytest.raises(rag.RagError, match="damaged"):
        list(measure(news, choose([ASKED], answerable=1, hidden=0), fails))
