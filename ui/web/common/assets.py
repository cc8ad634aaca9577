"""The files that browsers get: styles and scripts."""

from __future__ import annotations

from importlib import resources


def read(*names: str) -> str:
    """Return files of ``ui/web/assets``, one after the other."""
    folder = resources.files("ui.web").joinpath("assets")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
