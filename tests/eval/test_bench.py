"""The benchmark: its plan, the protocol of the systems, its figures and its report."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import rag
from eval.bench import environments, figures, parts, plan, report, steps
from eval.bench.environments import PEERS, Peer
from eval.bench.figures import MEASURES
from eval.bench.machine import Machine
from eval.bench.peers import harness
from eval.bench.plan import Plan, prepare
from eval.bench.steps import Outcome, Step
from eval.questions import Question
from rag.errors import BenchError
from rag.generation import Message
from rag.models.resolving import LocalModel
from tests.fakes import FakeEmbedder, FakeGenerator
from ui.cli import app

STUB = Path(__file__).with_name("bench_stub.py")
ARTICLES = [
    rag.Article(id="ferry", title="Ferry", text="The ferry strike closed the harbour of Valletta."),
    rag.Article(id="vote", title="Vote", text="Ann Borg won the election in May."),
    rag.Article(id="blank", title="Blank", text=" "),
]
ASKED = [
    Question(id=f"q{n}", question=f"{n} How long was the {word} of the story told here?", **gold)
    for n, (word, gold) in enumerate(
        [
            ("ferry", {"gold_articles": ("ferry",)}),
            ("election", {"gold_articles": ("vote",)}),
            ("strike", {"gold_articles": ("ferry",)}),
            ("blank", {"gold_articles": ("nowhere",)}),
        ]
    )
]
MODELS = [("/models/embedder", "e" * 64), ("/models/generator", "g" * 64)]
MACHINE = Machine("Abacus", cores=2, memory=8 * 10**9, system="Linux", python="3.11.7")


def _prepare(folder: Path, **changed: int | None) -> Plan:
    sizes = {"limit": None, "searched": 9, "answered": 1, "rounds": 2, **changed}
    return prepare(ARTICLES, ASKED, folder=folder, models=MODELS, **sizes)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for both Dateline and a peer with the stub script."""
    monkeypatch.setitem(PEERS, "stub", Peer("stub", str(STUB), ("pytest",)))
    monkeypatch.setitem(PEERS, "dateline", Peer("dateline", str(STUB), ("pytest",)))


def test_a_plan_takes_long_questions_about_the_articles(tmp_path: Path) -> None:
    short = Question(id="s", question="How long was the strike?", gold_articles=("ferry",))
    made = prepare(
        ARTICLES,
        [short, *ASKED],
        folder=tmp_path,
        limit=None,
        searched=9,
        answered=1,
        rounds=2,
        models=MODELS,
    )
    assert (made.articles, made.asked, made.answered) == (2, 2, 1)
    assert made.characters == len(ARTICLES[0].text) + len(ARTICLES[1].text)
    asked = json.loads(made.questions_file(tmp_path).read_text())
    assert asked == [question.question for question in ASKED[:3]]
    assert plan.gold_of(tmp_path) == [["vote"], ["ferry"]]


def test_no_question_is_answered_twice_but_the_first(tmp_path: Path) -> None:
    made = _prepare(tmp_path)
    rounds = [json.loads(made.questions_file(tmp_path, round_=n).read_text()) for n in (1, 2)]
    assert rounds == [
        [ASKED[0].question, ASKED[1].question],
        [ASKED[0].question, ASKED[2].question],
    ]


def test_a_plan_needs_enough_questions(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="2 rounds of 2 answers need 5 questions"):
        _prepare(tmp_path, answered=2)


def test_figures_of_two_plans_are_not_mixed(tmp_path: Path) -> None:
    made = _prepare(tmp_path)
    assert _prepare(tmp_path) == made
    with pytest.raises(BenchError, match="answered 1, not 0"):
        _prepare(tmp_path, answered=0)


def test_systems_take_turns_in_alternating_order() -> None:
    names = [step.name for step in steps.steps(["floor"], rounds=2)]
    assert names[:6:2] == ["dateline-ingest-1", "dateline-search-1", "dateline-answer-1"]
    assert names[6:8] == ["floor-ingest-2", "dateline-ingest-2"]
    assert names[12:] == ["parts-stages-1", "parts-embedding-1", "parts-generation-1"]


