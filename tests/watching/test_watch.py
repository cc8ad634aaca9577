"""What comes into folders and feeds is ingested, and what needs it is tried again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.errors import LockedError, SourceError
from rag.store.shared.database import Shared
from rag.types import IngestReport, Skipped
from ui.watching import watch as watching
from ui.watching.alerts import Alerts, Changed, Version
from ui.watching.watch import CameIn, Gone, Trouble, Watch

FEED = "https://news.example/feed"


class FakeArchive:
    """Takes down what it is given to ingest; raises what is put in `faults` first."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.taken: list[str] = []
        self.faults: list[Exception] = []
        self.report = IngestReport(read=1, added=1)

    def shared(self) -> Shared:
        return Shared.of_archive(self.folder)

    def ingest(self, given: str | Sequence[Path], *, private: bool = False) -> IngestReport:
        if self.faults:
            raise self.faults.pop(0)
        self.taken += [given] if isinstance(given, str) else [str(path) for path in given]
        return self.report


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    return FakeArchive(tmp_path / "archive")


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The statuses that the feed's server answers with."""
    statuses: list[int] = []
    transport = httpx.MockTransport(
        lambda _request: httpx.Response(statuses.pop(0), headers={"etag": '"one"'})
    )
    client = httpx.Client(transport=transport)
    monkeypatch.setattr(watching, "open_client", lambda **_: client)
    yield statuses
    client.close()


def test_a_look_takes_in_folders_and_feeds(archive: Any, news: Path, feed: list[int]) -> None:
    feed.append(200)
    found = list(Watch(archive, [str(news), FEED], every=60).once())
    assert found == [CameIn((str(news),), archive.report), CameIn((FEED,), archive.report)]
    assert archive.taken == [str(news), FEED]


def test_a_feed_without_news_is_not_ingested(archive: Any, feed: list[int]) -> None:
    feed.append(304)
    assert list(Watch(archive, [FEED], every=60).once()) == []
    assert archive.taken == []


def test_each_single_look_asks_the_feeds(archive: Any, feed: list[int]) -> None:
    feed += [200, 304]
    assert len(list(Watch(archive, [FEED], every=900).once())) == 1
    assert list(Watch(archive, [FEED], every=900).once()) == []
    assert feed == []


def test_a_feed_that_fails_is_told_and_the_next_one_read(archive: Any, feed: list[int]) -> None:
    feed += [503, 200]
    other = f"{FEED}/2"
    trouble, came = Watch(archive, [FEED, other], every=60).once()
    assert isinstance(trouble, Trouble)
    assert (trouble.source, "503" in trouble.reason) == (FEED, True)
    assert came == CameIn((other,), archive.report)


def test_a_feed_of_which_a_page_failed_is_read_again(archive: Any, feed: list[int]) -> None:
    archive.report = IngestReport(read=1, left_out=1, skipped=(Skipped("page", "404"),))
    feed += [200, 200]
    watch = Watch(archive, [FEED], every=0)
    assert len(list(watch.once())) == 1
    assert json.loads((archive.folder / "watch.json").read_text())[FEED]["etag"] is None
    archive.report = IngestReport(read=1, unchanged=1)
    list(watch.once())
    assert json.loads((archive.folder / "watch.json").read_text())[FEED]["etag"] == '"one"'


def test_what_another_process_keeps_out_is_tried_again(archive: Any, news: Path) -> None:
    archive.faults.append(LockedError("another process is writing"))
    watch = Watch(archive, [str(news)], every=60)
    assert list(watch.once()) == []
    assert list(watch._take_in()) == [CameIn((str(news),), archive.report)]
    assert list(watch._take_in()) == []


def test_saved_questions_are_asked_again_only_after_news(
    archive: Any, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = Version("2024-05-02T00:00:00+00:00", "Text.", abstained=False)
    change = Changed("Who?", version, version)
    monkeypatch.setattr(Alerts, "check", lambda _alerts: [change])
    watch = Watch(archive, [str(news)], every=60)
    assert list(watch.once())[-1] == change
    archive.report = IngestReport(read=1, unchanged=1)
    assert list(watch.once()) == [CameIn((str(news),), archive.report)]


def test_a_folder_that_is_not_there_is_an_error(archive: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing at"):
        Watch(archive, [str(tmp_path / "nowhere")], every=60)


@pytest.mark.timeout(120)
def test_files_that_come_and_go_are_seen(archive: Any, news: Path) -> None:
    stop, file = threading.Event(), news / "ferry.md"
    happenings = Watch(archive, [str(news)], every=60).run(stop)
    assert next(happenings) == CameIn((str(news),), archive.report)
    # The archive may lie in the folder that is watched; its own files are no news.
    archive.folder = archive.folder.rename(news / "archive")
    (archive.folder / "own.md").write_text("Its own.")
    file.write_text("The ferry.")
    assert next(happenings) == CameIn((str(file),), archive.report)
    file.unlink()
    assert next(happenings) == Gone(str(file))
    stop.set()
    assert list(happenings) == []
