"""The sets read, and a network that learns from a few of their questions."""

from __future__ import annotations

import gzip
import json
import random
from itertools import islice
from pathlib import Path

import pytest
import torch
import typer
from safetensors.torch import load_file
from typer.testing import CliRunner

from eval import ranker_training
from eval.ranker_training import SETS, Course, Lesson, lesson, read
from rag.retrieval.cross_encoder import SHARED, CrossEncoder
from rag.types import Article, Hit, ScoreParts

CITIES = ["Valletta", "Lisbon", "Oslo", "Quito", "Hanoi", "Accra", "Lima", "Doha"]


def write_sets(folder: Path) -> None:
    """Write one paragraph and question for every city, all in the first set."""
    for name in SETS:
        (folder / name).mkdir()
        rows = [
            {
                "question": f"Who opened the bridge of {city}?",
                "context": f"The bridge of {city} was opened by  mayor number {number}.",
                "answers": [f"mayor number {number}"],
                "in_squad_dev": city == "Doha",
            }
            for number, city in enumerate(CITIES)
        ]
        with gzip.open(folder / name / "data.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows if name == SETS[0])


def test_each_paragraph_and_question_is_read_once(tmp_path):
    write_sets(tmp_path)
    articles, records = read(tmp_path, rng=random.Random(0))
    assert {city for city in CITIES for a in articles if city in a.text} == set(CITIES) - {"Doha"}
    assert len(records) == len(CITIES) - 1
    assert all("  " not in article.text for article in articles)


def hit(text: str) -> Hit:
    return Hit(Article("", text), text, 0, len(text), 1.0, ScoreParts())


def test_passages_are_right_wrong_or_neither():
    record = {
        "question": "Who opened the bridge?",
        "context": "Ann Borg opened the bridge on a rainy Monday morning in May.",
        "answers": ["Ann Borg"],
    }
    right = hit(record["context"])
    elsewhere = hit("Some say that Ann Borg never opened anything in all her life.")
    wrong = [hit(f"The tunnel number {n} was opened long before by somebody.") for n in range(5)]
    found = lesson(record, [right, elsewhere, *wrong])
    assert found is not None
    assert [text for _, text in found.right] == [right.text]
    assert [text for _, text in found.wrong] == [item.text for item in wrong]
    assert lesson(record, [right, *wrong[:4]]) is None
    assert lesson(record, [elsewhere, *wrong]) is None


def lessons() -> list[Lesson]:
    return [
        Lesson(
            f"Who opened the bridge of {city}?",
            [("", f"Mayor {city[::-1]} opened the bridge of {city}.")],
            [("", f"Mayor {other[::-1]} opened the bridge of {other}.") for other in CITIES[:6]],
        )
        for city in CITIES[6:] * 4
    ]


def course(*, steps: int, seed: int = 0) -> Course:
    torch.manual_seed(0)
    return Course(CrossEncoder.fresh(layers=1), lessons(), steps=steps, seed=seed)


@pytest.mark.models
def test_a_course_goes_on_as_if_it_had_never_been_stopped(tmp_path):
    whole = list(course(steps=6).steps())
    stopped = course(steps=6)
    first = list(islice(stopped.steps(), 2))
    stopped.checkpoint(tmp_path / "checkpoint.pt")
    resumed = course(steps=6)
    resumed.resume(tmp_path / "checkpoint.pt")
    assert resumed.done == 2
    assert [*first, *resumed.steps()] == pytest.approx(whole, rel=1e-5)
    with pytest.raises(ValueError, match="is of another run; choose another folder"):
        course(steps=6, seed=1).resume(tmp_path / "checkpoint.pt")


@pytest.mark.models
def test_training_lowers_the_loss_and_leaves_the_words_alone():
    torch.manual_seed(0)
    reader = CrossEncoder.fresh(layers=1)
    words = reader.network.words.weight.detach().clone()
    losses = list(Course(reader, lessons(), steps=20).steps())
    assert len(losses) == 20
    assert losses[-1] < 0.75 * losses[0]
    assert torch.equal(reader.network.words.weight, words)


@pytest.mark.models
def test_the_command_writes_what_can_be_loaded(tmp_path):
    (tmp_path / "data").mkdir()
    write_sets(tmp_path / "data")
    app = typer.Typer()
    app.command()(ranker_training.main)
    options = ["--data", "data", "--archive", "archive", "--out", "out"]
    places = [str(tmp_path / item) if not item.startswith("-") else item for item in options]
    done = CliRunner().invoke(app, [*places, "--steps", "1", "--layers", "1"])
    assert done.exit_code == 0, done.output
    assert "questions" in done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "lessons-8000-0.jsonl",
        "model.safetensors",
    ]
    weights = load_file(tmp_path / "out" / "model.safetensors")
    assert not set(SHARED) & set(weights)
    loaded = CrossEncoder.load(tmp_path / "out", sha256=None)
    assert loaded.scores("Who?", ["A"], ["Ann did."]).shape == (1,)
