"""What `dateline.toml` may say, and what is said of one that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import rag
from rag.errors import SettingsError
from rag.settings import SettingsFile, archive_path, archives_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings.toml"
    monkeypatch.delenv("DATELINE_HOME", raising=False)
    monkeypatch.setenv("DATELINE_CONFIG", str(path))
    return path


def test_values_reach_their_settings_and_the_rest_stays(file: Path) -> None:
    file.write_text(
        'generator = "mine"\nchunk_tokens = 99\n[answer]\nstrict = 1\n'
        "[retrieval.weights]\ndense = 0.6"
    )
    found = SettingsFile.find().settings
    assert (found.generator, found.chunk_tokens) == ("mine", 99)
    assert (found.answer.strict, found.answer.lenient) == (1.0, rag.Settings().answer.lenient)
    assert (found.retrieval.weights.dense, found.retrieval.weights.lexical) == (0.6, 0.3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("chunk_token = 3", "no setting 'chunk_token', did you mean 'chunk_tokens'; there are ans"),
        ("[answer]\nhit = 3", "answer: there is no setting 'hit', did you mean 'hits'"),
        ('chunk_tokens = "3"', "chunk_tokens must be a whole number, not '3'"),
        ("chunk_tokens = true", "chunk_tokens must be a whole number, not True"),
        ("chunk_tokens = -3", "chunk_tokens must not be below zero"),
        ("answer = 3", "answer must be a table, not 3"),
        ("= 3", "cannot read settings from"),
    ],
)
def test_a_wrong_file_is_told_in_words(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError, match=message) as raised:
        SettingsFile.find()
    assert str(file) in str(raised.value)


def test_a_named_file_that_is_missing_is_an_error(file: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read settings"):
        SettingsFile.find()


def test_the_file_of_the_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATELINE_CONFIG", raising=False)
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _name: str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)
    assert SettingsFile.find() == SettingsFile()
    (tmp_path / "dateline.toml").write_text('archive = "city"')
    assert SettingsFile.find().archive == "city"


def test_home_is_where_names_lead(file: Path, tmp_path: Path) -> None:
    file.write_text(f'home = "{tmp_path / "here"}"')
    assert archives_folder() == tmp_path / "here"
    assert archive_path("city") == tmp_path / "here" / "city"
    assert archive_path("./city").as_posix() == "city"
    assert archive_path(tmp_path) == tmp_path
