"""The limits of the settings, handed to what holds to them."""

from __future__ import annotations

from rag.settings import ServerLimits
from ui.web.common.models import Models
from ui.web.common.waiting import LineLimits


def limit_line(models: Models, limits: ServerLimits) -> None:
    """Hold the line of questions to `limits` from now on; those that wait already stay."""
    models.line.limits = LineLimits(
        at_once=limits.at_once, waiting=limits.waiting, of_one=limits.of_one
    )
