"""Tell what a file is read as: its bytes decide, its name only where they leave it open."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources.files.handle import suffix_of
from rag.sources.tables.cells import delimiter_of, names_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.sources.files.handle import File

KINDS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".mhtml": "mhtml", ".mht": "mhtml",
    ".pdf": "pdf", ".docx": "docx", ".rtf": "rtf", ".odt": "odt", ".epub": "epub",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv",
    ".xlsx": "xlsx", ".parquet": "parquet", ".rss": "feed", ".xml": "xml", ".atom": "feed",
    ".rdf": "feed", ".opml": "opml", ".sgm": "tagged", ".sgml": "tagged", ".eml": "mail",
    ".emlx": "mail", ".mbox": "mbox", ".warc": "warc", ".wacz": "wacz", ".webarchive": "webarchive",
    ".ods": "ods", ".feather": "arrow", ".arrow": "arrow", ".db": "sqlite", ".sqlite": "sqlite",
    ".sqlite3": "sqlite", ".yaml": "yaml", ".yml": "yaml", ".enex": "notes", ".srt": "subtitles",
    ".vtt": "subtitles", ".tab": "csv",
    ".gz": "gzip", ".tgz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".tar": "tar", ".zip": "zip",
}  # fmt: skip
READABLE = (
    "txt, md, html, mhtml, webarchive, pdf, docx, rtf, odt, epub, json, jsonl, yaml, csv, tsv, "
    "xlsx, ods, parquet, feather, arrow, sqlite, rss, atom, xml, opml, sgm, enex, srt, vtt, eml, "
    "emlx, mbox, warc, wacz, gz, bz2, xz, tar and zip"
)
_HEAD = 2**14  # bytes looked at
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"{\\rtf", "rtf"),
    (b"WARC/", "warc"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old office"),
)
# What a zip file is by one of its members.
_PACKED = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("META-INF/container.xml", "epub"),
    ("datapackage.json", "wacz"),
    ("ppt/presentation.xml", "slides"),
)
# By which RDF is told to be Zotero's.
ZOTERO = b"http://www.zotero.org/namespaces/export#"
_ROOTS = {
    "rss": "feed", "feed": "feed", "rdf": "feed", "html": "html", "nitf": "news xml",
    "newsitem": "news xml", "newsmessage": "news xml", "newsml": "news xml",
    "urlset": "sitemap", "sitemapindex": "sitemap", "mediawiki": "wiki", "opml": "opml",
    "alto": "alto", "tei": "tei", "en-export": "notes",
    "svg": "picture", "doc": "tagged", "reuters": "tagged", "plist": "settings",
}  # fmt: skip
# Elements that a piece of a page may begin with, and how many it has at least.
_HTML = frozenset("article body center div h1 h2 h3 head main meta p section table title".split())
_PIECES = 3
_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)[\s>/]")
_BEFORE_ROOT = re.compile(
    rb"(?s)(?:\s+|<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\]\s*)?>)+", re.I
)
_HEADER = re.compile(rb"(?m)^([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]?\S?")
_MAIL_HEADERS = frozenset(
    b"received return-path delivered-to message-id mime-version content-type from to date subject "
    b"reply-to sender dkim-signature list-unsubscribe x-mailer cc".split()
)
_MAIL_PROOF = frozenset(b"received return-path message-id mime-version delivered-to".split())
_MBOX = re.compile(rb"From \S+.*\d{4}\r?\n[A-Za-z-]+:")
_REFERENCES = re.compile(rb"TY  - [A-Z]+\r?\n[A-Z][A-Z0-9]  - |%0 [A-Z][a-z ]+\r?\n%[A-Z] ", re.I)
# Apple Mail writes above a mail how many bytes it has.
LENGTH = re.compile(rb"^\s*\d{1,9}\s*\r?\n(?=[A-Za-z-]+:)")
_TEXT = frozenset(("text", "markdown", "csv", "json", "jsonl"))
_ZIPPED = frozenset(("docx", "xlsx", "odt", "ods", "epub", "wacz"))
# Kinds that the bytes alone prove, whatever the name says.
_PROVEN = (
    _ZIPPED
    | {"news xml", "alto", "tei", "notes", "sqlite", "arrow", "tar", "bzip2", "xz"}
    | frozenset(
        "html feed zotero references sitemap wiki opml tagged mail mbox mhtml pdf rtf warc".split()
    )
)
_OTHER_OFFICE = "is an old Word, Excel or Outlook file; save it as docx, xlsx or eml and give that"


def kind_of(file: File) -> str:
    """Return what a file is read as; raises `SourceError` if it is of no kind that is read."""
    suffix = suffix_of(file.stem or file.name)
    named = file.kind or KINDS.get(suffix)
    head = _head(file)
    kind = _by_bytes(file, head, named)
    if kind == "old office":
        raise SourceError(_OTHER_OFFICE)
    if suffix and not named and kind not in _PROVEN | {"csv"}:
        raise SourceError(f"files of type {suffix} are not read; give {READABLE} files")
    if kind is None:
        raise SourceError(f"is not text, and its type is unknown; give {READABLE} files")
    return kind


def is_readable(file: File) -> bool:
    """Return whether a file is of a kind that is read, by its name or else by its bytes."""
    if file.kind or KINDS.get(suffix_of(file.stem or file.name)):
        return True
    try:
        return _by_bytes(file, _head(file), None) in _PROVEN | {"csv"}
    except OSError:
        return False


def _head(file: File) -> bytes:
    with file.open() as stream:
        return stream.read(_HEAD)


def _by_bytes(file: File, head: bytes, named: str | None) -> str | None:
    """Return the kind that bytes and name agree on; None if the bytes are not text."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    magic = next((kind for mark, kind in _MAGIC if start.startswith(mark)), None)
    if magic == "zip":
        return _zip_kind(file, named)
    if magic:
        return magic
    if head[257:262] == b"ustar":
        return "tar"
    found = sniff(head)
    if found in _PROVEN or (found and found != "text" and named in {None, "text", "xml"}):
        return "html" if named == "html" and found in {"tagged", "xml"} else found
    if found == "json" and named in {"json", "jsonl"}:
        return "jsonl" if named == "jsonl" and not start.startswith(b"[") else "json"
    if named in _TEXT or named in {"html", "xml", "feed", "tagged"}:
        return named
    return named or found


