"""Measure how fast articles are read and in how much memory, per format.

Every format holds the same invented articles of about 2,000 characters, so that the
figures differ by reader alone: ``python -m eval.reading_speed --articles 200``.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import docx
import pyarrow as pa
import pyarrow.parquet as pq

from rag.sources import read

_WORDS = "the harbour council of {n} voted on Monday to dredge the north channel by summer".split()


@dataclass(frozen=True, slots=True)
class Item:
    """An invented article."""

    title: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a format is read, in processor time, which other programs do not stretch.

    `bytes` is the size of its files, and `memory` the most bytes that the process held.
    """

    name: str
    articles: int
    seconds: float
    bytes: int
    memory: int

    @property
    def per_second(self) -> float:
        """Articles per second."""
        return self.articles / self.seconds


def items(count: int) -> list[Item]:
    """Return `count` invented articles, no two alike."""
    return [_item(number) for number in range(count)]


def _item(number: int) -> Item:
    sentences = (
        f"In quarter {at} {' '.join(_WORDS).format(n=f'Port {number}')}, said clerk {at * number}."
        for at in range(18)
    )
    lines = list(sentences)
    paragraphs = [" ".join(lines[at : at + 3]) for at in range(0, len(lines), 3)]
    return Item(f"Port {number} dredges its channel", "2024-05-06", "\n\n".join(paragraphs))


def write_all(found: Sequence[Item], *, folder: Path) -> dict[str, Path]:
    """Write articles into `folder` in every format, and return where by the formats' names."""
    return {name: write(found, folder) for name, write in _WRITERS.items()}


def measure(count: int, *, folder: Path) -> list[Pace]:
    """Write each format into `folder` and read it, each in a process of its own."""
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return pool.starmap(timed, write_all(items(count), folder=folder).items(), chunksize=1)


def timed(name: str, path: Path) -> Pace:
    """Read the files at `path`, and return how fast that was."""
    # The first article loads the library of the format.
    next(iter(read([path])))
    started = time.process_time()
    count = sum(1 for _ in read([path]))
    return Pace(name, count, time.process_time() - started, _size(path), _peak())


def _peak() -> int:
    """Return the most bytes of memory that this process has held so far."""
    if found := re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text()):
        return int(found[1]) * 1024
    raise OSError("the peak of memory is read from /proc, which Linux has")


def _size(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files)


def table(paces: Sequence[Pace]) -> str:
    """Return the figures as a Markdown table, the fastest first."""
    ordered = sorted(paces, key=lambda pace: -pace.per_second)
    rows = [
        f"| {pace.name} | {pace.articles} | {pace.per_second:,.0f} | "
        f"{pace.bytes / pace.seconds / 1e6:,.1f} | {pace.memory / 1e6:,.0f} |"
        for pace in ordered
    ]
    names = "| format | articles read | articles/s | MB/s | peak memory, MB |"
    return "\n".join([names, "|---|---:|---:|---:|---:|", *rows])


def _written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _rows(found: Sequence[Item]) -> list[dict[str, str]]:
    return [{"title": item.title, "date": item.date, "text": item.text} for item in found]


def _jsonl(found: Sequence[Item], folder: Path) -> Path:
    return _written(folder / "a.jsonl", "\n".join(map(json.dumps, _rows(found))))


def _csv(found: Sequence[Item], folder: Path) -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["title", "date", "text"])
    writer.writeheader()
    writer.writerows(_rows(found))
    return _written(folder / "a.csv", out.getvalue())


def _parquet(found: Sequence[Item], folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(_rows(found)), folder / "a.parquet")
    return folder / "a.parquet"


def _xlsx(found: Sequence[Item], folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["title", "date", "text"])
    for item in found:
        sheet.append([item.title, item.date, item.text])
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def _page(item: Item) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in item.text.split("\n\n"))
    return (
        f"<!DOCTYPE html><html><head><title>{item.title}</title>"
        f'<meta property="article:published_time" content="{item.date}"></head>'
        f"<body><article><h1>{item.title}</h1>{body}</article></body></html>"
    )


