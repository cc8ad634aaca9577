"""Saved questions are asked again; a changed answer is kept with both versions."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

import rag
from rag.answering.many import answer_many
from rag.errors import SharedError
from ui.watching.alerts import Alerts, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes import FakeEmbedder

QUESTION = "How many days did the ferry strike close the harbour?"


def article(days: int, date: str) -> rag.Article:
    text = f"The ferry strike closed the harbour of Valletta for {days} days."
    return rag.Article(f"Ferry strike, {date}", text, date=date, publisher="Gazette")


@pytest.fixture
def archive(tmp_path: Path, embedder: FakeEmbedder, database: str) -> Iterator[rag.Archive]:
    settings = rag.Settings(database=database)
    with rag.Archive.open(tmp_path / "town", embedder=embedder, settings=settings) as opened:
        yield opened


@pytest.fixture
def alerts(archive: rag.Archive) -> Alerts:
    archive.ingest(article(3, "2024-05-02"))
    return Alerts(archive)


def test_a_question_is_saved_with_its_answer(alerts: Alerts, archive: rag.Archive) -> None:
    alert = alerts.add(f" {QUESTION} ")
    assert "for 3 days. [1]" in alert.version.text
    [source] = alert.version.sources
    assert (source.title, source.date) == ("Ferry strike, 2024-05-02", "2024-05-02")
    assert Alerts(archive).saved() == [alert]


@pytest.mark.parametrize("question", [QUESTION, "  "])
def test_a_question_is_saved_once_and_not_blank(alerts: Alerts, question: str) -> None:
    alerts.add(QUESTION)
    with pytest.raises(ValueError, match=r"saved already|blank"):
        alerts.add(question)


def test_an_answer_that_stays_is_no_change(alerts: Alerts, archive: rag.Archive) -> None:
    alerts.add(QUESTION)
    archive.ingest(rag.Article("Storm", "The storm flooded the school.", date="2024-05-03"))
    assert alerts.check() == []
    assert list(alerts.changes()) == []


def test_a_changed_answer_is_told_once_with_both_versions(
    alerts: Alerts, archive: rag.Archive
) -> None:
    alerts.add(QUESTION)
    [old] = archive.articles()
    archive.ingest(article(9, "2024-05-09"))
    archive.delete(old.id or "")
    [change] = alerts.check()
    assert "for 3 days" in change.before.text
    assert "for 9 days" in change.after.text
    assert change.before.sources[0].date == "2024-05-02"
    assert change.after.sources[0].date == "2024-05-09"
    assert alerts.check() == []
    assert list(Alerts(archive).changes()) == [change]


def test_a_refusal_is_an_answer_that_can_change(archive: rag.Archive) -> None:
    alerts = Alerts(archive)
    assert alerts.add(QUESTION).version.abstained
    archive.ingest(article(3, "2024-05-02"))
    [change] = alerts.check()
    assert (change.before.abstained, change.after.abstained) == (True, False)


def test_a_question_is_removed_by_its_number(alerts: Alerts) -> None:
    alerts.add(QUESTION)
    alerts.add("Who asked the crews to end the strike?")
    assert alerts.remove(1).question == QUESTION
    assert len(alerts.saved()) == 1
    with pytest.raises(ValueError, match="no saved question 2; `rag alerts list`"):
        alerts.remove(2)


def test_the_files_of_before_are_taken_over_once(alerts: Alerts, archive: rag.Archive) -> None:
    alerts.add(QUESTION)
    [old] = archive.articles()
    archive.ingest(article(9, "2024-05-09"))
    archive.delete(old.id or "")
    [change] = alerts.check()
    (archive.folder / "alerts.jsonl").write_text(f'{{"question"\n{to_json(change)}\n')
    saved = [dataclasses.asdict(alert) for alert in alerts.saved()]
    (archive.folder / "alerts.json").write_text(json.dumps(saved))
    for _ in range(2):
        again = Alerts(archive)
        assert len(again.saved()) == 2
        assert list(again.changes()) == [change, change]


def test_damaged_questions_are_told_in_words(archive: rag.Archive) -> None:
    (archive.folder / "alerts.json").write_text("[")
    with pytest.raises(SharedError, match=r"alerts\.json cannot be read"):
        Alerts(archive)


def test_two_servers_tell_a_change_once(
    alerts: Alerts, archive: rag.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.add(QUESTION)
    [old] = archive.articles()
    archive.ingest(article(9, "2024-05-09"))
    archive.delete(old.id or "")
    told = []

    def meanwhile(*given: Any, **options: Any) -> Any:
        monkeypatch.setattr("ui.watching.alerts.answer_many", answer_many)
        told.append(Alerts(archive).check())
        return answer_many(*given, **options)

    monkeypatch.setattr("ui.watching.alerts.answer_many", meanwhile)
    assert alerts.check() == []
    assert len(told[0]) == len(list(alerts.changes())) == 1


def test_what_is_kept_of_an_archive_goes_with_it(
    alerts: Alerts, archive: rag.Archive, embedder: FakeEmbedder
) -> None:
    alerts.add(QUESTION)
    archive.move(archive.folder.with_name("city"))
    place, settings = archive.folder.with_name("city"), archive.settings
    with rag.Archive.open(place, embedder=embedder, settings=settings) as city:
        assert len(Alerts(city).saved()) == 1
        city.destroy()
    with rag.Archive.open(place, embedder=embedder, settings=settings) as city:
        assert Alerts(city).saved() == []


def test_saved_questions_outlive_another_embedder(
    alerts: Alerts, archive: rag.Archive, embedder: FakeEmbedder
) -> None:
    alerts.add(QUESTION)
    with archive.reembed(type(embedder)(id="two", checksum="two")) as again:
        assert [alert.question for alert in Alerts(again).saved()] == [QUESTION]