@pytest.mark.usefixtures("stub")
def test_a_script_does_its_jobs_and_what_it_says_is_kept(tmp_path: Path) -> None:
    made = _prepare(tmp_path)
    ingest, search, answer = (
        steps.run(Step("stub", stage, 1), made, folder=tmp_path)
        for stage in ("ingest", "search", "answer")
    )
    assert ingest.measured["chunks"] == 2
    assert ingest.measured["versions"] == {"pytest": pytest.__version__}
    stored = tmp_path / "indexes" / "stub-1" / "articles.json"
    assert ingest.disk == stored.stat().st_size
    assert ingest.peak_memory > 10**6
    assert ingest.first is None
    assert ingest.elsewhere is None or 0 <= ingest.elsewhere <= 1
    assert search.first is not None
    assert 0 < search.first < 30
    assert search.measured["found"] == [["ferry", "vote"], ["ferry", "vote"]]
    assert len(search.measured["seconds"]) == 2
    (said,) = answer.measured["answers"]
    assert said["text"] == "I do not know."
    assert 0 < said["first_text"] <= said["total"]
    assert steps.load(Step("stub", "search", 1), folder=tmp_path) == search
    assert steps.load(Step("stub", "search", 2), folder=tmp_path) is None


@pytest.mark.usefixtures("stub")
def test_a_script_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    made = dataclasses.replace(_prepare(tmp_path), embedder="fail")
    with pytest.raises(BenchError, match="status 1: the model is missing"):
        steps.run(Step("stub", "ingest", 1), made, folder=tmp_path)
    assert steps.load(Step("stub", "ingest", 1), folder=tmp_path) is None


def test_other_work_is_what_was_neither_idle_nor_the_steps_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    # Of 20 s on two cores, 15 were used, 9 of them by the step itself.
    assert steps._elsewhere(100.0, 115.0, own=9.0, took=10.0) == pytest.approx(0.3)
    assert steps._elsewhere(None, 115.0, own=9.0, took=10.0) is None


def test_a_peer_sees_none_of_our_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/here")
    assert "PYTHONPATH" not in environments.variables_of("haystack")
    assert environments.variables_of("dateline")["PYTHONPATH"] == "/here"
    assert environments.variables_of("haystack")["HAYSTACK_TELEMETRY_ENABLED"] == "False"


def test_an_environment_that_is_complete_is_used_again(tmp_path: Path) -> None:
    wanted = environments.PEERS["txtai"]
    listed = Path(environments.__file__).with_name("peers") / str(wanted.requirements)
    home = tmp_path / "txtai"
    home.mkdir()
    checksum = hashlib.sha256(listed.read_bytes()).hexdigest()
    (home / "requirements.sha256").write_text(checksum)
    python, script = environments.command_of("txtai", folder=tmp_path)
    assert python == str(home / "bin" / "python")
    assert Path(script).name == "with_txtai.py"
    assert Path(script).is_file()


@pytest.mark.parametrize("peer", PEERS.values(), ids=lambda peer: peer.name)
def test_what_peers_need_is_pinned_and_packaged(peer: Peer) -> None:
    folder = Path(harness.__file__).parent
    assert (folder / peer.script).is_file()
    if peer.requirements is None:
        return
    lines = (folder / peer.requirements).read_text().splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert all(line.count("==") == 1 for line in pinned)
    assert "torch==2.13.0" in pinned


def _outcome(first: float | None = None, **measured: object) -> Outcome:
    return Outcome("2025-01-01T00:00:00+00:00", first, 5 * 10**8, 3000, 0.02, measured)


def _texts(*seconds: tuple[float, float]) -> list[dict[str, object]]:
    return [{"text": "one two three", "first_text": f, "total": t} for f, t in seconds]


def _measured(speed: float) -> dict[str, list[Outcome]]:
    """Return what a system of that speed would have measured in two rounds."""
    versions = {"pytest": "1"}
    latencies = [0.01 / speed, 0.03 / speed]
    found = [["vote"], ["vote"]]
    return {
        "ingest": [_outcome(seconds=s / speed, chunks=6, versions=versions) for s in (1.0, 2.0)],
        "search": [_outcome(f / speed, seconds=latencies, found=found) for f in (9.0, 4.0)],
        "answer": [_outcome(8.0 / speed, answers=_texts((1 / speed, 3 / speed)))],
    }


@pytest.fixture
def measured() -> dict[tuple[str, str], list[Outcome]]:
    return {
        (system, stage): runs
        for system, speed in (("dateline", 2.0), ("floor", 1.0))
        for stage, runs in _measured(speed).items()
    }


