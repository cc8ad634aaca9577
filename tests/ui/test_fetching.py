"""What is told of a model that is fetched."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from rag.models import files
from rag.models.registry import DEFAULT_READER, download_size
from ui.cli import fetching as shown_fetching
from ui.fetching import Fetching
from ui.web.common import markup


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
    assert reader.now.words() == "Fetching a model: 100 of 404 MB"
    machine.size, machine.time = 100_900_000, 10.5
    # Less than a megabyte says nothing of the speed.
    assert reader.now.words() == "Fetching a model: 100 of 404 MB"
    machine.size, machine.time = 200_000_000, 20.0
    # 100 MB in 10 seconds, and 204.5 MB to come.
    assert reader.now.words() == "Fetching a model: 200 of 404 MB, about 20 s left"
    machine.time = 110.0
    assert reader.now.words().endswith("about 3 min left")


@pytest.mark.parametrize(
    ("step", "size"),
    [
        # All of it is here, and is put together and checked.
        ("Fetching part 5 of 5 of it", 900_000_000),
        # What is written meanwhile is no part of what was to be fetched.
        ("Merging the adapter x into y; this happens once", 100_200_000),
    ],
)
def test_what_is_fetched_is_then_prepared(machine, step, size):
    reader = fetching(machine)
    machine.size, machine.time = size, 30.0
    reader.say(step)
    assert reader.now.words() == "Preparing the model, which happens once"
    bar = markup.render("fetching.html", fetched=reader.now)
    assert '<progress aria-label="Model fetched"></progress>' in bar


def test_the_bar_goes_on_and_never_back(machine):
    reader = fetching(machine)
    for size in (200_000_000, 150_000_000):
        machine.size = size
        reader.say("Fetching part 2 of 5 of it")
        bar = markup.render("fetching.html", fetched=reader.now)
        assert 'max="404500000" value="200000000"' in bar


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


# In the terminal


class Terminal:
    """Stands in for the console of notes; keeps what it shows."""

    def __init__(self, *, is_terminal):
        self.is_terminal = is_terminal
        self.shown = []
        self.seen = threading.Event()

    @contextmanager
    def status(self, _text):
        yield self

    def update(self, text):
        self.print(text)

    def print(self, text, **_options):
        self.shown.append(text)
        self.seen.set()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_megabytes_and_the_time_left_are_shown_in_the_terminal(is_terminal, machine, monkeypatch):
    terminal = Terminal(is_terminal=is_terminal)
    monkeypatch.setattr(shown_fetching, "notes", terminal)
    monkeypatch.setattr(shown_fetching, "note", terminal.print)
    monkeypatch.setattr(shown_fetching, "_LOOK_EVERY", 0.01)
    monkeypatch.setattr(shown_fetching, "_BETWEEN_LINES", 0.0)
    reader = fetching(machine)
    with shown_fetching.watched(lambda: reader.now):
        assert terminal.shown == []
        machine.size, machine.time = 200_000_000, 20.0
        reader.say("Fetching it")
        assert terminal.seen.wait(20)
    assert terminal.shown[0] == "Fetching a model: 200 of 404 MB, about 20 s left"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_each_step_has_a_line_where_none_moves(is_terminal, monkeypatch):
    terminal = Terminal(is_terminal=is_terminal)
    monkeypatch.setattr(shown_fetching, "notes", terminal)
    monkeypatch.setattr(shown_fetching, "note", terminal.print)
    with shown_fetching.fetching(DEFAULT_READER) as say:
        say("Converting it; this happens once")
    assert terminal.shown == ([] if is_terminal else ["Converting it; this happens once"])


def test_what_is_loaded_behind_a_command_is_followed_to_its_end(machine, monkeypatch):
    terminal = Terminal(is_terminal=True)
    monkeypatch.setattr(shown_fetching, "notes", terminal)
    monkeypatch.setattr(shown_fetching, "_LOOK_EVERY", 0.01)
    loading = threading.Thread(target=terminal.seen.wait, args=(20,))
    reader = fetching(machine)
    reader.say("Fetching it")
    loading.start()
    shown_fetching.follow(lambda: reader.now, loading=loading)
    loading.join(20)
    assert terminal.shown[0] == "Fetching a model: 100 of 404 MB"
