"""What stands behind the links of news aggregators: the paper's own address, title and name."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

# Where an aggregator's link carries the address it leads to: host, path, parameter.
_WRAPPERS = (
    (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}"), "/url", ("url", "q")),
    (re.compile(r"(?:www\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"news\.google\.com"), "/news/url", ("url",)),
    (re.compile(r"r\.search\.yahoo\.com|.*\.safelinks\.protection\.outlook\.com"), "/", ("url",)),
    (re.compile(r"(?:www\.|l\.|lm\.)facebook\.com"), "/l.php", ("u",)),
)
_PACKED = re.compile(r"https://news\.google\.com/(?:__i/)?(?:rss/)?articles/([\w-]+)")
_INNER = re.compile(rb"https?://[!-~]+")
_AGGREGATORS = re.compile(
    r"(?i)google (?:news|alerts?)\b|.*\b(?:google|bing|yahoo) (?:news|search)\b.*|bing\b.*"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a story stands: its own address, title and publisher; None where not known."""

    address: str | None
    title: str
    publisher: str | None


def unwrapped(address: str | None) -> str | None:
    """Return the address that an aggregator's link leads to, and any other as it is."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return address
    for host, path, names in _WRAPPERS:
        if host.fullmatch(parts.hostname or "") and parts.path.startswith(path):
            given = parse_qs(parts.query)
            inner = next((given[name][0] for name in names if name in given), "")
            if inner.startswith(("http://", "https://")):
                return inner
    return _packed(address or "") or address


def _packed(address: str) -> str | None:
    """Return the address that a link of Google News packs; newer links keep it to themselves."""
    match = _PACKED.match(address)
    if not match:
        return None
    padded = match[1] + "=" * (-len(match[1]) % 4)
    try:
        found = _INNER.search(base64.urlsafe_b64decode(padded))
    except ValueError:
        return None
    return found[0].decode("ascii") if found else None


def origin(entry: Mapping[str, Any], *, address: str | None, title: str, feed: str) -> Origin:
    """Return where an entry of a feed stands, looking behind aggregators.

    Google News ends its titles in the paper's name, which the entry's ``source`` repeats.
    `feed` is the feed's own title: the publisher, unless it is an aggregator's.
    """
    source = entry.get("source") or {}
    named = str(source.get("title") or entry.get("news_source") or "").strip()
    own = unwrapped(address)
    if named:
        bare = title.removesuffix(named).rstrip()
        title = bare.rstrip("-–—|").rstrip() if bare.endswith(("-", "–", "—", "|")) else title
    publisher = named or (None if own != address or _AGGREGATORS.match(feed) else feed)
    return Origin(own, title, publisher)
