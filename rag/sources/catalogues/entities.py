"""Read entities of FollowTheMoney, as Aleph and its tools write them: one JSON object per line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# What holds an entity's words, its title and its date; the first that is there counts.
_TEXTS = ("bodyText", "bodyHtml", "indexText")
_TITLES = ("title", "subject", "headline", "name", "fileName")
_DATES = ("publishedAt", "date", "authoredAt", "createdAt")
# A document of pages, and one of them.
_DOCUMENTS, _PAGE = frozenset({"Pages", "Document", "Article", "HyperText", "PlainText"}), "Page"


def is_entity(row: object) -> bool:
    """Tell whether a JSON object is an entity: an id, a schema and lists of values."""
    return (
        isinstance(row, Mapping)
        and isinstance(row.get("id"), str)
        and isinstance(row.get("schema"), str)
        and isinstance(row.get("properties"), Mapping)
        and all(isinstance(values, list) for values in row["properties"].values())
    )


class Entities:
    """Turns entities into rows; the pages of a document become one text, whatever their order."""

    def __init__(self) -> None:
        # Those that were not texts, by schema.
        self.passed: Counter[str] = Counter()
        self._waiting: dict[str, Mapping[str, Any]] = {}
        self._pages: dict[str, dict[int, str]] = {}

    def rows(self, entities: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield a row for each entity with a text, those that have it in pages at the end.

        A document without a text becomes a row without one, so that it is reported.
        """
        for entity in entities:
            properties = entity["properties"]
            if entity["schema"] == _PAGE:
                self._keep_page(properties)
            elif text := _texts(properties, _TEXTS):
                yield _row(entity, text)
            elif entity["schema"] in _DOCUMENTS:
                self._waiting[entity["id"]] = entity
            else:
                self.passed[entity["schema"]] += 1
        for name, entity in self._waiting.items():
            pages = self._pages.get(name, {})
            yield _row(entity, [pages[number] for number in sorted(pages)])

    def _keep_page(self, properties: Mapping[str, list[Any]]) -> None:
        number = str(_first(properties, ("index",)) or 0)
        pages = self._pages.setdefault(str(_first(properties, ("document",))), {})
        pages[int(number) if number.isdecimal() else len(pages)] = "\n\n".join(
            map(str, _texts(properties, _TEXTS))
        )


def _row(entity: Mapping[str, Any], text: list[Any]) -> dict[str, Any]:
    properties = entity["properties"]
    return {
        "id": entity["id"],
        "title": _first(properties, _TITLES),
        "text": text,
        "abstract": _first(properties, ("summary", "description")),
        "date": _first(properties, _DATES),
        "url": _first(properties, ("sourceUrl",)),
        "publisher": _first(properties, ("publisher", "publisherUrl")),
        "author": properties.get("author", []),
        "language": _first(properties, ("language", "detectedLanguage")),
    }


def _texts(properties: Mapping[str, list[Any]], names: Iterable[str]) -> list[Any]:
    return next((properties[name] for name in names if any(properties.get(name, ()))), [])


def _first(properties: Mapping[str, list[Any]], names: Iterable[str]) -> Any:
    return next((value for name in names for value in properties.get(name, ()) if value), None)
