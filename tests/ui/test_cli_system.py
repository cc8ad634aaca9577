"""The commands that look after models, the machine and an archive's vectors."""

from __future__ import annotations

import json
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import rag
from rag.errors import ModelError, RagError
from rag.models.registry import DEFAULT_EMBEDDER, DEFAULT_READER, known_models
from rag.models.resolving import LocalModel, ModelStatus
from tests.fakes import FakeEmbedder
from ui.cli import app, system

if TYPE_CHECKING:
    from pathlib import Path

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, a machine with all models, and embedders whose name is their checksum."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(system, "status", lambda name: ModelStatus(name, "/models", True, 5))
    monkeypatch.setattr(system, "resolve", lambda name, **_: LocalModel(name, tmp_path, "sum"))
    monkeypatch.setattr(
        "rag.embedding.embedder.TransformerEmbedder.load", lambda name, **_: named(name)
    )
    return tmp_path / "home"


def named(name: str) -> FakeEmbedder:
    return FakeEmbedder(id=name, checksum=name)


def run(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == status, result.output
    return result.output


def failure(*words: str) -> str:
    """Return what a command fails with, which `main` prints."""
    result = CliRunner().invoke(app, list(words))
    assert isinstance(result.exception, RagError), result.output
    return str(result.exception)


def fill(folder: Path) -> None:
    with rag.Archive.open(folder, embedder=named("one")) as archive:
        archive.ingest([rag.Article("Ferry strike", "The ferry strike lasted three days.")])


def test_doctor_names_no_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_PACKAGES", ("torch", "no-such-package-of-an-extra"))
    assert "no-such-package" not in run("doctor")


def test_doctor_finds_everything_in_place(home: Path) -> None:
    fill(home / "city")
    said = run("doctor")
    assert said.endswith("Everything is in place.\n")
    assert "city: 1 articles, one\n" in said
    assert f"{DEFAULT_READER}: " in said


def test_doctor_names_a_missing_model_and_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "status", lambda name: ModelStatus(name, "", False, 0))
    said = run("doctor", status=1)
    for name in (DEFAULT_EMBEDDER, DEFAULT_READER):
        assert f"Problem: {name} is not on this machine; run `rag models --fetch`" in said
    assert "in place" not in said


def test_doctor_passes_on_what_is_wrong_with_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(name: str, **_: object) -> LocalModel:
        raise ModelError(f"{name} has another checksum")

    monkeypatch.setattr(system, "resolve", damaged)
    assert f"Problem: {DEFAULT_EMBEDDER} has another checksum" in run("doctor", status=1)


def test_doctor_names_a_damaged_archive(home: Path) -> None:
    fill(home / "city")
    fill(home / "gone")
    (home / "gone" / "archive.sqlite").write_bytes(b"no database" * 500)
    said = run("doctor", status=1)
    assert "city: 1 articles" in said
    [problem] = [line for line in said.splitlines() if line.startswith("Problem: ")]
    assert "gone" in problem


def test_doctor_tells_when_the_disk_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.shutil, "disk_usage", lambda _: Usage(9e9, 8e9, 1e9))
    assert "Problem: only 1.0 GB free" in run("doctor", status=1)


def test_models_lists_every_known_model_with_licence_and_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = known_models()[0]
    monkeypatch.setattr(
        system,
        "status",
        lambda name: ModelStatus(name, "/models", name == here.name, 7_000_000),
    )
    rows = {line.split()[0]: line.split() for line in run("models").splitlines()[1:]}
    assert set(rows) == {model.name for model in known_models()}
    assert rows[here.name][1:4] == ["yes", "7", "MB"]
    assert here.licence in rows[here.name]
    assert {row[1] for name, row in rows.items() if name != here.name} == {"no"}
    records = {record["name"]: record for record in json.loads(run("models", "--json"))}
    assert records.keys() == rows.keys()
    assert (records[here.name]["present"], records[here.name]["bytes"]) == (True, 7_000_000)


def test_models_fetches_the_default_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fetched: list[str] = []

    def fetch(name: str, **_: object) -> LocalModel:
        fetched.append(name)
        return LocalModel(name, tmp_path, "sum")

    monkeypatch.setattr(system, "resolve", fetch)
    run("models")
    assert fetched == []
    run("models", "--fetch")
    assert set(fetched) == {DEFAULT_EMBEDDER, DEFAULT_READER}


def test_reembed_changes_the_embedder_and_keeps_the_articles(home: Path) -> None:
    fill(home / "city")
    assert "1 articles now use two." in run("reembed", "--archive", "city", "--embedder", "two")
    with rag.Archive.open(home / "city", create=False) as archive:
        assert archive.stats().embedder == "two"
        [hit] = archive.search("ferry strike")
    assert hit.article.title == "Ferry strike"


def test_a_failed_reembed_leaves_the_archive_as_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str, **_: object) -> FakeEmbedder:
        raise ModelError(f"no model {name!r}")

    fill(home / "city")
    with monkeypatch.context() as patched:
        patched.setattr("rag.embedding.embedder.TransformerEmbedder.load", missing)
        run("reembed", "--archive", "city", "--embedder", "two", status=1)
    with rag.Archive.open(home / "city", create=False) as archive:
        assert archive.stats().embedder == "one"
        assert len(archive.search("ferry strike")) == 1


def test_a_backup_is_restored_under_another_name(home: Path, tmp_path: Path) -> None:
    fill(home / "city")
    file = tmp_path / "city.backup"
    assert f"1 article in {file}, " in run("backup", str(file), "--archive", "city")
    assert f"1 article in {home / 'again'}." in run("restore", str(file), "-a", "again")
    with rag.Archive.open(home / "again", create=False) as archive:
        [hit] = archive.search("ferry strike")
    assert hit.article.title == "Ferry strike"


def test_a_backup_is_of_the_default_archive_and_a_restored_one_has_a_name(
    home: Path, tmp_path: Path
) -> None:
    fill(home / "city")
    assert "1 article in" in run("backup", str(tmp_path / "one"))
    assert "--archive" in run("restore", str(tmp_path / "one"), status=2)


def test_a_damaged_backup_makes_no_archive(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    file.write_bytes(b"no database" * 500)
    assert "is damaged" in failure("restore", str(file), "-a", "again")
    assert not (home / "again" / "archive.sqlite").exists()


def test_models_are_not_served_to_other_machines_without_a_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATELINE_MODELS_TOKEN", raising=False)
    said = failure("serve-models", "--host", "0.0.0.0")
    assert said.startswith("other machines can reach 0.0.0.0; set --token")


def test_a_token_that_has_no_effect_is_told(home: Path) -> None:
    fill(home / "city")
    result = CliRunner().invoke(app, ["serve", "--host", "0.0.0.0", "--token", "x"])
    assert "users must log in" in str(result.exception)
    assert "The token has no effect with --host 0.0.0.0" in result.output
