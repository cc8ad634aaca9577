"""Read documents of Datashare, as its index and its programming interface hand them out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

# What Tika found in a document stands below names that begin so.
_FOUND = "tika_metadata_"
_DATES = ("dcterms_created", "dcterms_modified", "creation_date", "date")
_TITLES = ("dc_title", "dc_subject", "resourcename")
_AUTHORS = ("dc_creator", "message_from", "author")


def row_of(hit: object) -> dict[str, Any] | None:
    """Return a document, bare or as a hit of Elasticsearch, as a row; None for anything else.

    The day on which it was indexed is not its date.
    """
    document = _inner(hit)
    if not _is_document(document):
        return None
    path = str(document.get("path") or "")
    return {
        "id": document.get("id") or document.get("_id"),
        "title": _found(document, _TITLES) or document.get("title") or PurePosixPath(path).name,
        "text": document.get("content"),
        "date": _found(document, _DATES),
        "author": _found(document, _AUTHORS),
        "language": document.get("language"),
    }


def rows_in(data: object) -> list[dict[str, Any]]:
    """Return the documents of a search's reply or a list of hits as rows; none if it is neither."""
    hits = data.get("hits") if isinstance(data, Mapping) else data
    hits = hits.get("hits") if isinstance(hits, Mapping) else hits
    rows = map(row_of, hits) if isinstance(hits, list) else ()
    return [row for row in rows if row]


def _inner(hit: object) -> Mapping[str, Any]:
    """Return the document of a hit of Elasticsearch, with the id of the hit."""
    if not isinstance(hit, Mapping):
        return {}
    inner = hit.get("_source")
    return {"_id": hit.get("_id"), **inner} if isinstance(inner, Mapping) else hit


def _is_document(row: Mapping[str, Any]) -> bool:
    metadata = row.get("metadata")
    return (
        "extractionDate" in row
        and isinstance(metadata, Mapping)
        and any(str(name).startswith(_FOUND) for name in metadata)
    )


def _found(document: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    metadata = document["metadata"]
    return next((metadata[_FOUND + name] for name in names if metadata.get(_FOUND + name)), None)
