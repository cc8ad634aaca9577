"""Files read in a process apart: a bad one is named, and the next ones are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag import Archive
from rag.errors import SourceError
from rag.settings import Settings
from rag.sources import apart, read
from rag.sources.apart import Apart
from rag.types import ReadLimits
from tests.fakes import FakeEmbedder

# The seconds are of a processor's work, so that a busy machine does not matter; one article
# takes some hundredths.
LIMITS = ReadLimits(seconds=1, waiting=60, memory=700 << 20)
GOOD = "# {0}\n\nThe storm closed the harbour on Monday, the minister said of {0}.\n"

# What the worker runs in place of a reader: it does as the file says.
MISCHIEF = """
import signal
import sys
import time
import types
from rag.types import Article

def read(paths, *, wants, **_options):
    for file in sorted(paths[0].iterdir()):
        if not wants(str(file)):
            continue
        said = file.read_text()
        if said == "hang":
            while True:
                pass
        if said == "sleep":
            time.sleep(1000)
        if said == "grow":
            held = bytearray(800 << 20)
        if said == "die":
            import os
            os.kill(os.getpid(), signal.SIGSEGV)
        if said == "fail":
            raise OverflowError("date value out of range")
        if said == "print":
            print("a line of a library")
        yield Article("", said, source=str(file))

# In place of the module, which takes a second to import.
sys.modules["rag.sources.read"] = types.ModuleType("rag.sources.read")
sys.modules["rag.sources.read"].read = read
sys.modules["rag.sources.read"].places = None
"""


@pytest.fixture
def mischief(tmp_path, monkeypatch):
    """Have the worker's reader do as files say; return their folder."""
    plugin = tmp_path / "plugin"
    plugin.mkdir()
    (plugin / "sitecustomize.py").write_text(MISCHIEF)
    monkeypatch.setenv("PYTHONPATH", str(plugin))
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def test_articles_skips_and_notes_come_as_if_read_here(tmp_path):
    (tmp_path / "a.md").write_text(GOOD.format("a"))
    (tmp_path / "b.xyz").write_text("?")
    (tmp_path / "t.csv").write_text("heading,body\nOne,The storm closed the harbour.\n")
    columns, skipped = {"title": "heading", "text": "body"}, []
    with Apart() as reader:
        found = list(reader.read(tmp_path, columns=columns, on_skip=skipped.append, on_note=print))
        assert [article.title for article in found] == ["a", "One"]
        assert ".xyz" in skipped[0].reason
        nowhere = []
        assert not list(reader.read(tmp_path / "no", on_skip=nowhere.append, on_note=print))
        assert [item.source for item in nowhere] == [str(tmp_path / "no")]
        with pytest.raises(SourceError, match="no article field"):
            list(reader.read(tmp_path, columns={"x": "y"}, on_skip=print, on_note=print))


def test_what_is_left_in_the_middle_is_not_taken_for_the_next_ones(mischief):
    for name in ("a", "b", "c"):
        (mischief / name).write_text(name)
    with Apart() as reader:
        for article in reader.read(mischief, on_skip=print, on_note=print):
            assert article.text == "a"
            break
        found = list(reader.read(mischief, on_skip=print, on_note=print))
    assert [article.text for article in found] == ["a", "b", "c"]


def test_every_way_to_end_is_named_and_the_next_file_is_read(mischief):
    said = ["1", "die", "2", "fail", "grow", "hang", "3", "print", "4"]
    for number, text in enumerate(said):
        (mischief / f"f{number}").write_text(text)
    skipped = []
    limits = ReadLimits(seconds=0.2, waiting=60, memory=700 << 20)
    found = list(apart.read([mischief], on_skip=skipped.append, on_note=print, limits=limits))
    assert [article.text for article in found] == ["1", "2", "3", "print", "4"]
    reasons = {item.source[-2:]: item.reason for item in skipped}
    assert "ended the process that read it" in reasons.pop("f1")
    assert "OverflowError: date value out of range" in reasons.pop("f3")
    assert "needs more than 700 MB of memory" in reasons.pop("f4")
    assert "took longer than 0.2 s" in reasons.pop("f5")
    assert not reasons


