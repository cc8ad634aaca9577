"""Read XML and SGML of any make: records whose elements go by known names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from rag.errors import SourceError
from rag.sources.files.encoding import decode
from rag.sources.tables import nested
from rag.sources.tables.columns import known_columns
from rag.sources.tables.names import FIELDS
from rag.sources.tables.rows import Account, read_rows
from rag.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.sources.files.handle import File
    from rag.sources.tables.rows import Columns, Found

# Entities may stand for whole files, or for each other without end.
_SAFE = {"resolve_entities": False, "no_network": True, "remove_comments": True, "remove_pis": True}
_STRICT, _LENIENT = etree.XMLParser(**_SAFE), etree.XMLParser(recover=True, **_SAFE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"(?is)<!doctype[^>\[]*(?:\[.*?\]\s*)?>")
_STRAY = re.compile(r"&(?!(?:\w{1,31}|#\d+|#x[0-9a-fA-F]+);)")
_CONTROL = re.compile(r"&#(?:x[01]?[0-9a-fA-F]|[12]?\d|3[01]);")
_DATED_ID = re.compile(r"(?<![0-9])((?:19|20)\d\d[01]\d[0-3]\d)(?![0-9])")
_PARAGRAPHS = frozenset({"p", "paragraph", "para", "hl2", "block", "l"})


def read_tree(file: File, *, columns: Columns) -> Found:
    """Yield the articles of an XML or SGML file; raises `SourceError` naming what it holds."""
    root = parse_tree(file.whole())
    rows = [row for _path, found in nested.record_lists(_value(root)) for row in found]
    rows = rows or [row for row in [_value(root)] if nested.is_record(row)]
    if not rows:
        inside = ", ".join(dict.fromkeys(map(local_name, root.iter(etree.Element)))) or "nothing"
        raise SourceError(
            f"holds <{local_name(root)}> and no articles by known names; convert it to CSV or "
            f"JSON with title and text. Its elements are: {inside[:200]}"
        )
    dated = map(_dated, rows)
    yield from read_rows(dated, columns=columns, account=Account(file.name))


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    """Return a record with the date in its id, as in ``AFP_ENG_20240304.0001``, if it has none."""
    found = _DATED_ID.search(str(row.get("id") or row.get("DOCNO") or ""))
    return {**row, "date": found[1]} if found and not known_columns(row)["date"] else row


def parse_tree(data: bytes) -> etree._Element:
    """Return the tree of XML or SGML, whatever of it is broken; raises `SourceError` without one.

    Several elements at the top, as SGML collections have, are put under one.
    """
    try:
        root = etree.fromstring(data, _STRICT)
    except (etree.XMLSyntaxError, ValueError):
        text = _DOCTYPE.sub("", _DECLARATION.sub("", decode(data)))
        text = _STRAY.sub("&amp;", _CONTROL.sub("", text))
        root = etree.fromstring(f"<records>{text}</records>".encode(), _LENIENT)
    if root is None:
        raise SourceError("is not readable XML; write it again")
    return root


def local_name(node: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def _value(node: etree._Element) -> Any:
    """Return an element as JSON would have it: text, a list of paragraphs, or an object."""
    children = [child for child in node if isinstance(child.tag, str)]
    if not children:
        return {**_attributes(node), "text": node.text or ""} if node.attrib else node.text or ""
    names = {local_name(child).lower() for child in children}
    if names <= _PARAGRAPHS:
        return paragraphs(node)
    if _is_mixed(node) and not any(map(_is_field, names)):
        return "".join(map(str, node.itertext()))
    found: dict[str, Any] = _attributes(node)
    for child in children:
        name = local_name(child)
        value = _value(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], _Several):
            found[name].append(value)
        else:
            found[name] = _Several([found[name], value])
    return _with_text(found)


class _Several(list[Any]):
    """The values of a name that comes more than once."""


def _attributes(node: etree._Element) -> dict[str, Any]:
    return {str(key).rpartition("}")[2]: value for key, value in node.attrib.items()}


def _is_mixed(node: etree._Element) -> bool:
    """Return whether words stand between the elements of a node."""
    return any((text or "").strip() for text in (node.text, *(child.tail for child in node)))


def paragraphs(node: etree._Element) -> list[str]:
    """Return the paragraphs below a node, each on one line."""
    found: Iterator[etree._Element] = (
        child for child in node.iter(etree.Element) if local_name(child).lower() in _PARAGRAPHS
    )
    leaves = (child for child in found if not any(local_name(n) in _PARAGRAPHS for n in child))
    return [text for child in leaves if (text := one_line("".join(map(str, child.itertext()))))]


def _is_field(name: str) -> bool:
    """Return whether an element is a field of an article, and not a word of a text."""
    return any(name in known for known in (FIELDS["title"], FIELDS["text"], FIELDS["date"]))


def _with_text(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with lead and body in one text, where a database parts them."""
    parts = [record.get(name) for name in ("leadParagraph", "tailParagraphs")]
    if not all(parts):
        return record
    texts = [text for part in parts for text in (part if isinstance(part, list) else [part])]
    return {**record, "text": texts}
