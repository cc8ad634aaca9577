"""Read lists of addresses: OPML, which names feeds, and sitemaps, which name pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.sources import fields
from rag.sources.feeds.trees import local_name, parse_tree
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_SHOWN = 5  # addresses named in a report


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list names: the address, and the title where it says one."""

    address: str
    title: str


def listed(data: bytes) -> list[Listed]:
    """Return the addresses in an OPML file or a sitemap, in order, each once."""
    found: dict[str, Listed] = {}
    for node in parse_tree(data).iter("{*}*"):
        if local_name(node) == "outline":
            address = node.get("xmlUrl") or node.get("xmlurl") or node.get("url")
            title = node.get("title") or node.get("text") or ""
        elif local_name(node) in {"url", "sitemap"}:
            address, title = _text(node, "loc"), _text(node, "title")
        else:
            continue
        if kept := fields.web_address(address):
            found.setdefault(kept, Listed(kept, title))
    return list(found.values())


def _text(node: etree._Element, name: str) -> str:
    return next((child.text or "" for child in node.iter("{*}*") if local_name(child) == name), "")


def not_fetched(data: bytes, *, source: str) -> Iterator[Skipped]:
    """Yield what to report of a list in a file, whose addresses are not fetched unasked."""
    found = listed(data)
    if not found:
        yield Skipped(source, f"{fields.NO_TEXT}: it lists no addresses")
        return
    shown = ", ".join(item.address for item in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    count = f"{len(found)} address{'es' * (len(found) > 1)}"
    reason = f"holds no articles but lists {count}; give what you want of it: {shown}"
    yield Skipped(source, reason + more, count=len(found))