def test_a_file_that_does_no_work_is_given_up_as_well(mischief):
    (mischief / "f").write_text("sleep")
    skipped = []
    limits = ReadLimits(seconds=60, waiting=0.5, memory=700 << 20)
    assert not list(apart.read([mischief], on_skip=skipped.append, on_note=print, limits=limits))
    assert "or 0.5 s in all to read" in skipped[0].reason


def test_sizes_are_limited_as_the_settings_say(tmp_path):
    (tmp_path / "a.md").write_text(GOOD.format("a") + "So it went on.\n" * 2**17)
    for allowed, count in ((1, 0), (3, 1)):
        skipped = []
        limits = ReadLimits(document_mb=allowed)
        found = list(apart.read([tmp_path], on_skip=skipped.append, on_note=print, limits=limits))
        assert (len(found), len(skipped)) == (count, 1 - count)
    assert not skipped


def test_one_bad_file_does_not_end_an_ingest(mischief, tmp_path):
    for name, text in (("a", "Storm."), ("b", "fail"), ("c", "Flood at school.")):
        (mischief / name).write_text(text)
    settings = Settings(reading=LIMITS)
    with Archive.open(tmp_path / "x", embedder=FakeEmbedder(), settings=settings) as archive:
        report = archive.ingest([mischief])
        assert (report.added, [item.source for item in report.skipped]) == (
            2,
            [str(mischief / "b")],
        )


def test_a_process_that_nobody_listens_to_ends(mischief):
    """As after `kill -9` of the one that asked."""
    reader = Apart(LIMITS)
    (mischief / "a").write_text("a")
    assert list(reader.read(mischief, on_skip=print, on_note=print))
    process = reader._process
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    reader.close()


def hostile(size):
    """Return files by name, of about `size` times 50 KB each."""
    many, long = 10_000 * size, 1_000_000 * size
    return {
        "comment.md": b"# T\n\n" + b"<!--" * many,
        "link.md": b"# T\n\n" + b"[" * many,
        "nested-link.md": b"# T\n\n" + b"[a](" * many,
        "heading.md": b"# " + b" #" * many + b"x\n\ntext",
        "front.md": b"---\na: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % (n, n, *[n - 1] * 9)
        for n in range(98, 108)) + b"title: *k\n---\nText.",
        "attributes.html": b"<html><body><p "
        + b" ".join(b"a%d=1" % n for n in range(5_000 * size**2)) + b">x</p></body></html>",
        "deep.html": b"<html><body>" + b"<div>" * many + b"x",
        "field.csv": b'title,text\nx,"' + b"y" * long + b'"\n',
        "header.csv": b"title,text\n",
        "line.jsonl": b'{"title": "' + b"t" * long + b'", "text": "x"}\n',
        "nested.json": b"[" * many,
        "bomb.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (n, b"&%c;" % (n - 1) * 10) for n in range(98, 110))
        + b"]><rss><channel><item><title>&m;</title></item></channel></rss>",
        "line.txt": b"z" * long,
        "half.parquet": b"PAR1" + b"\0" * 100,
        "half.pdf": b"%PDF-1.7\n" + b"1 0 obj << /Length 99999999 >> stream\n",
        "half.docx": b"PK\x03\x04" + b"\0" * 100,
    }  # fmt: skip


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices")
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "/dev/kmsg"])
def test_devices_are_not_read(name):
    if not Path(name).exists():
        pytest.skip("not here")
    skipped = []
    assert not list(read([Path(name)], on_skip=skipped.append))
    assert "a device or a pipe" in skipped[0].reason


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits are those of a Unix system")
@pytest.mark.parametrize(
    "size", [pytest.param(1, marks=pytest.mark.slow), pytest.param(20, marks=pytest.mark.crash)]
)
def test_hostile_files_are_read_or_named_and_the_last_one_is_read(tmp_path, size):
    files = hostile(size)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "zz.md").write_text(GOOD.format("last"))
    skipped, noted = [], []
    found = list(
        apart.read([tmp_path], on_skip=skipped.append, on_note=noted.append, limits=LIMITS)
    )
    assert found[-1].title == "last"
    told = " ".join(item.source for item in (*skipped, *noted, *found))
    silent = [name for name in files if name not in told]
    # A table of a header alone holds no article, which the report of the ingest counts.
    assert set(silent) <= {"header.csv"}
