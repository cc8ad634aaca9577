"""What an address on the web looks like."""

from __future__ import annotations


def is_address(path: str) -> bool:
    """Return whether a path is an address on the web."""
    return path.lower().startswith(("http://", "https://"))
