"""Look into objects that hold objects, as the replies of news services do."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from rag.sources.tables.columns import is_extract, known_columns
from rag.sources.tables.names import FIELDS, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEEPEST = 6
# Objects by these names are parts of the record itself, not things beside it.
_CONTAINERS = frozenset(
    {"fields", "attributes", "source", "properties", "data", "article", "node", "item", "news"}
    | {"document", "doc", "post", "story", "content", "record", "entry", "metadata", "meta"}
    | {"thread", "result", "body", "element", "links", "embedded", "credits"}
)
# Where an object keeps its words, likeliest first.
_WORDS = (
    "rendered",
    "main",
    "original",
    "text",
    "value",
    "html",
    "plain",
    "content",
    "body",
    "p",
    "datetime",
    "date",
    "basic",
    "numberlong",
)
_BESIDE = ("title", "date", "url", "author", "publisher")
_NAMES = ("name", "title", "label", "default")


def flat(row: Mapping[str, Any], *, depth: int = 0) -> dict[str, Any]:
    """Return a record with the parts of its inner records as ``fields.bodyText``."""
    columns: dict[str, Any] = {str(key): value for key, value in row.items()}
    for key, value in row.items():
        if isinstance(value, dict) and depth < _DEEPEST and _is_part(str(key), value):
            inner = flat(value, depth=depth + 1)
            if _names_publisher(str(key)):
                del columns[str(key)]
            columns |= {f"{key}.{name}": found for name, found in inner.items()}
    return columns


def _is_part(key: str, value: Mapping[str, Any]) -> bool:
    """Return whether an inner object is part of its record: by its name, or as an article."""
    if _names_publisher(key) or plain_name(key) in _named("author"):
        return plain_name(key) == "source" and has_text(value)  # Elasticsearch's ``_source``
    if plain_name(key) in _CONTAINERS:
        return True
    return has_text(value) and bool(known_columns(value)["title"])


def _names_publisher(key: str) -> bool:
    return plain_name(key) in _named("publisher")


@cache
def _named(field: str) -> frozenset[str]:
    return frozenset(FIELDS[field])


def words_of(value: object, *, names: bool = False) -> object:
    """Return what an object says, as a string or a list of them; "" if it has no words.

    `names` prefers the name of a person or a publisher. Objects are never spelled out.
    """
    if isinstance(value, list | tuple):
        return [words_of(item, names=names) for item in value]
    if not isinstance(value, dict):
        return value
    if sections := _in_sections(value):
        return sections
    keys = (*_NAMES, *_WORDS, "url", "@id") if names else (*_WORDS, *_NAMES)
    inner = dict(value) | {plain_name(str(key)): found for key, found in reversed(value.items())}
    found = (words_of(inner[key], names=names) for key in keys if inner.get(key))
    said = next((words for words in found if words and not isinstance(words, bool | int)), "")
    return said or words_of(inner.get("data") or inner.get("attributes") or "", names=names)


def _in_sections(value: dict[str, Any]) -> list[object]:
    """Return what a body says that is kept in sections, each of a heading and paragraphs."""
    if isinstance(value.get("sections"), list):
        parts = [value.get("summary") or [], *value["sections"]]
    elif isinstance(value.get("paragraphs"), list):
        parts = [value.get("headline") or [], *value["paragraphs"]]
    else:
        return []
    return [said for said in map(words_of, parts) if said]


def has_text(row: Mapping[str, Any], *, extracts: bool = True) -> bool:
    """Return whether a record holds words under a known name of an article's text."""
    columns = known_columns(map(str, row))["text"]
    return any(
        _is_prose(words_of(row.get(column)))
        for column in columns
        if extracts or not is_extract(column)
    )


def _is_prose(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_is_prose, value))
    return isinstance(value, str | bytes) and bool(value.strip())


def is_record(value: object) -> bool:
    """Return whether a value is an article and not a paragraph: text with something beside it."""
    if not isinstance(value, dict):
        return False
    row = flat(value)
    found = known_columns(row)
    beside = any(_is_value(name, row[name]) for field in _BESIDE for name in found[field])
    return beside and (has_text(row) or "paragraphs" in row)


def _is_value(name: str, value: object) -> bool:
    """Return whether a field is what its name says; ``data`` is a date only as a cell."""
    return plain_name(name) != "data" or not isinstance(value, list | dict)


def record_lists(data: object, *, path: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of articles in a document with the path of each, outermost first."""
    if path.count(".") > _DEEPEST:
        return
    if isinstance(data, list):
        yield from _in_list(data, path=path)
    elif isinstance(data, dict):
        members = list(data.values())
        if len(members) > 1 and sum(map(is_record, members)) > len(members) / 2:
            yield path, members  # keyed by id
            return
        if path and is_record(data):
            yield path, [data]
            return
        for key, value in data.items():
            yield from record_lists(value, path=f"{path}.{key}" if path else str(key))


def _in_list(data: list[Any], *, path: str) -> Iterator[tuple[str, list[Any]]]:
    if any(map(is_record, data)):
        yield path, data
    elif rows := _with_header(data):
        yield path, rows
    else:
        for item in data:
            if isinstance(item, list | dict):
                yield from record_lists(item, path=f"{path}[]")


def _with_header(data: list[Any]) -> list[dict[str, Any]]:
    """Return the rows of a list of lists whose first one names the columns; else none."""
    lists = [item for item in data if isinstance(item, list)]
    if len(lists) < 2 or len(lists) < len(data) or not all(isinstance(n, str) for n in lists[0]):
        return []
    if not known_columns(lists[0])["text"]:
        return []
    return [dict(zip(lists[0], row, strict=False)) for row in lists[1:]]


def by_column(data: object) -> list[dict[str, Any]]:
    """Return the rows of a table written by column, as data frames are; else none."""
    if not isinstance(data, dict):
        return []
    names, cells = data.get("columns"), data.get("data")
    if isinstance(names, list) and isinstance(cells, list):
        return [dict(zip(names, row, strict=False)) for row in cells if isinstance(row, list)]
    columns = known_columns(map(str, data))["text"]
    index = data.get(columns[0]) if columns else None
    if not isinstance(index, dict) or not index or not all(str(key).isdigit() for key in index):
        return []
    return [{name: _cell(column, key) for name, column in data.items()} for key in index]


def _cell(column: object, key: str) -> object:
    return column.get(key) if isinstance(column, dict) else None


def string_paths(data: object, *, path: str = "") -> dict[str, int]:
    """Return the paths of the strings in a document with the length of the longest at each."""
    found: dict[str, int] = {}
    if isinstance(data, str):
        return {path: len(data)}
    if isinstance(data, dict):
        inner = [(f"{path}.{key}" if path else str(key), value) for key, value in data.items()]
    elif isinstance(data, list):
        inner = [(f"{path}[]", value) for value in data[:20]]
    else:
        return {}
    for at, value in inner:
        if at.count(".") <= _DEEPEST:
            for key, length in string_paths(value, path=at).items():
                found[key] = max(found.get(key, 0), length)
    return found
