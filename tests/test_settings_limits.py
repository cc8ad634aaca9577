"""Limits are set in the file, by variables and with options, and wrong ones are told in words."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

import rag
from rag.errors import SettingsError
from rag.settings import ServerLimits, Settings, SettingsFile, Timeouts, with_limits
from rag.types import ReadLimits

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings.toml"
    monkeypatch.setenv("DATELINE_CONFIG", str(path))
    path.write_text("[limits]\nwaiting = 10\nof_one = 2\n[reading]\nseconds = 20")
    return path


@pytest.mark.usefixtures("file")
def test_the_environment_goes_before_the_file_and_an_option_before_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATELINE_LIMITS_WAITING", "11")
    monkeypatch.setenv("DATELINE_LIMITS_AT_ONCE", "")
    monkeypatch.setenv("DATELINE_READING_WAITING", "7.5")
    found = SettingsFile.find().settings
    assert found.limits == ServerLimits(waiting=11, of_one=2)
    assert (found.reading.seconds, found.reading.waiting) == (20.0, 7.5)
    chosen = with_limits(found, ["waiting = 12", "limits.request_mb=1", "reading.seconds=3"])
    assert chosen.limits == ServerLimits(waiting=12, of_one=2, request_mb=1)
    assert chosen.reading.seconds == 3.0


def test_the_environment_counts_without_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATELINE_CONFIG", raising=False)
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _name: str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_LIMITS_OF_ONE", "1")
    assert SettingsFile.find().settings.limits.of_one == 1


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (table, each.name)
        for table, kind in (
            ("limits", ServerLimits),
            ("reading", ReadLimits),
            ("timeouts", Timeouts),
        )
        for each in fields(kind)
    ],
)
def test_each_limit_is_set_by_file_variable_and_option(
    file: Path, monkeypatch: pytest.MonkeyPatch, table: str, name: str
) -> None:
    def value(found: Settings) -> float:
        return getattr(getattr(found, table), name)  # type: ignore[no-any-return]

    file.write_text(f"[{table}]\n{name} = 7")
    assert value(SettingsFile.find().settings) == 7
    monkeypatch.setenv(f"DATELINE_{table}_{name}".upper(), "8")
    found = SettingsFile.find().settings
    assert value(found) == 8
    assert value(with_limits(found, [f"{table}.{name}=9"])) == 9


def test_limits_that_need_each_other_are_set_together() -> None:
    chosen = with_limits(rag.Settings(), ["at_once=30", "waiting=6"])
    assert (chosen.limits.at_once, chosen.limits.waiting) == (30, 6)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("waiting", "NAME=VALUE, as in waiting=10, not 'waiting'"),
        ("waiting=many", "waiting must be a whole number, not 'many'"),
        ("waiting=", "waiting must be a whole number, not ''"),
        ("waiting=1.5", "waiting must be a whole number, not '1.5'"),
        ("waiting=-1", "waiting must not be below zero"),
        ("waiting=99", r"waiting \(99\) may be 36 together"),
        ("at_once=0", "limits: at_once must be more than 0"),
        ("of_one=0", "limits: of_one must be more than 0"),
        ("request_mb=0", "limits: request_mb must be more than 0"),
        ("idle_hours=0", "limits: idle_hours must be more than 0"),
        ("reading.document_mb=0", "reading: document_mb must be more than 0"),
        ("wait=3", "limits: there is no setting 'wait', did you mean 'waiting'"),
        ("answer.hits=3", "there is no setting 'answer'; there are limits, reading, timeouts"),
        ("timeouts.webhook=0", "timeouts: webhook must be more than 0"),
        ("reading.seconds=nan", "reading.seconds must be a number, not nan"),
    ],
)
def test_a_wrong_limit_is_told_in_words(word: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        with_limits(rag.Settings(), [word])


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("DATELINE_LIMITS_WAITING", "many")
    with pytest.raises(SettingsError, match="DATELINE_LIMITS_WAITING must be a whole number"):
        SettingsFile.find()
    monkeypatch.delenv("DATELINE_LIMITS_WAITING")
    file.write_text("[limits]\nof_one = 0")
    with pytest.raises(SettingsError, match=f"{file}: limits: of_one must be more than 0"):
        SettingsFile.find()
