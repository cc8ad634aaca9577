"""Read Zotero's RDF: references, and the pages and PDFs that an export "with files" holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import etree

from rag.sources.dates import parse_date
from rag.sources.feeds.trees import local_name, parse_tree
from rag.sources.text import one_line
from rag.types import Article

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
# Parts of references, and what groups them.
_PARTS = frozenset({"Attachment", "Memo", "Collection", "Journal", "Newspaper", "Periodical"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as a row, and the paths of its files beside the RDF."""

    row: Mapping[str, Any]
    files: tuple[str, ...] = ()


def references(data: bytes) -> Iterator[Reference]:
    """Yield the references of an export; raises `SourceError` for what is not XML."""
    root = parse_tree(data)
    named = {_about(node): node for node in root if _about(node)}
    for node in root:
        if isinstance(node.tag, str) and local_name(node) not in _PARTS:
            yield Reference(_row(node, named), tuple(_files(node, named)))


def with_facts(article: Article, row: Mapping[str, Any], *, alone: bool) -> Article:
    """Return a file's article with what its reference says, which people have looked through.

    Its id and title are those of the reference only when it is the reference's `alone`.
    """
    names = ("url", "publisher", "author", *(("id", "title") if alone else ()))
    said = {name: row[name] for name in names if row[name]}
    return dataclasses.replace(article, date=parse_date(row["date"]) or article.date, **said)


def beside(rdf: str, path: str) -> Path | None:
    """Return a file that an RDF on disk names, if it lies in the RDF's folder or below it."""
    folder = Path(rdf).parent.resolve()
    found = (folder / PurePosixPath(path)).resolve()
    return found if folder in found.parents and found.is_file() else None


def _row(node: etree._Element, named: Mapping[str, etree._Element]) -> dict[str, Any]:
    inside = _child(node, "isPartOf")
    if inside is not None and (resource := inside.get(f"{_RDF}resource")):
        inside = named.get(resource)
    address = _address(node)
    return {
        "id": address,
        "title": _said(_child(node, "title")),
        "abstract": _said(_child(node, "abstract")),
        "date": _said(_child(node, "date")),
        "url": address,
        "publisher": _said(_below(inside, "title"))
        or _said(_below(_child(node, "publisher"), "name")),
        "author": ", ".join(_people(node)),
        "language": _said(_child(node, "language")),
    }


def _files(node: etree._Element, named: Mapping[str, etree._Element]) -> Iterator[str]:
    for link in node:
        if local_name(link) == "link":
            attached = named.get(link.get(f"{_RDF}resource", ""))
            resource = _child(attached, "resource")
            if resource is not None and (path := resource.get(f"{_RDF}resource")):
                yield path


def _people(node: etree._Element) -> Iterator[str]:
    authors = _child(node, "authors")
    for person in [] if authors is None else authors.iter("{*}Person"):
        parts = [_said(_child(person, part)) for part in ("givenName", "givenname", "surname")]
        if name := " ".join(filter(None, parts)):
            yield name


def _address(node: etree._Element) -> str:
    """Return the reference's address on the web; blank without one."""
    own = [child for child in node if local_name(child) == "identifier"]
    values = [_said(value) for child in own for value in child.iter("{*}value")]
    return next((text for text in (*values, _about(node)) if text.startswith("http")), "")


def _about(node: etree._Element) -> str:
    return str(node.get(f"{_RDF}about", ""))


def _child(node: etree._Element | None, name: str) -> etree._Element | None:
    children = [] if node is None else list(node)
    return next((child for child in children if local_name(child) == name), None)


def _below(node: etree._Element | None, name: str) -> etree._Element | None:
    return None if node is None else next(node.iter(f"{{*}}{name}"), None)


def _said(node: etree._Element | None) -> str:
    return "" if node is None else one_line("".join(map(str, node.itertext())))
