"""Read references as JSON: of CSL, which most reference managers write, and of Zotero itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Items that are not texts.
_PARTS = frozenset({"attachment", "note", "annotation"})


def rows_in(data: object) -> list[dict[str, Any]]:
    """Return the references of a JSON document as rows; none if it holds something else.

    The text of a row is the reference's abstract, since neither format holds texts.
    """
    # Better BibTeX puts Zotero's items into an object.
    items = data.get("items") if isinstance(data, Mapping) else data
    if not isinstance(items, list) or not items:
        return []
    found = [_inner(item) for item in items]
    if all(map(_is_zotero, found)):
        return [_of_zotero(item) for item in found if item["itemType"] not in _PARTS]
    return list(map(_of_csl, found)) if all(map(_is_csl, found)) else []


def _inner(item: object) -> Mapping[str, Any]:
    """Return an item without the envelope that Zotero's web API puts around it."""
    inner = item.get("data", item) if isinstance(item, Mapping) else {}
    return inner if isinstance(inner, Mapping) else {}


def _is_zotero(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("itemType"), str)


def _is_csl(item: Mapping[str, Any]) -> bool:
    """Tell whether an item has what only CSL writes: a type, and a date or names in parts."""
    dated = isinstance(item.get("issued"), Mapping)
    named = any("family" in name or "literal" in name for name in _mappings(item.get("author")))
    return isinstance(item.get("type"), str) and (dated or named or "container-title" in item)


def _of_csl(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "abstract": item.get("abstract"),
        "date": csl_date(item.get("issued")),
        "url": item.get("URL"),
        "publisher": item.get("container-title") or item.get("publisher"),
        "author": [csl_name(name) for name in _mappings(item.get("author"))],
        "language": item.get("language"),
    }


def csl_date(issued: object) -> str:
    """Return a date of CSL as text; of a span its first day."""
    if not isinstance(issued, Mapping):
        return ""
    parts = issued.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        return "-".join(f"{part:0>2}" for part in map(str, parts[0]))
    return str(issued.get("literal") or issued.get("raw") or "")


def csl_name(name: Mapping[str, Any]) -> str:
    """Return a person's name in the order it is spoken."""
    parts = (name.get("given"), name.get("non-dropping-particle"), name.get("family"))
    return str(name.get("literal") or " ".join(str(part) for part in parts if part))


def _of_zotero(item: Mapping[str, Any]) -> dict[str, Any]:
    publishers = ("publicationTitle", "websiteTitle", "blogTitle", "network", "publisher")
    people = [who for who in _mappings(item.get("creators")) if who.get("creatorType") == "author"]
    return {
        "id": item.get("uri") or item.get("key") or item.get("itemKey"),
        "title": item.get("title"),
        "abstract": item.get("abstractNote"),
        "date": item.get("date"),
        "url": item.get("url"),
        "publisher": next((item[name] for name in publishers if item.get(name)), None),
        "author": [_zotero_name(who) for who in people],
        "language": item.get("language"),
    }


def _zotero_name(who: Mapping[str, Any]) -> str:
    parts = (who.get("firstName"), who.get("lastName"))
    return str(who.get("name") or " ".join(str(part) for part in parts if part))


def _mappings(value: object) -> Sequence[Mapping[str, Any]]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Mapping)]
