"""Read tables row by row: JSON, JSON Lines, CSV, TSV and Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from rag.errors import SourceError
from rag.sources import fields as records
from rag.sources import files
from rag.sources.text import decode, guess_encoding, marked_encoding
from rag.types import Article, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rag.sources.files import File

    Columns = Mapping[str, str]
    Found = Iterator[Article | Skipped]

SKIPS_SHOWN = 20  # rows of a file reported one by one
_PEEK = 100  # rows looked at to learn the columns of JSON
_BATCH = 256  # rows of Parquet held at a time
_NO_TEXT, _NOT_JSON = "without text", "that are not JSON objects"

# A story may be longer than the 128 KB that the csv module allows; the limit is global.
csv.field_size_limit(files.WHOLE_LIMIT)


@dataclass(frozen=True, slots=True)
class _BadRow:
    """A line that is not a row, and why."""

    reason: str


@dataclass(slots=True)
class _Skips:
    """Rows passed over: the first few are reported one by one, the rest as counts."""

    name: str
    rest: Counter[str] = field(default_factory=Counter)
    shown: int = 0

    def note(self, number: int, *, reason: str, fault: str) -> Iterator[Skipped]:
        if self.shown < SKIPS_SHOWN:
            self.shown += 1
            yield Skipped(f"{self.name}#{number}", f"row {number} {reason}")
        else:
            self.rest[fault] += 1

    def summary(self) -> Iterator[Skipped]:
        for fault, count in self.rest.items():
            yield Skipped(self.name, f"and {count} more row{'s' * (count > 1)} {fault}")


def read_csv(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a CSV or TSV file, whose first row names the columns."""
    with file.open() as stream:
        found = _lines(stream)
        first = next((line for line in found if line.strip()), "")
        if not first:
            raise SourceError("is empty")
        delimiter = max("\t,;|", key=first.count)
        rows = csv.reader(chain([first], found), delimiter=delimiter)
        try:
            header = next(rows, [])
            matched = records.match_columns(header, columns=columns)
            table = (dict(zip(header, row, strict=False)) for row in rows if row)
            yield from _articles(table, columns=matched, name=file.name)
        except csv.Error as error:
            raise SourceError(f"is not a CSV table after row {rows.line_num} ({error})") from error


