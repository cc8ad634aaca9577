"""Questions put in other words by a generator, and what is learnt from them."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.errors import TrainingError
from rag.reading import Asked, Candidate, Reading
from rag.training.reader import mix
from rag.training.reader.lessons import Lesson
from rag.training.reader.rewording import not_told, read_rewordings, reword, reworded
from rag.types import Span
from tests.fakes import FakeGenerator
from ui.cli import app

QUESTION = "What vehicle did the rover carry to Mars?"
TEXT = (
    "The rover landed on Mars on Thursday, after a journey of seven months. It carries a small "
    "helicopter. Its wheels are made of aluminium, and it will look for traces of life."
)
START = TEXT.index("helicopter")
LESSON = Lesson(
    QUESTION, "Mars", TEXT, (Span(START, START + 10),), source="squad", answers=("helicopter",)
)
UNTOLD = Lesson("Who built the rover?", "Mars", TEXT, source="squad")


class Finds:
    """A reader that finds `text[start:end]` of every passage."""

    id = "finds"

    def __init__(self, start: int, end: int, odds: float = 2.0) -> None:
        self.reading = Reading((Candidate(start, end, odds),), odds)

    def read_together(self, asked: list[Asked]) -> list[list[Reading]]:
        return [[self.reading for _ in item.passages] for item in asked]


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("which chopper flew along to mars\n\nQuestion:", True),
        ("which chopper flew along to the planet", False),
        ("What vehicle did the rover carry to Mars", False),
        ("chopper", False),
        ("which chopper flew to mars in 2020", False),
        ("", False),
    ],
)
def test_what_is_written_is_taken_if_it_is_a_question_in_other_words(
    written: str, taken: bool
) -> None:
    generator = FakeGenerator(written)
    new = reword(QUESTION, generator=generator)
    assert new == (written.splitlines()[0] if taken else "")
    assert generator.asked[0][-1].content == QUESTION


def test_a_rewording_that_finds_the_answer_is_learnt() -> None:
    words = {QUESTION.casefold(): "which chopper went along"}
    [lesson] = reworded([LESSON, UNTOLD], words, reader=Finds(START, START + 10))
    assert (lesson.question, lesson.spans) == ("which chopper went along", LESSON.spans)


def test_a_rewording_that_finds_something_else_is_left_out() -> None:
    words = {QUESTION.casefold(): "which day did it land"}
    assert not list(reworded([LESSON], words, reader=Finds(24, 32)))
    doubted = Finds(START, START + 10, odds=-4.0)
    assert not list(reworded([LESSON], words, reader=doubted))


def test_what_the_passage_does_not_tell_is_learnt_in_other_words_too() -> None:
    words = {UNTOLD.question.casefold(): "which firm made it"}
    [lesson] = reworded([LESSON, UNTOLD], words, reader=Finds(0, 1))
    assert (lesson.question, lesson.answered) == ("which firm made it", False)


def test_beside_a_rewording_stand_passages_that_do_not_answer_it() -> None:
    found = list(
        not_told([LESSON] * 40, pool=[LESSON], search=lambda _: [("Sea", "A ship sank.")],
                 rng=random.Random(0))
    )  # fmt: skip
    assert not any(lesson.answered for lesson in found)
    assert {"A ship sank.", TEXT.replace("It carries a small helicopter. ", "")} <= {
        lesson.text for lesson in found
    }


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text('{"question": "Who?"}\n')
    with pytest.raises(TrainingError, match="rag train reword"):
        read_rewordings(file)


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sets with one set of two questions."""
    monkeypatch.setattr(mix, "SHARES", {"squad": mix.Share(5, 5)})
    monkeypatch.setattr(mix, "claims", lambda *_: [])
    (tmp_path / "sets" / "squad").mkdir(parents=True)
    records = [
        {"question": QUESTION, "answers": ["helicopter"], "title": "Mars", "context": TEXT},
        {"question": UNTOLD.question, "answers": [], "title": "Mars", "context": TEXT},
    ]
    rows = "\n".join(map(json.dumps, records)).encode()
    (tmp_path / "sets" / "squad" / "data.jsonl.gz").write_bytes(gzip.compress(rows))
    return tmp_path / "sets"


def test_half_of_the_lessons_ask_in_the_words_of_the_file(
    sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = FakeGenerator("which chopper flew along to mars")
    monkeypatch.setattr("ui.cli.training.rewording.load_generator", lambda _: generator)
    out = tmp_path / "words.jsonl"
    words = ["train", "reword", "--mix", str(sets), "--generator", "x", "--out", str(out)]
    first = CliRunner().invoke(app, [*words, "--most", "1"])
    assert (first.exit_code, len(out.read_text().splitlines())) == (0, 1)
    assert CliRunner().invoke(app, words).exit_code == 0
    assert len(generator.asked) == 2
    assert set(read_rewordings(out)) == {QUESTION.casefold(), UNTOLD.question.casefold()}
    found = mix.lessons_reworded(sets, read_rewordings(out), reader=Finds(START, START + 10))
    new = [lesson for lesson in found if "/reworded" in lesson.source]
    # The one with an answer is read twice.
    assert len([lesson for lesson in new if lesson.spans]) == 2
    assert any("/reworded" not in lesson.source for lesson in found)


def test_rewordings_of_other_questions_are_told(sets: Path) -> None:
    with pytest.raises(TrainingError, match="none of the rewordings"):
        mix.lessons_reworded(sets, {"who?": "which one"}, reader=Finds(0, 1))
