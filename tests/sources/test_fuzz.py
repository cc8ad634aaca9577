"""Bytes of any make, under every name: articles or a reason, never an error."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.sources import read
from rag.types import Article

# What the kinds of files begin with, so that the readers are reached, and what they are made of.
STARTS = (
    *(
        b"",
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"PAR1",
        b"\x1f\x8b\x08",
        b"{\\rtf1 ",
        b"BZh9",
        b"\xfd7zXZ",
    ),
    *(b"<!doctype html><html><body>", b"<?xml version='1.0'?><rss><channel><item>", b"---\n"),
    *(b"# ", b"[{", b'{"title": "', b"title,text\n", b"WARC/1.0\r\n", b"From a@b Mon\nSubject: "),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"MIME-Version: 1.0\r\n"),
)
PIECES = (
    *(
        b"<p>",
        b"</p>",
        b"<!--",
        b"-->",
        b"&#",
        b"]]>",
        b'"',
        b",",
        b"\n",
        b"\r\n",
        b"\0",
        b"[",
        b"](",
    ),
    *(
        b"title",
        b"text",
        b"date",
        b": ",
        b"2024-05-01",
        b"9" * 30,
        b"\xed\xa0\x80",
        b"\xf0\x9f",
        b"#",
    ),
    *(
        b"The storm closed the harbour on Monday, the minister said. ",
        b"{",
        b"}",
        b"*a",
        b"&a ",
        b"\f",
    ),
)
SUFFIXES = (
    *("txt", "md", "html", "pdf", "docx", "json", "jsonl", "csv", "tsv", "parquet", "rss", "xml"),
    *("atom", "gz", "zip", "rtf", "odt", "epub", "eml", "mbox", "mhtml", "warc", "xlsx", ""),
)


@st.composite
def content(draw) -> bytes:
    pieces = st.one_of(st.sampled_from(PIECES), st.binary(max_size=12))
    return draw(st.sampled_from(STARTS)) + b"".join(draw(st.lists(pieces, max_size=40)))


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=content())
def test_no_bytes_make_a_reader_fail(tmp_path, suffix, data):
    file = tmp_path / (f"file.{suffix}" if suffix else "file")
    file.write_bytes(data)
    skipped = []
    found = list(read([file], on_skip=skipped.append, on_note=lambda _note: None))
    assert all(isinstance(item, Article) for item in found)
    assert all(item.reason and item.source for item in skipped)
    for article in found:
        # What can be stored: no half of a character.
        assert (article.title + article.text).encode("utf-8") is not None


def test_a_mail_of_a_year_of_many_digits_is_read_without_a_date(tmp_path):
    mail = tmp_path / "a.eml"
    mail.write_text(
        "From: Post <a@b.example>\nSubject: Storm\n"
        f"Date: Mon, 6 May {'3' * 40} 08:00:00 +0000\n\nThe storm closed the harbour.\n"
    )
    [article] = read([mail])
    assert (article.title, article.date) == ("Storm", None)
