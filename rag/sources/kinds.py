"""Read a file by its kind, and whatever files it holds."""

from __future__ import annotations

import dataclasses
import logging
import lzma
import tarfile
import zipfile
import zlib
from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError
from rag.sources.catalogues import zotero
from rag.sources.dates import name_date
from rag.sources.documents import mail, plain, rtf
from rag.sources.feeds import lists, news_xml, syndicated, trees, wiki
from rag.sources.files import unpack
from rag.sources.files.detect import kind_of
from rag.sources.files.encoding import decode_noting
from rag.sources.files.handle import on_disk
from rag.sources.tables import delimited, marked, objects, parquet, sheets
from rag.sources.tables.lines import repaired_note
from rag.sources.tables.rows import Account, read_rows
from rag.sources.web import mhtml, pages, webarchive
from rag.types import Article, Note, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rag.sources.files.handle import File

    Columns = Mapping[str, str]
    Found = Iterator[Article | Skipped | Note]

# What bytes that are not what they seem make the readers and their libraries raise. The
# traceback goes to the log, as it could be a fault of the reader.
DAMAGE = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError),
    *(ValueError, LookupError, RuntimeError, TypeError, AttributeError, AssertionError),
    # Numbers of many digits.
    ArithmeticError,
)

# Kinds of documents whose names may tell when their article was published.
_DATED_KINDS = frozenset({"text", "markdown", "pdf", "docx", "rtf", "odt", "epub", "subtitles"})

_ADVICE = {
    "references": " (RIS or EndNote), which have no texts; export them as CSV, or from Zotero with "
    "their files"
}

_log = logging.getLogger(__name__)


def read_file(file: File | Skipped, *, columns: Columns) -> Found:
    """Yield what is in one file; whatever is wrong with it becomes a `Skipped`."""
    if isinstance(file, Skipped):
        yield file
        return
    told = False
    try:
        kind = kind_of(file)
        for found in read_kind(file, kind, columns=columns):
            yield _dated(found, file=file) if kind in _DATED_KINDS else found
            told = told or not isinstance(found, Note)
        if not told:
            yield Skipped(file.name, "holds no articles")
    except (SourceError, *DAMAGE) as error:
        _log.debug("cannot read %s", file.name, exc_info=error)
        yield Skipped(file.name, why(error))


def _dated(found: Article | Skipped | Note, *, file: File) -> Article | Skipped | Note:
    """Return an article that is a document's only one with the date in the document's name.

    Tables are named for the day of their export, and pages for the day they were saved.
    """
    if not isinstance(found, Article) or found.date or found.source != file.name:
        return found
    return dataclasses.replace(found, date=name_date(file.name))


def read_kind(file: File, kind: str, *, columns: Columns) -> Found:
    """Yield the articles of a file that is read as `kind`."""
    if kind in _ROWS:
        yield from _ROWS[kind](file, columns=columns)
    elif kind in _BYTES:
        yield from _BYTES[kind](file.whole(), source=file.name)
    elif kind in _HOLDERS:
        yield from _HOLDERS[kind](file, columns=columns)
    else:
        yield Skipped(file.name, f"holds no article: it is a file of {kind}{_ADVICE.get(kind, '')}")


def _packed(kind: str) -> Callable[..., Found]:
    """Return the reader of files that are packed as `kind`."""

    def read(file: File, *, columns: Columns) -> Found:
        inner = unpack.unpacked(file, kind)
        yield from read_kind(inner, kind_of(inner), columns=columns)

    return read


def _tar(file: File, *, columns: Columns) -> Found:
    with unpack.untar(file) as members:
        for member in members:
            yield from read_file(member, columns=columns)


def _zip(file: File, *, columns: Columns) -> Found:
    with unpack.unzip(file) as members:
        for member in members:
            yield from read_file(member, columns=columns)


def _text(file: File, *, columns: Columns) -> Found:  # noqa: ARG001 - as all of its kind
    decoded = decode_noting(file.whole(), declared=file.charset)
    yield from plain.read_text(decoded.text, source=file.name)
    if decoded.repaired:
        yield Note(file.name, repaired_note(decoded.repaired, decoded.encoding))


def _markdown(file: File, *, columns: Columns) -> Found:
    decoded = decode_noting(file.whole(), declared=file.charset)
    if rows := marked.rows_in_markdown(decoded.text):
        yield from read_rows(rows, columns=columns, account=Account(file.name))
        return
    yield from plain.read_markdown_articles(decoded.text, source=file.name)
    if decoded.repaired:
        yield Note(file.name, repaired_note(decoded.repaired, decoded.encoding))


def _html(file: File, *, columns: Columns) -> Found:
    if rows := marked.rows_in(file.whole(), charset=file.charset):
        yield from read_rows(rows, columns=columns, account=Account(file.name))
        return
    yield from pages.read_pages(file.whole(), source=file.name, charset=file.charset)


def _mhtml(file: File, *, columns: Columns) -> Found:  # noqa: ARG001
    yield from _saved(mhtml.page_in(file.whole()), file=file)


def _webarchive(file: File, *, columns: Columns) -> Found:  # noqa: ARG001
    yield from _saved(webarchive.page_in(file.whole()), file=file)


