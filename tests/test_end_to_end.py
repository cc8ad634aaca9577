"""The whole pipeline with the real models, from files to cited answers."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import rag
from rag.generation.prompts import REFUSAL

pytestmark = pytest.mark.models
DUMP = Path(__file__).parent / "data" / "page_dump.txt"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rag.Archive]:
    with rag.Archive.open(tmp_path_factory.mktemp("indexes") / "sample") as archive:
        report = archive.ingest(str(files("rag") / "sample"))
        assert report.skipped == ()
        assert report.added == len(archive.articles())
        yield archive


def _check(answer: rag.Answer) -> None:
    """Every sentence has a mark, every mark a quotation that is where it says it is."""
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)}
    assert numbers == {citation.number for citation in answer.citations}
    assert answer.text.endswith("]")
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("When did the Perseverance rover land on Mars?", "Perseverance"),
        ("How many people were killed by the explosion at the port of Beirut?", "Beirut"),
        ("Who did Haftar meet in Moscow?", "Haftar"),
    ],
)
def test_a_question_is_answered_from_the_right_article(
    sample: rag.Archive, question: str, title: str
) -> None:
    answer = rag.answer(question, archive=sample)
    assert not answer.abstained
    _check(answer)
    assert title in answer.citations[0].article.title


@pytest.mark.parametrize(
    "question",
    ["What is the best recipe for onion soup?", "Who won the World Cup in 2038?", ""],
)
def test_what_the_articles_do_not_say_is_refused(sample: rag.Archive, question: str) -> None:
    answer = rag.answer(question, archive=sample)
    assert answer.abstained
    assert answer.text == REFUSAL
    assert answer.citations == ()


def test_filters_and_followups(sample: rag.Archive) -> None:
    question = "What is the Federal Reserve's target range for interest rates?"
    early = sample.search(question, until="2020-12-31", k=1)[0]
    late = sample.search(question, since="2023-01-01", k=1)[0]
    assert (early.article.date or "") <= "2020-12-31" < "2023-01-01" <= (late.article.date or "")
    first = rag.answer("When did the Perseverance rover land on Mars?", archive=sample)
    second = rag.answer(
        "And how much does it weigh?", archive=sample, history=[(first.question, first.text)]
    )
    assert "Perseverance" in second.hits[0].article.title


def test_the_embedder_gives_the_published_vectors(sample: rag.Archive) -> None:
    # First numbers of the float32 model on this sentence; bfloat16 rounds them.
    vector = sample.embedder().embed_question("a cat sat on the mat")
    np.testing.assert_allclose(vector[:4], [0.12337, -0.02018, -0.02907, 0.05043], atol=3e-3)
    assert float(vector @ vector) == pytest.approx(1.0, abs=1e-5)


def test_a_raw_page_dump_becomes_two_articles_that_answer(tmp_path: Path) -> None:
    with rag.Archive.open(tmp_path / "dump") as archive:
        assert archive.ingest(DUMP).added == 2
        assert {article.title for article in archive.articles()} == {
            "Port Ellery’s Mayor Visits Outer Islands for First Time",
            "Tern Island’s Council Rules Out Bridge Before Lighthouse Is Repaired",
        }
        answer = rag.answer("How many volunteer firefighters does Tomas lead?", archive=archive)
        _check(answer)
        assert (
            answer.citations[0].quote
            == "Her brother, Tomas, leads the islands' 12 volunteer firefighters."
        )
        assert archive.ingest(DUMP).unchanged == 2