def test_figures_are_those_worked_out_by_hand(
    tmp_path: Path, measured: dict[tuple[str, str], list[Outcome]]
) -> None:
    found = figures.figures(
        "floor",
        measured,
        plan=_prepare(tmp_path),
        gold=plan.gold_of(tmp_path),
        count_tokens=lambda text: len(text.split()),
    )
    # 2 articles and 6 chunks in a median of 1.5 s.
    assert found.articles_rate == pytest.approx(2 / 1.5)
    assert found.chunks_rate == pytest.approx(4)
    assert (found.search_start_first, found.search_start_later) == (9.0, 4.0)
    assert (found.answer_start_first, found.answer_start_later) == (8.0, None)
    assert found.search_p50 == pytest.approx(0.02)
    assert found.found == 0.5
    assert (found.first_text_p50, found.answer_p50, found.words) == (1.0, 3.0, 3.0)
    # Two tokens after the first one in two seconds.
    assert found.tokens_rate == pytest.approx(1.0)
    assert found.disk_per_article == 1500
    assert found.elsewhere == 0.02


def test_answers_that_come_all_at_once_say_nothing_of_the_rate() -> None:
    def count(text: str) -> int:
        return len(text.split())

    assert figures.rate(_texts((3.0, 3.0)), count) is None
    assert figures.rate(_texts((3.0, 3.0), (1.0, 2.0)), count) == pytest.approx(2.0)
    assert figures.rate([], count) is None


def test_ratios_say_how_many_times_better_ours_is(
    tmp_path: Path, measured: dict[tuple[str, str], list[Outcome]]
) -> None:
    options = {
        "plan": _prepare(tmp_path),
        "gold": plan.gold_of(tmp_path),
        "count_tokens": lambda text: len(text.split()),
    }
    ours, theirs = (figures.figures(name, measured, **options) for name in ("dateline", "floor"))
    by_name = {measure.name: measure for measure in MEASURES}
    assert figures.ratio(by_name["articles_rate"], ours, theirs) == pytest.approx(2.0)
    assert figures.ratio(by_name["search_p50"], ours, theirs) == pytest.approx(2.0)
    assert figures.ratio(by_name["search_p50"], theirs, ours) == pytest.approx(0.5)
    assert figures.ratio(by_name["found"], ours, theirs) is None
    assert figures.ratio(by_name["answer_start_later"], ours, theirs) is None


def test_every_figure_is_shown() -> None:
    names = {field.name for field in dataclasses.fields(figures.Figures)}
    assert {measure.name for measure in MEASURES} == names


