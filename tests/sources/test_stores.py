"""Files in stores: found in the order of a walk through folders, named without keys."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time

import pytest

from rag.sources import places, read
from rag.sources.files.stores import is_store_address
from rag.types import Skipped

FILES = {
    "b.csv": "title,text\nThree,The minister resigned on Friday.\n",
    "a/two words.md": "# Two\n\nThe ferry sailed again on Tuesday.\n",
    "a/one.md": "# One\n\nThe storm closed the harbour on Monday.\n",
    "page.html": "<html><head><title>Page</title></head><body><article><p>The harbour opens "
    "again, as the minister said on Sunday in a long letter to all.</p></article></body></html>",
    "page_files/part.html": "<p>The part of a page.</p>",
    ".hidden/x.md": "# Hidden\n\nNot to be read.\n",
    "odd.xyz": "?",
}


@pytest.fixture
def memory():
    """Fill a store that lies in this process's memory; return the address of its folder."""
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    for name, text in FILES.items():
        store.pipe(f"/news/{name}", text.encode())
    yield "memory://news"
    store.rm("/news", recursive=True)


def titles(*addresses, **options):
    return [article.title for article in read(addresses, **options)]


def test_a_folder_of_a_store_is_read_like_one_on_disk(memory, tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    skipped: list[Skipped] = []
    found = titles(memory, on_skip=skipped.append)
    assert found == titles(tmp_path) == ["One", "Two", "Three", "Page"]
    assert [item.count for item in skipped] == [1]
    assert ".xyz" in skipped[0].reason


def test_each_file_has_a_place_that_is_read_alone(memory, tmp_path):
    (tmp_path / "c.md").write_text("# Four\n\nThe court opened.\n")
    given = [memory, tmp_path, "https://a.example/feed"]
    found = [place for place in places(given) if isinstance(place, str)]
    assert found[-2:] == [str(tmp_path / "c.md"), "https://a.example/feed"]
    assert titles(*found[:-1]) == ["One", "Two", "Three", "Page", "Four"]


def test_an_article_names_its_file_in_the_store(memory):
    assert next(iter(read([f"{memory}/a/one.md"]))).source == "memory:///news/a/one.md"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("memory://news/none", "there is nothing at memory:///news/none; check the spelling"),
        ("nosuch://x", "is not an address that can be read"),
        ("file:///etc/passwd", "give the path of a file"),
    ],
)
def test_what_is_not_there_is_told(memory, address, reason):
    (skipped,) = places([address])
    assert isinstance(skipped, Skipped)
    assert reason in skipped.reason


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("s3://b/k", True),
        ("GS://b", True),
        ("https://a", False),
        ("file:///a", False),
        ("a", False),
    ],
)
def test_addresses_of_stores_are_told_from_others(path, expected):
    assert is_store_address(path) is expected


@pytest.fixture
def bucket(monkeypatch):
    """Start moto's server of S3 where it is installed; return the address of a bucket."""
    server = shutil.which("moto_server", path=os.environ.get("DATELINE_MOTO") or None)
    if server is None:
        pytest.skip("needs moto_server, from `pip install 'moto[server,s3]'`, on the path")
    for name, value in {"ACCESS_KEY_ID": "k", "SECRET_ACCESS_KEY": "s"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([server, "-p", str(port)], stderr=subprocess.DEVNULL)
    try:
        yield _filled(port)
    finally:
        process.kill()
        process.wait()


def _filled(port: int) -> str:
    from pyarrow import fs

    at = f"127.0.0.1:{port}"
    store = fs.S3FileSystem(
        endpoint_override=at, scheme="http", allow_bucket_creation=True, allow_delayed_open=True
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            store.create_dir("news")
            break
        except OSError:
            time.sleep(0.2)
    for name, text in FILES.items():
        with store.open_output_stream(f"news/{name}") as stream:
            stream.write(text.encode())
    return f"s3://news?endpoint_override={at}&scheme=http"


def test_a_bucket_of_s3_is_read(bucket):
    found = [place for place in places([bucket]) if isinstance(place, str)]
    articles = list(read(found))
    assert [article.title for article in articles] == ["One", "Two", "Three", "Page"]
    assert articles[1].source == "s3://news/a/two words.md"