def _saved(saved: mhtml.Saved, *, file: File) -> Found:
    yield from pages.read_pages(
        saved.page, source=file.name, url=saved.address, charset=saved.charset
    )


def _wiki(file: File, *, columns: Columns) -> Found:  # noqa: ARG001
    yield from wiki.read_wiki(file)


def _mail(file: File, *, columns: Columns) -> Found:
    """Yield what a mail says and what is attached; one that only carries files may be blank."""
    data = file.whole()
    attached = list(mail.attachments(data, file))
    try:
        yield from mail.read_mail(data, source=file.name)
    except SourceError:
        if not attached:
            raise
    for inner in attached:
        yield from read_file(inner, columns=columns)


def _mbox(file: File, *, columns: Columns) -> Found:
    for number, inner in mail.mails(file):
        named = mail.as_file(inner, file=file, number=number)
        yield from read_file(named, columns=columns)


def _warc(file: File, *, columns: Columns) -> Found:
    # Imported here for the reason of `_late`.
    from rag.sources.web import warc

    passed: Counter[str] = Counter()
    for captured in warc.captures(file, passed=passed):
        try:
            if kind_of(captured.file) == "html":
                yield from pages.read_pages(
                    captured.file.whole(),
                    source=captured.file.name,
                    url=captured.url,
                    charset=captured.file.charset,
                )
            else:
                yield from read_file(captured.file, columns=columns)
        except (SourceError, *DAMAGE) as error:
            yield Skipped(captured.file.name, why(error))
    if passed:
        kinds = ", ".join(f"{count} {what}" for what, count in passed.most_common(6))
        yield Note(file.name, f"has {sum(passed.values())} records that are not pages: {kinds}")


def _wacz(file: File, *, columns: Columns) -> Found:
    """Yield the pages of the web archives that a WACZ file packs."""
    with unpack.unzip(file, only=".warc") as members:
        for member in members:
            yield from read_file(member, columns=columns)


def _zotero(file: File, *, columns: Columns) -> Found:
    """Yield what the files of references hold, and of references without files their abstracts."""
    without: list[Mapping[str, Any]] = []
    for reference in zotero.references(file.whole()):
        found = _first_file(file, reference)
        if not any(isinstance(item, Article) for item in found):
            without.append(reference.row)
        alone = sum(isinstance(item, Article) for item in found) == 1
        for item in found:
            if isinstance(item, Article):
                yield zotero.with_facts(item, reference.row, alone=alone)
            else:
                yield item
    yield from read_rows(without, columns=columns, account=Account(file.name))


def _first_file(file: File, reference: zotero.Reference) -> list[Article | Skipped | Note]:
    """Return what the first file of a reference holds that has an article, or why none has."""
    passed: list[Article | Skipped | Note] = []
    for path in reference.files:
        place = zotero.beside(file.name, path)
        found = list(read_file(on_disk(place), columns={})) if place else []
        if any(isinstance(item, Article) for item in found):
            return found
        passed += found
    return passed


def _late(module: str, name: str) -> Callable[..., Any]:
    """Return a reader that is imported for its first file, as its library takes long to import."""

    def read(*given: Any, **options: Any) -> Any:
        return getattr(import_module(f"rag.sources.{module}"), name)(*given, **options)

    return read


# Readers of rows take the mapping of columns, readers of documents all bytes at once.
_ROWS = {
    "json": objects.read_json,
    "jsonl": objects.read_jsonl,
    "csv": delimited.read_csv,
    "yaml": objects.read_yaml,
    "parquet": parquet.read_parquet,
    "arrow": parquet.read_arrow,
    "sqlite": _late("tables.sqlite", "read_sqlite"),
    "ods": _late("tables.ods", "read_ods"),
    "notes": _late("feeds.enex", "read_enex"),
    "xlsx": sheets.read_xlsx,
    "xml": trees.read_tree,
    "tagged": trees.read_tree,
}
_BYTES = {
    "pdf": _late("documents.pdf", "read_pdf"),
    "docx": _late("documents.word", "read_docx"),
    "rtf": rtf.read_rtf,
    "odt": _late("documents.odt", "read_odt"),
    "epub": _late("documents.epub", "read_epub"),
    "subtitles": _late("documents.subtitles", "read_subtitles"),
    "alto": _late("feeds.digitised", "read_alto"),
    "tei": _late("feeds.digitised", "read_tei"),
    "feed": syndicated.read_feed,
    "news xml": news_xml.read_news_xml,
    "sitemap": lists.not_fetched,
    "opml": lists.not_fetched,
}
_HOLDERS = {
    **{kind: _packed(kind) for kind in ("gzip", "bzip2", "xz")},
    "tar": _tar,
    "zip": _zip,
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "mhtml": _mhtml,
    "webarchive": _webarchive,
    "wiki": _wiki,
    "mail": _mail,
    "mbox": _mbox,
    "warc": _warc,
    "wacz": _wacz,
    "zotero": _zotero,
}


def why(error: Exception) -> str:
    """Return what went wrong with the bytes of a file, in words for the user."""
    match error:
        case SourceError():
            return str(error)
        case EOFError():
            return "is cut short; fetch it again"
        case OSError(strerror=str(said)):
            return f"cannot be read: {said}"
        case _:  # gzip's own OSError has no strerror
            return f"is damaged or of another type than its name says ({error}); fetch it again"
