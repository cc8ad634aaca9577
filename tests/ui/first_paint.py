"""Measure when a new visitor first sees something: ``python -m tests.ui.first_paint``.

The pages of Dateline over the sample's articles and an empty page of the same Gradio are opened in
turns, each time with an empty cache, once their servers have answered before. So both wait
for the same processor, and their ratio holds for a busy machine as well.
"""

from __future__ import annotations

import statistics
import tempfile
from importlib.resources import files
from pathlib import Path

import gradio as gr
from playwright.sync_api import Browser, sync_playwright

import rag
from tests.fakes import BagOfWords
from tests.ui.steps import CHROMIUM
from ui.web import app
from ui.web.common import frame

LOADS = 5
PAINT = "performance.getEntriesByName('first-contentful-paint')"


def first_paint(browser: Browser, address: str) -> float:
    """Return after how many milliseconds the browser has painted text; on ours, the shell."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(f"{PAINT}.length")
    paint = float(page.evaluate(f"{PAINT}[0].startTime"))
    context.close()
    return paint


def measured(addresses: dict[str, str]) -> dict[str, list[float]]:
    """Return the first paints of each page, in milliseconds, the first of each left out."""
    found: dict[str, list[float]] = {name: [] for name in addresses}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for _ in range(LOADS + 1):
            for name, address in addresses.items():
                found[name].append(first_paint(browser, address))
        browser.close()
    return {name: paints[1:] for name, paints in found.items()}


def main() -> None:
    """Serve the pages, open them and print the first paints."""
    with gr.Blocks() as empty:
        gr.Markdown("Hello")
    with (
        tempfile.TemporaryDirectory() as folder,
        rag.Archive.open(Path(folder) / "sample", embedder=BagOfWords()) as archive,
    ):
        archive.ingest(str(files("rag") / "sample"))
        ours = app.build(archive, examples=["Who won?"])
        address = frame.serve(ours, host="127.0.0.1", port=0, quiet=True)
        _, plain, _ = empty.launch(prevent_thread_lock=True, quiet=True, share=False)
        pages = {"chat": address, "archive": f"{address}archive", "one word in Gradio": plain}
        for name, paints in measured(pages).items():
            middle = statistics.median(paints)
            print(f"{name:20} {middle:8.0f} ms", *(f"{each:.0f}" for each in paints))  # noqa: T201
        ours.close()
        empty.close()


if __name__ == "__main__":
    main()