def _zip_kind(file: File, named: str | None) -> str:
    """Return what a zip file holds by its members."""
    try:
        with file.seekable() as stream, zipfile.ZipFile(stream) as archive:
            found = _packed_kind(archive, archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        found = "zip"
    return named if named in _ZIPPED and found == "zip" else found


def _packed_kind(archive: zipfile.ZipFile, names: Iterable[str]) -> str:
    members = set(names)
    mimetype = archive.read("mimetype")[:100] if "mimetype" in members else b""
    for mark, kind in ((b"opendocument.text", "odt"), (b"opendocument.spreadsheet", "ods")):
        if mark in mimetype:
            return kind
    return next((kind for member, kind in _PACKED if member in members), "zip")


def sniff(head: bytes) -> str | None:
    """Return the kind of text that `head` begins, or None if it is not text."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"(?i)<!doctype html|<html[\s>]", start):
        return "html"
    if start.startswith(b"<"):
        return _markup_kind(start)
    if re.match(rb"\{|\[\s*[{\]]", start):
        return "json"
    if _MBOX.match(start):
        return "mbox"
    if _REFERENCES.match(start):
        return "references"
    if kind := _mail_kind(start):
        return kind
    if _is_table(start):
        return "csv"
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "text" if utf16 or b"\x00" not in head else None


def _is_table(start: bytes) -> bool:
    """Return whether a text begins with a row that names columns, and one of as many cells."""
    lines = start.decode("utf-8", "replace").splitlines()
    if lines and lines[0].lower().startswith("sep="):
        lines = lines[1:]
    if len(lines) < 2 or not names_columns(lines[0]):
        return False
    mark = delimiter_of(lines[0])
    return lines[1].count(mark) >= lines[0].count(mark)


def _markup_kind(start: bytes) -> str:
    """Return the kind of a text that begins with a tag, by its first element."""
    before = _BEFORE_ROOT.match(start)
    declared = start.lower().startswith(b"<?xml") or b"<!doctype" in start[:400].lower()
    root = _ROOT.match(start, before.end() if before else 0)
    name = root[1].decode("ascii").lower() if root else ""
    if name == "rdf" and ZOTERO in start:
        return "zotero"
    if kind := _ROOTS.get(name):
        return kind
    if b"<html" in start.lower() or (name in _HTML and start.lower().count(b"</") >= _PIECES):
        return "html"
    return "xml" if declared else "text"


def _mail_kind(start: bytes) -> str | None:
    """Return whether a text begins with the headers of a mail or of a saved web page."""
    start = LENGTH.sub(b"", start)
    header = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    names = {match[1].lower() for match in _HEADER.finditer(header)} & _MAIL_HEADERS
    first = _HEADER.match(header)
    if first is None or len(names) < 3 or not (names & _MAIL_PROOF or {b"from", b"to"} <= names):
        return None
    saved = re.search(rb"(?i)multipart/related|snapshot-content-location|saved by", header)
    return "mhtml" if saved and b"received" not in names else "mail"
