"""Addresses of servers, told from other names of models."""

from __future__ import annotations


def addresses(text: str) -> tuple[str, ...]:
    """Return the addresses that stand in a text with commas; empty where it is none of these."""
    found = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    return found if all(part.startswith(("http://", "https://")) for part in found) else ()
