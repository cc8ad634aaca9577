"""Lessons, negatives, and a tiny reader that learns and goes on after a stop."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

import rag
from rag.errors import TrainingError
from rag.models import adapters
from rag.reading.pairs import PairTokenizer
from rag.training.examples import records
from rag.training.reader.lessons import LONGEST, Lesson, Span, lesson_of, read_records
from rag.training.reader.loop import CHECKPOINT, Recipe, train
from rag.training.reader.mean import save_mean
from rag.training.reader.mix import KEPT_OUT, lessons, own_lessons
from rag.training.reader.negatives import beside, swapped
from rag.training.reader.saving import save
from tests.fakes import BagOfWords
from tests.reading.test_reading import network, tokenizer
from ui.cli import app

pytestmark = pytest.mark.slow

RECORD = {
    "question": "How long was the strike in 2019?",
    "answers": ["three days"],
    "title": "Ferry_strike",
    "context": "The strike took three days. It ended three days before Easter 2019.",
}
CUP = Lesson("Who won?", "Cup", "South Africa won the cup.", (Span(0, 12),), answers=("x",))
NONE = Lesson("Who won?", "", "The cup in 2019.")
YES = Lesson("Who won the cup?", "", "South Africa won.", verdict="yes")


def test_the_answer_is_found_in_the_sentence_nearest_the_question() -> None:
    lesson = lesson_of(RECORD, source="own")
    assert lesson is not None
    (span,) = lesson.spans
    assert lesson.text[span.start : span.end] == "three days"
    assert span.start == RECORD["context"].index("three days")
    assert (lesson.heading, lesson.answered) == ("Ferry strike", True)


def test_yes_and_no_are_verdicts_and_no_answer_is_none() -> None:
    yes = lesson_of({**RECORD, "answers": ["Yes"]}, source="own")
    none = lesson_of({**RECORD, "answers": []}, source="own")
    lost = lesson_of({**RECORD, "answers": ["four weeks"]}, source="own")
    assert yes is not None
    assert (yes.verdict, yes.answered) == ("yes", True)
    assert none is not None
    assert not none.answered
    assert lost is None


def test_a_long_passage_is_cut_around_the_answer() -> None:
    filler = "Nothing of note took place that year. " * 40
    lesson = lesson_of({**RECORD, "context": f"{filler}{RECORD['context']} {filler}"}, source="own")
    assert lesson is not None
    (span,) = lesson.spans
    assert len(lesson.text) <= LONGEST
    assert lesson.text[span.start : span.end] == "three days"
    assert lesson.text.startswith(("Nothing", "The strike"))


def test_a_changed_question_asks_for_what_the_passage_lacks() -> None:
    lesson = lesson_of(RECORD, source="own")
    pool = [Lesson("What was lost in 1912?", "", "A ship."), Lesson("Of 1831?", "", "")]
    found = swapped(lesson, pool, random.Random(0))
    assert found is not None
    assert found.question in (
        "How long was the strike in 1912?",
        "How long was the strike in 1831?",
    )
    assert not found.answered
    assert swapped(Lesson("who won?", "", ""), pool, random.Random(0)) is None


def test_a_changed_question_may_name_what_the_passage_has_elsewhere() -> None:
    text = "The club was led from Kiel. Otto Lind led it in 1912."
    lesson = Lesson("When did a man called Otto Lind lead it?", "", text, answers=("1912",))
    pool = [Lesson("", "", "He met Eva Moss.")]
    found = {swapped(lesson, pool, random.Random(seed)) for seed in range(9)}
    names = ("Kiel", "Eva Moss")
    assert {item.question for item in found if item} == {
        f"When did a man called {name} lead it?" for name in names
    }


def test_passages_beside_the_answer_do_not_hold_it() -> None:
    lesson = lesson_of(RECORD, source="own")
    found = [("A", "It took three days too."), ("B", "A bus strike."), ("C", "Another.")]
    assert [item.text for item in beside(lesson, found, most=1)] == ["A bus strike."]


def test_own_records_get_negatives(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl.gz"
    rows = [{**RECORD, "question": f"How long was strike {n} in 2019?", "context":
             f"Strike {n} took three days. {'It rained. ' * n}"} for n in range(12)]  # fmt: skip
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    assert len(list(read_records(file))) == 12
    found = own_lessons(records([file]))
    assert sum(lesson.answered for lesson in found) == 12
    assert [lesson.source for lesson in found] == [
        lesson.source for lesson in own_lessons(records([file]))
    ]


def test_own_records_that_teach_nothing_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good, elsewhere = json.dumps(RECORD), json.dumps({**RECORD, "question": "?", "answers": ["x"]})
    file = tmp_path / "own.jsonl"
    file.write_text(f"{good}\n{elsewhere}\n")
    assert [lesson.question for lesson in own_lessons(records([file]))] == [RECORD["question"]]
    assert "1 of 2 questions are left out" in caplog.text
    file.write_text(elsewhere)
    with pytest.raises(TrainingError, match="no question to learn from"):
        own_lessons(records([file]))
    file.write_text(f'{good}\n{{"question": "x"}}\n')
    with pytest.raises(TrainingError, match=r"own\.jsonl:2: 'answers' is missing; a record needs"):
        own_lessons(records([file]))


def test_own_questions_take_their_passages_from_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.jsonl"
    asked = {"id": "1", "question": "How long was the strike?", "answers": ["three days"]}
    far = {"id": "2", "question": "Who won the cup?", "answers": []}
    rows = [{**asked, "gold_articles": ["strike"]}, {**far, "gold_articles": []}]
    file.write_text("\n".join(map(json.dumps, rows)))
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as archive:
        archive.ingest(rag.Article("Ferry", "The strike took three days.", id="strike"))
    monkeypatch.setattr(
        "rag.embedding.embedder.TransformerEmbedder.load", lambda *_, **__: BagOfWords()
    )
    learnt: list[Lesson] = []
    monkeypatch.setattr("ui.cli.training.reader._run", lambda found, **_: learnt.extend(found))
    words = ["--archive", str(tmp_path / "town"), "--out", str(tmp_path / "out")]
    CliRunner().invoke(app, ["train", "reader", str(file), *words])
    taught = {lesson.question: lesson for lesson in learnt if lesson.source == "own"}
    assert taught["How long was the strike?"].answers == ("three days",)
    assert "three days" in taught["How long was the strike?"].text
    assert not taught["Who won the cup?"].answered


def test_a_mix_without_its_sets_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is missing"):
        lessons(tmp_path)
    assert "normans" in KEPT_OUT


def run(folder: Path, *, passes: int = 30, stop_after: int | None = None) -> object:
    steps = train(
        network(),
        PairTokenizer(tokenizer()),
        [CUP, NONE, YES],
        folder=folder,
        recipe=Recipe(rank=2, alpha=4, passes=passes, warmup_steps=2, learning_rate=0.03),
    )
    losses = []
    while True:
        try:
            losses.append(next(steps).loss)
        except StopIteration as done:
            return losses, done.value
        if len(losses) == stop_after:
            steps.close()
            return losses, None


def test_the_loss_falls_and_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, learnt = run(tmp_path / "whole")
    assert whole[-1] < whole[0] / 2
    first, _ = run(tmp_path / "parts", stop_after=10)
    assert (tmp_path / "parts" / CHECKPOINT).exists()
    rest, again = run(tmp_path / "parts")
    assert [*first, *rest] == pytest.approx(whole, abs=1e-4)
    assert all(torch.allclose(learnt[name], again[name], atol=1e-4) for name in learnt)
    assert not (tmp_path / "parts" / CHECKPOINT).exists()


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    run(tmp_path, stop_after=2)
    with pytest.raises(TrainingError, match="another run"):
        run(tmp_path, passes=31)


def test_what_was_learnt_is_saved_as_an_adapter_that_training_goes_on_from(tmp_path: Path) -> None:
    _, learnt = run(tmp_path / "run")
    recipe = Recipe(rank=2, alpha=4)
    save(learnt, tmp_path / "reader", base="tiny", recipe=recipe)
    found = adapters.read(tmp_path / "reader")
    assert (found.base, found.rank, found.alpha) == ("tiny", 2, 4)
    heads = load_file(tmp_path / "reader" / adapters.HEADS)
    assert set(heads) == {"span.weight", "span.bias"}
    steps = train(
        network(), PairTokenizer(tokenizer()), [CUP, NONE, YES],
        folder=tmp_path / "more", recipe=recipe, start=tmp_path / "reader",
    )  # fmt: skip
    fresh = train(
        network(), PairTokenizer(tokenizer()), [CUP, NONE, YES], folder=tmp_path / "new",
        recipe=recipe,
    )  # fmt: skip
    assert next(steps).loss < next(fresh).loss


@pytest.mark.parametrize(
    ("options", "begun"),
    [
        (["FILE"], "dateline-reader"),
        (["FILE", "--start", "mine"], "mine"),
        (["FILE", "--fresh"], None),
        (["--mix", "FOLDER"], "dateline-reader"),
        (["--mix", "FOLDER", "--fresh"], None),
    ],
)
def test_training_goes_on_from_a_reader_unless_it_is_fresh(
    options: list[str], begun: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that begins anew by mistake takes hours to be noticed."""
    (tmp_path / "own.jsonl").write_text(json.dumps(RECORD) + "\n")
    asked: list[str | None] = []

    def ran(_lessons: object, *, start: str | None, **_: object) -> None:
        asked.append(start)

    monkeypatch.setattr("ui.cli.training.reader._run", ran)
    monkeypatch.setattr("rag.training.reader.mix.lessons", lambda *_, **__: [CUP])
    given = {"FILE": str(tmp_path / "own.jsonl"), "FOLDER": str(tmp_path)}
    command = ["train", "reader", "--out", str(tmp_path / "out")]
    CliRunner().invoke(app, [*command, *(given.get(option, option) for option in options)])
    assert asked == [begun]


