"""The addresses of model servers, recognised among names of models."""

from __future__ import annotations


def addresses(text: str) -> tuple[str, ...]:
    """Return the addresses in a text, separated by commas; none if it has no addresses."""
    found = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    return found if all(part.startswith(("http://", "https://")) for part in found) else ()
