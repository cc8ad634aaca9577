"""What is told of a model that is fetched."""

from __future__ import annotations

import pytest

from rag.models import files
from rag.models.registry import DEFAULT_READER, download_size
from ui.web.common.fetching import Fetching


class Machine:
    """A disk and a clock that stand where they are put."""

    size, time = 100_000_000, 10.0


@pytest.fixture
def machine():
    return Machine()


def fetching(machine, name=DEFAULT_READER):
    return Fetching(name, size=lambda: machine.size, clock=lambda: machine.time)


def test_megabytes_and_the_time_left(machine):
    assert download_size(DEFAULT_READER) == 404_500_000
    reader = fetching(machine)
    assert reader.now is None
    reader.say("Fetching part 2 of 5 of it (100 of 404 MB)")
    assert reader.now.words() == "Fetching part 2 of 5 of it, 100 of 404 MB"
    machine.size, machine.time = 200_000_000, 20.0
    # 100 MB in 10 seconds, and 204.5 MB to come.
    assert reader.now.words() == "Fetching part 2 of 5 of it, 200 of 404 MB, about 20 s left"
    machine.time = 110.0
    assert reader.now.words().endswith("about 3 min left")
    machine.size = 900_000_000
    assert reader.now.words().endswith("404 of 404 MB, about 1 s left")


def test_what_has_no_known_size_is_told_by_its_step(machine):
    other = fetching(machine, "owner/name")
    other.say("Converting it; this happens once")
    assert other.now.words() == "Converting it; this happens once"


def test_what_is_being_fetched_is_counted(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path))
    assert files.fetched() == 0
    (tmp_path / files.DOWNLOADS / "pip").mkdir(parents=True)
    (tmp_path / files.DOWNLOADS / "pip" / "part.whl").write_bytes(b"12345")
    (tmp_path / "ready").mkdir()
    (tmp_path / "ready" / "model").write_bytes(b"1234567")
    with files.staging() as stage:
        (stage / "file").write_bytes(b"123")
        assert files.fetched() == 8
    assert files.fetched() == 5