def test_the_mean_of_two_readers_is_a_reader_between_them(tmp_path: Path) -> None:
    _, learnt = run(tmp_path / "run", passes=2)
    recipe = Recipe(rank=2, alpha=4)
    save(learnt, tmp_path / "one", base="tiny", recipe=recipe)
    save({k: v * 3 for k, v in learnt.items()}, tmp_path / "two", base="tiny", recipe=recipe)
    folders = [str(tmp_path / "one"), str(tmp_path / "two")]
    out = ["--out", str(tmp_path / "mean")]
    said = CliRunner().invoke(app, ["train", "mean", *folders, *out])
    assert said.exit_code == 0, said.output
    assert adapters.read(tmp_path / "mean").rank == 2
    for file in (adapters.WEIGHTS, adapters.HEADS):
        one, mean = load_file(tmp_path / "one" / file), load_file(tmp_path / "mean" / file)
        assert all(torch.allclose(mean[k].float(), one[k].float() * 2, atol=2e-2) for k in one)
    assert CliRunner().invoke(app, ["train", "mean", folders[0], *out]).exit_code == 2
    again = CliRunner().invoke(app, ["train", "mean", *folders, *out])
    assert "name a new folder" in str(again.exception)


def test_readers_of_different_sizes_have_no_mean(tmp_path: Path) -> None:
    _, learnt = run(tmp_path / "run", passes=1)
    save(learnt, tmp_path / "one", base="tiny", recipe=Recipe(rank=2, alpha=4))
    save(learnt, tmp_path / "two", base="other", recipe=Recipe(rank=2, alpha=4))
    with pytest.raises(TrainingError, match="another base"):
        save_mean([tmp_path / "one", tmp_path / "two"], tmp_path / "mean")
