"""Read JSON and JSON Lines, also the nested replies of news services."""

from __future__ import annotations

import json
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.catalogues import datashare, entities, references
from rag.sources.files.encoding import decode_noting
from rag.sources.tables import nested
from rag.sources.tables.broken import salvage
from rag.sources.tables.columns import known_columns, match_columns
from rag.sources.tables.lines import Lines, repaired_note
from rag.sources.tables.rich import plainly
from rag.sources.tables.rows import Account, BadRow, check, read_rows
from rag.sources.tables.yamls import values_in
from rag.types import Note, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rag.sources.files.handle import File
    from rag.sources.tables.rows import Columns, Found

_PEEK = 100  # rows looked at to learn the columns
_NOT_JSON = "that are not JSON objects"
_PATHS_SHOWN = 8


def read_jsonl(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a file with one JSON object per line."""
    with file.open() as stream:
        lines = Lines(stream)
        yield from _records(map(_parsed, filter(str.strip, lines)), columns, name=file.name)
        yield from lines.notes(file.name)


def read_json(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a JSON document: an object, a list, or lists anywhere inside."""
    decoded = decode_noting(file.whole())
    if decoded.repaired:
        yield Note(file.name, repaired_note(decoded.repaired, decoded.encoding))
    try:
        data = json.loads(decoded.text)
    except (ValueError, RecursionError) as error:
        yield from _as_lines(decoded.text, error, columns=columns, name=file.name)
        return
    yield from _in_data(data, columns=columns, name=file.name)


def read_yaml(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a YAML file, as those of a JSON document."""
    yield from _in_data(values_in(file.whole()), columns=columns, name=file.name)


def _in_data(data: object, *, columns: Columns, name: str) -> Found:
    if not columns and (rows := references.rows_in(data) or datashare.rows_in(data)):
        yield from read_rows(rows, columns={}, account=Account(name))
        return
    yield from _in_document(data, columns=columns, name=name)


def _as_lines(text: str, error: Exception, *, columns: Columns, name: str) -> Found:
    """Yield the articles of a document that is JSON by the line, or is nearly JSON."""
    lines = list(filter(str.strip, text.split("\n")))
    if len(lines) > 1 and not isinstance(_parsed(lines[0]), BadRow):
        yield from _records(map(_parsed, lines), columns, name=name)
        return
    found = salvage(text)
    if not found.objects:
        raise SourceError(f"is not JSON ({error})") from error
    yield from _in_document(found.objects, columns=columns, name=name)
    if found.cut:
        count = len(found.objects)
        yield Skipped(name, f"is damaged after {count} objects ({error}); what follows is lost")


def _in_document(data: object, *, columns: Columns, name: str) -> Found:
    """Yield the one article that a document is, else those of the lists it holds."""
    data = plainly(data)
    if rows := nested.by_column(data):
        yield from _records(rows, columns, name=name)
        return
    if isinstance(data, dict) and _is_article(data, columns=columns):
        row = nested.flat(data)
        matched = match_columns(row, columns=columns)
        found = fields.from_row(row, columns=matched, source=name)
        weak = "id" not in columns and fields.has_weak_id(found)
        yield fields.without_id(found) if weak else found
        return
    lists = [data] if isinstance(data, list) and columns else []
    lists = lists or [rows for _path, rows in nested.record_lists(data)]
    if not lists:
        raise SourceError(_what_it_holds(data))
    first, account = 1, Account(name)
    feed = _feed_title(data)
    for rows in lists:
        parsed = [_with_paragraphs(_checked(row)) for row in rows]
        if feed:
            parsed = [{"source": feed, **row} if isinstance(row, dict) else row for row in parsed]
        yield from _records(parsed, columns, name=name, first=first, account=account)
        first += len(rows)


def _feed_title(data: object) -> str:
    """Return the name of a JSON Feed, which its items do not repeat; blank if it is none."""
    if isinstance(data, dict) and "jsonfeed.org/version" in str(data.get("version")):
        return str(data.get("title") or "")
    return ""


def _is_article(data: dict[str, Any], *, columns: Columns) -> bool:
    """Return whether an object is itself an article, and not a list of them with a preface."""
    if columns.get("text") in nested.flat(data):
        return True
    if not nested.has_text(nested.flat(data)):
        return False
    only_extract = not nested.has_text(nested.flat(data), extracts=False)
    holds_list = any(True for _ in nested.record_lists(data))
    return not (holds_list and (only_extract or _text_is_list(data)))


def _text_is_list(data: dict[str, Any]) -> bool:
    """Return whether what goes by the name of the text is a list of articles."""
    found = known_columns(map(str, data))["text"]
    return any(nested.is_record(item) for name in found for item in _items(data.get(name)))


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _what_it_holds(data: object) -> str:
    """Return a complaint that names the strings a document holds, the longest first."""
    paths = nested.string_paths(data)
    if not paths:
        return f"{fields.NO_TEXT}: it holds no words"
    longest = sorted(paths, key=lambda path: -paths[path])[:_PATHS_SHOWN]
    return (
        f"holds no article: none of its parts has a title and a text by a known name; "
        f"its strings are: {', '.join(longest)}"
    )


def _with_paragraphs(row: dict[str, Any] | BadRow) -> dict[str, Any] | BadRow:
    """Join the paragraphs of an article in the format of SQuAD, a set of questions."""
    if not isinstance(row, dict) or not isinstance(row.get("paragraphs"), list):
        return row
    parts = [part.get("context") for part in row["paragraphs"] if isinstance(part, dict)]
    texts = [text for text in parts if isinstance(text, str)]
    return {"title": row.get("title"), "text": "\n\n".join(texts)} if texts else row


def _records(
    rows: Iterable[dict[str, Any] | BadRow],
    columns: Columns,
    *,
    name: str,
    first: int = 1,
    account: Account | None = None,
) -> Found:
    """Yield the articles of objects, once the first of them show that there is text."""
    remaining = chain.from_iterable(map(_unfolded, rows)) if not columns else iter(rows)
    head = list(islice(remaining, _PEEK))
    if not columns and any(map(entities.is_entity, head)):
        yield from _entities(chain(head, remaining), name=name)
        return
    if not columns and any(map(datashare.row_of, head)):
        remaining = map(_documented, chain(head, remaining))
        head = list(islice(remaining, _PEEK))
    flat = [nested.flat(row) for row in head if isinstance(row, dict)]
    present = dict.fromkeys(key for row in flat for key in row)
    if not present:
        bad = next((row.reason for row in head if isinstance(row, BadRow)), fields.NO_TEXT)
        raise SourceError(bad)
    check(present, columns=columns)
    every = chain(head, remaining)
    yield from read_rows(every, columns=columns, account=account or Account(name), first=first)


def _entities(rows: Iterable[dict[str, Any] | BadRow], *, name: str) -> Found:
    """Yield the articles of entities of FollowTheMoney, and note what else they are."""
    reader, bad = entities.Entities(), list[BadRow]()

    def known() -> Iterator[dict[str, Any]]:
        for row in rows:
            if isinstance(row, BadRow):
                bad.append(row)
            elif entities.is_entity(row):
                yield row
            else:
                bad.append(BadRow("is not an entity of FollowTheMoney", "that are not entities"))

    texts = reader.rows(known())
    yield from read_rows(chain(texts, bad), columns={}, account=Account(name))
    if reader.passed:
        kinds = ", ".join(f"{count} {what}" for what, count in reader.passed.most_common(6))
        yield Note(name, f"has {reader.passed.total()} entities that are not texts: {kinds}")


def _unfolded(row: dict[str, Any] | BadRow) -> list[dict[str, Any] | BadRow]:
    """Return the rows that a line holds: replies of a service hold lists of articles."""
    if isinstance(row, BadRow) or not _may_fold(row) or known_columns(row)["title"]:
        return [row]
    if nested.is_record(row):
        return [row]
    inner = [each for _path, rows in nested.record_lists(row) for each in rows]
    return [_checked(each) for each in inner] or [row]


def _may_fold(row: dict[str, Any]) -> bool:
    return any(isinstance(value, list | dict) for value in row.values())


def _documented(row: dict[str, Any] | BadRow) -> dict[str, Any] | BadRow:
    """Return a document of Datashare as a row; others as they are."""
    return datashare.row_of(row) or row


def _parsed(line: str) -> dict[str, Any] | BadRow:
    try:
        value = json.loads(line)
        return _checked(json.loads(value) if isinstance(value, str) else value)
    except (ValueError, RecursionError) as error:
        return BadRow(f"is not JSON ({error})", _NOT_JSON)


def _checked(value: object) -> dict[str, Any] | BadRow:
    found = plainly(value)
    if isinstance(found, dict):
        return found
    return BadRow(f"is not a JSON object but a {type(value).__name__}", _NOT_JSON)
