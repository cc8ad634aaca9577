"""Archives by name: made, renamed, removed, and the one that is used where none is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import rag
from rag.errors import ArchiveError
from rag.store import archives
from tests.fakes import FakeEmbedder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    return tmp_path


def fill(name: str) -> None:
    with rag.Archive.open(name, embedder=FakeEmbedder()) as archive:
        archive.ingest(rag.Article("Ferry strike", "The ferry strike lasted three days."))


def test_a_name_and_its_folder_are_the_same_archive(home: Path) -> None:
    fill("city")
    with rag.Archive.open(home / "city", create=False) as archive:
        assert archive.count() == 1
    with rag.Archive.open("city", create=False) as archive:
        assert archive.folder == home / "city"


def test_without_archives_there_is_no_default() -> None:
    assert archives.default() is None


def test_the_only_archive_beside_the_sample_is_the_default() -> None:
    fill("sample")
    assert archives.default() is None
    fill("city")
    assert archives.default() == "city"


def test_several_archives_must_be_chosen_from_and_the_choice_is_remembered() -> None:
    fill("city")
    fill("sea")
    with pytest.raises(ArchiveError, match=r"several archives: city, sea; .*rag archives use"):
        archives.default()
    archives.choose("sea")
    assert archives.default() == "sea"


def test_the_first_that_is_made_stays_the_default() -> None:
    archives.make("city")
    archives.make("sea")
    assert archives.default() == "city"


def test_another_one_that_is_made_does_not_become_the_default() -> None:
    fill("city")
    archives.make("sea")
    assert archives.default() == "city"


def test_the_archive_of_the_settings_is_the_default(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill("city")
    (home / "mine.toml").write_text('archive = "sea"')
    monkeypatch.setenv("DATELINE_CONFIG", str(home / "mine.toml"))
    assert archives.default() == "sea"


def test_a_renamed_archive_keeps_its_articles_and_stays_the_default() -> None:
    archives.make("city")
    fill("city")
    fill("sea")
    archives.rename("city", to="town")
    assert archives.names() == ["sea", "town"]
    assert archives.default() == "town"
    with rag.Archive.open("town", create=False, embedder=FakeEmbedder()) as archive:
        assert len(archive.search("ferry strike")) == 1


def test_a_removed_archive_is_gone_and_not_the_default() -> None:
    archives.make("city")
    fill("sea")
    archives.remove("city")
    assert archives.names() == ["sea"]
    assert archives.default() == "sea"


@pytest.mark.parametrize("name", ["", "..", "a/b", "a.", "CITY", "con", "NUL.old"])
def test_a_name_that_is_unfit_or_taken_is_refused(name: str) -> None:
    fill("city")
    with pytest.raises(ArchiveError, match=r"cannot be the name|already"):
        archives.make(name)
    with pytest.raises(ArchiveError, match=r"cannot be the name|already"):
        archives.rename("city", to=name)
    assert archives.names() == ["city"]


def test_a_missing_archive_is_told_with_those_there_are() -> None:
    fill("city")
    for act in (archives.remove, archives.choose, lambda name: archives.rename(name, to="b")):
        with pytest.raises(ArchiveError, match=r"no archive 'sea'.*there are city"):
            act("sea")


def test_an_archive_that_is_written_to_is_not_moved(home: Path) -> None:
    fill("city")
    with (
        rag.Archive.open("city", embedder=FakeEmbedder()) as archive,
        pytest.raises(ArchiveError, match="something at"),
    ):
        archive.move(home)
    assert archives.names() == ["city"]