def test_the_report_has_tables_json_and_a_page(
    tmp_path: Path,
    measured: dict[tuple[str, str], list[Outcome]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "token_counter", lambda _folder: lambda text: len(text.split()))
    embedding = {"seconds": {"ours": [1.0], "plain": [3.0]}, "passages": 30, "tokens": 145.0}
    measured["parts", "stages"] = [_outcome(seconds={"reading": 1.0, "embedding": 3.0})]
    measured["parts", "embedding"] = [
        _outcome(**embedding, cosine=1.0, least_cosine=0.5, number_type="float32")
    ]
    made = report.build(
        measured, plan=_prepare(tmp_path), gold=plan.gold_of(tmp_path), machine=MACHINE
    )
    page = report.write(made, tmp_path)
    record = json.loads((tmp_path / report.JSON_FILE).read_text())
    assert record["ratios"]["floor"]["chunks_rate"] == pytest.approx(2.0)
    assert record["systems"]["dateline"]["chunks_rate"] == pytest.approx(8.0)
    assert record["machine"]["processor"] == "Abacus"
    compared, own = report.to_tables(made)
    rows = {
        title: (ours, theirs)
        for title, ours, theirs in zip(*(column.cells for column in compared.columns), strict=True)
    }
    assert rows["ingest, chunks/s"] == ("8.0", "4.0 (2.0)")
    assert rows["start to first answer, later, s"] == ("–", "–")
    assert rows["other work beside it, at most, %"] == ("2", "2")
    values = dict(zip(*(column.cells for column in own.columns), strict=True))
    assert values["ingest, embedding, s (share)"] == "3.00 (75.0%)"
    assert values["times as fast"] == "3.00"
    assert report.facts(made)["Dateline computes in"] == "float32"
    text = page.read_text()
    assert text.count("<svg") == 5
    assert "Abacus, 2 cores, 8 GB" in text
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_the_stages_of_an_ingest_are_timed_on_the_same_articles(tmp_path: Path) -> None:
    _prepare(tmp_path)
    found = parts.time_stages(
        Plan.articles_file(tmp_path), folder=tmp_path, embedder=FakeEmbedder(), chunk_tokens=160
    )
    assert list(found["seconds"]) == [
        *("reading", "comparing", "chunking", "embedding", "writing", "indexing")
    ]
    assert found["chunks"] == 2
    with rag.Archive.open(tmp_path, create=False, embedder=FakeEmbedder()) as archive:
        assert archive.stats().chunks == 2
        assert archive.search("the ferry strike", k=1)[0].article.id == "ferry"


def test_two_embedders_are_compared_by_time_and_cosine() -> None:
    def right(texts: list[str]) -> np.ndarray:
        return np.array([[1.0, 0.0]] * len(texts), np.float32)

    def askew(texts: list[str]) -> np.ndarray:
        return np.array([[1.0, 0.0], *[[0.6, 0.8]] * (len(texts) - 1)], np.float32)

    found = parts.compare_embedding(right, askew, ["a", "b"])
    assert found["cosine"] == pytest.approx(0.8)
    assert found["least_cosine"] == pytest.approx(0.6)
    assert {len(times) for times in found["seconds"].values()} == {3}


def test_two_generators_are_compared_after_a_first_prompt() -> None:
    asked = [[Message("user", f"What is {n}?")] for n in range(3)]
    found = parts.compare_generation(
        lambda _messages: ["A ", "number."],
        lambda messages: ["A ", "number." if "1" in messages[0].content else "letter."],
        asked,
        generator=FakeGenerator(""),
    )
    assert [item["text"] for item in found["written"]["ours"]] == ["A number."] * 2
    assert found["same"] == 1
    assert found["prompt_tokens"] == 3
    assert {item["tokens"] for item in found["written"]["plain"]} == {2}


def test_the_machine_is_described() -> None:
    here = Machine.here()
    assert here.processor
    assert here.cores >= 1
    assert here.memory > 10**8
    assert here.python == ".".join(map(str, sys.version_info[:3]))


@pytest.fixture
def bench(tmp_path: Path, stub: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs `rag bench` over stubs; all have but an ingest to measure."""
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps(dataclasses.asdict(item)) for item in ASKED))
    articles = tmp_path / "articles.jsonl"
    articles.write_text("\n".join(json.dumps(dataclasses.asdict(item)) for item in ARTICLES))
    local = LocalModel("fake", tmp_path, "c" * 64)
    monkeypatch.setattr("rag.models.resolving.resolve", lambda _name, **_options: local)
    monkeypatch.setattr(report, "token_counter", lambda _folder: lambda text: len(text.split()))
    ordered = [Step(name, "ingest", 1) for name in ("dateline", "stub")]
    monkeypatch.setattr(steps, "steps", lambda _systems, *, rounds: ordered)
    out = tmp_path / "out"
    words = ["bench", "--out", str(out), "--peers", "stub", "--answers", "1"]
    words += ["--articles", str(articles), "--questions", str(questions)]
    return lambda: CliRunner().invoke(app, words)


def test_the_command_measures_what_is_missing_and_writes_the_report(
    tmp_path: Path, bench: Callable[..., Result]
) -> None:
    first = bench()
    assert first.exit_code == 0, first.output
    written = json.loads((tmp_path / "out" / report.JSON_FILE).read_text())
    assert set(written["systems"]) == {"dateline", "stub"}
    assert written["plan"]["articles"] == 2
    run = tmp_path / "out" / "runs" / "stub-ingest-1.json"
    kept = run.stat().st_mtime_ns
    assert bench().exit_code == 0
    assert run.stat().st_mtime_ns == kept


@pytest.mark.parametrize(
    ("error", "status"), [(BenchError("no model"), 1), (KeyboardInterrupt, 130)]
)
def test_what_was_measured_is_reported_though_a_system_fails_or_ctrl_c_is_pressed(
    tmp_path: Path,
    bench: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
) -> None:
    run = steps.run

    def fail(step: Step, made: Plan, *, folder: Path) -> Outcome:
        if step.system == "stub":
            raise error
        return run(step, made, folder=folder)

    monkeypatch.setattr(steps, "run", fail)
    assert bench().exit_code == status
    written = json.loads((tmp_path / "out" / report.JSON_FILE).read_text())
    assert set(written["systems"]) == {"dateline"}


def test_an_unknown_peer_is_a_usage_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bench", "--peers", "fastest", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "fastest" in result.output