def read_jsonl(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a file with one JSON object a line."""
    with file.open() as stream:
        yield from _objects(
            map(_parsed, filter(str.strip, _lines(stream))), columns, name=file.name
        )


def read_json(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a JSON document: an object, a list, or an object holding a list."""
    text = decode(file.whole())
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = list(filter(str.strip, text.split("\n")))
        if len(lines) < 2 or isinstance(_parsed(lines[0]), _BadRow):
            raise SourceError(f"is not JSON ({error})") from error
        yield from _objects(map(_parsed, lines), columns, name=file.name)
        return
    if isinstance(data, dict) and _is_article(data, columns=columns):
        matched = records.match_columns(data, columns=columns)
        yield records.from_row(data, columns=matched, source=file.name)
    else:
        rows = map(_with_paragraphs, map(_checked, _listed(data)))
        yield from _objects(rows, columns, name=file.name)


def _with_paragraphs(row: dict[str, Any] | _BadRow) -> dict[str, Any] | _BadRow:
    """Join the paragraphs of an article in the format of SQuAD, a set of questions."""
    if not isinstance(row, dict) or not isinstance(row.get("paragraphs"), list):
        return row
    parts = [part.get("context") for part in row["paragraphs"] if isinstance(part, dict)]
    texts = [text for text in parts if isinstance(text, str)]
    return {"title": row.get("title"), "text": "\n\n".join(texts)} if texts else row


def read_parquet(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a Parquet file, of which only the columns in use are read."""
    with file.seekable() as stream:
        try:
            table = pq.ParquetFile(stream)
            matched = records.match_columns(table.schema_arrow.names, columns=columns)
            batches = table.iter_batches(batch_size=_BATCH, columns=list(matched.values()))
            rows = (row for batch in batches for row in _plain_times(batch).to_pylist())
            yield from _articles(rows, columns=matched, name=file.name)
        except pa.ArrowException as error:
            raise SourceError(f"is not a readable Parquet file ({error}); write it anew") from error


def _plain_times(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose times are in microseconds, the finest that Python's own hold."""
    fields = [
        f.with_type(pa.timestamp("us", tz=f.type.tz)) if pa.types.is_timestamp(f.type) else f
        for f in batch.schema
    ]
    return batch.cast(pa.schema(fields), safe=False)


def _objects(rows: Iterable[dict[str, Any] | _BadRow], columns: Columns, *, name: str) -> Found:
    """Match the columns to the first rows, as objects need not all have the same."""
    remaining = iter(rows)
    head = list(islice(remaining, _PEEK))
    present = dict.fromkeys(key for row in head if isinstance(row, dict) for key in row)
    if not present:
        bad = next((row.reason for row in head if isinstance(row, _BadRow)), records.NO_TEXT)
        raise SourceError(bad)
    matched = records.match_columns(present, columns=columns)
    yield from _articles(chain(head, remaining), columns=matched, name=name)


def _articles(rows: Iterable[dict[str, Any] | _BadRow], *, columns: Columns, name: str) -> Found:
    skips = _Skips(name)
    for number, row in enumerate(rows, start=1):
        if isinstance(row, _BadRow):
            yield from skips.note(number, reason=row.reason, fault=_NOT_JSON)
            continue
        try:
            yield records.from_row(row, columns=columns, source=f"{name}#{number}")
        except SourceError:
            reason = f"has no text in column {columns['text']!r}"
            yield from skips.note(number, reason=reason, fault=_NO_TEXT)
    yield from skips.summary()


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Yield decoded lines with their ends; most are UTF-8, and each that is not is guessed."""
    head = stream.read(files.HEAD)
    source = files.rewound(head, stream)
    if encoding := marked_encoding(head):
        yield from io.TextIOWrapper(source, encoding=encoding, errors="replace", newline="")
        return
    guess = ""
    while line := source.readline(files.WHOLE_LIMIT):
        if len(line) == files.WHOLE_LIMIT:
            raise SourceError(f"has a line longer than {files.WHOLE_LIMIT >> 20} MB; split it")
        try:
            yield line.decode()
        except UnicodeDecodeError:
            guess = guess or guess_encoding(head + line)
            yield line.decode(guess, errors="replace")


def _parsed(line: str) -> dict[str, Any] | _BadRow:
    try:
        return _checked(json.loads(line))
    except (ValueError, RecursionError) as error:
        return _BadRow(f"is not JSON ({error})")


def _checked(value: object) -> dict[str, Any] | _BadRow:
    if isinstance(value, dict):
        return value
    return _BadRow(f"is not a JSON object but a {type(value).__name__}")


def _is_article(data: dict[str, Any], *, columns: Columns) -> bool:
    """Return whether an object is itself an article, or holds no list that could be of them."""
    try:
        value = data[records.match_columns(data, columns=columns)["text"]]
    except SourceError:
        return not _lists(data)
    return not (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def _lists(data: dict[str, Any]) -> dict[str, list[object]]:
    """Return the lists of objects that an object holds, by name."""
    lists = {name: value for name, value in data.items() if isinstance(value, list)}
    return {name: value for name, value in lists.items() if value and isinstance(value[0], dict)}


def _listed(data: object) -> list[object]:
    """Return the list that a document is, or the one its object holds."""
    if isinstance(data, list):
        return data
    lists = _lists(data) if isinstance(data, dict) else {}
    if len(lists) == 1:
        return next(iter(lists.values()))
    named = ", ".join(lists) or type(data).__name__
    raise SourceError(f"holds neither an article nor one list of them, but: {named}")
