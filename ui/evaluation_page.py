"""The evaluation page."""

from __future__ import annotations

import gradio as gr

from ui.library import Library
from ui.models import Models

PAGE = "Evaluation"


def build(page: gr.Blocks, library: Library, models: Models) -> None:
    """Lay the page out and connect it; see `ui.app.build`."""
    gr.HTML("soon")