def _files(found: Sequence[Item], folder: Path, name: str, write: Callable[[Item], str]) -> Path:
    inside = folder / name
    inside.mkdir()
    for number, item in enumerate(found):
        _written(inside / f"{number}.{name}", write(item))
    return inside


def _html(found: Sequence[Item], folder: Path) -> Path:
    return _files(found, folder, "html", _page)


def _text(found: Sequence[Item], folder: Path) -> Path:
    return _files(found, folder, "txt", lambda item: f"{item.title}\n\n{item.text}")


def _rtf(found: Sequence[Item], folder: Path) -> Path:
    def written(item: Item) -> str:
        body = item.text.replace("\n", "\\par\n")
        return f"{{\\rtf1\\ansi {item.title}\\par\n\\par\n{body}}}"

    return _files(found, folder, "rtf", written)


def _mbox(found: Sequence[Item], folder: Path) -> Path:
    stamp = "From post@port.example Mon May  6 08:00:00 2024"
    mails = (
        f"{stamp}\nFrom: Port Post <post@port.example>\nTo: a@b.example\nSubject: {item.title}\n"
        f"Date: Mon, 6 May 2024 08:00:00 +0000\nMIME-Version: 1.0\n\n{item.text}\n"
        for item in found
    )
    return _written(folder / "a.mbox", "\n".join(mails))


def _export(found: Sequence[Item]) -> str:
    return "\n\n".join(
        f"{item.title}\n\nThe Port Post\n\nMay 6, 2024 Monday\n\nLength: 300 words\n\nBody\n\n"
        f"{item.text}\n\nLoad-Date: May 6, 2024\n\nEnd of Document"
        for item in found
    )


def _export_text(found: Sequence[Item], folder: Path) -> Path:
    return _written(folder / "export.txt", _export(found))


def _export_word(found: Sequence[Item], folder: Path) -> Path:
    document = docx.Document()
    for line in _export(found).split("\n\n"):
        document.add_paragraph(line)
    document.save(str(folder / "export.docx"))
    return folder / "export.docx"


def _epub(found: Sequence[Item], folder: Path) -> Path:
    names = [f"{number}.xhtml" for number in range(len(found))]
    manifest = "".join(f'<item id="n{name}" href="{name}"/>' for name in names)
    spine = "".join(f'<itemref idref="n{name}"/>' for name in names)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/>'
        f"<manifest>{manifest}</manifest><spine>{spine}</spine></package>"
    )
    rootfile = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    with zipfile.ZipFile(folder / "a.epub", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("META-INF/container.xml", rootfile)
        book.writestr("b.opf", package)
        for name, item in zip(names, found, strict=True):
            book.writestr(name, _page(item))
    return folder / "a.epub"


def _warc(found: Sequence[Item], folder: Path) -> Path:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with (folder / "a.warc.gz").open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for number, item in enumerate(found):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], "HTTP/1.1")
            record = writer.create_warc_record(
                f"https://port.example/{number}",
                "response",
                payload=io.BytesIO(_page(item).encode()),
                http_headers=headers,
            )
            writer.write_record(record)
    return folder / "a.warc.gz"


def _xml(found: Sequence[Item], folder: Path) -> Path:
    records = "".join(
        f"<article><title>{item.title}</title><date>{item.date}</date><text>{item.text}</text>"
        "</article>"
        for item in found
    )
    return _written(folder / "a.xml", f"<?xml version='1.0'?><articles>{records}</articles>")


_WRITERS: dict[str, Callable[[Sequence[Item], Path], Path]] = {
    "JSON Lines": _jsonl,
    "CSV": _csv,
    "Parquet": _parquet,
    "Excel": _xlsx,
    "XML records": _xml,
    "plain text, one file each": _text,
    "HTML, one file each": _html,
    "RTF, one file each": _rtf,
    "mailbox": _mbox,
    "WARC": _warc,
    "EPUB": _epub,
    "database export, text": _export_text,
    "database export, Word": _export_word,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(table(measure(chosen.articles, folder=Path(folder))))  # noqa: T201


if __name__ == "__main__":
    main()
