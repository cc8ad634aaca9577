"""Measure when a visitor first sees something, and can use it: ``python -m tests.ui.first_paint``.

The pages of Dateline over the sample's articles and an empty page of the same Gradio are opened in
turns, each time with an empty cache, once their servers have answered before. So both wait
for the same processor, and their ratio holds for a busy machine as well.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
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
# What can be used first, on a page that Gradio has built: a box that takes words and sends them,
# an article that can be opened, a text that can be read.
USABLE = {
    "chat": "#dl-ask textarea:enabled",
    "archive": "a.dl-entry",
    "one word in Gradio": ".prose p",
}
SENDS = "(name) => name !== 'chat' || Boolean(window.dateline?.there)"
PAINT = "performance.getEntriesByName('first-contentful-paint')"


@dataclass(frozen=True, slots=True)
class Opened:
    """After how many milliseconds a browser has painted text, and its page can be used."""

    painted: float
    usable: float


def opened(browser: Browser, address: str, *, name: str) -> Opened:
    """Open a page with an empty cache; what is painted first is the shell on ours."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(USABLE[name])
    page.wait_for_function(SENDS, arg=name)
    usable = float(page.evaluate("performance.now()"))
    paint = float(page.evaluate(f"{PAINT}[0].startTime"))
    context.close()
    return Opened(paint, usable)


def measured(addresses: dict[str, str]) -> dict[str, list[Opened]]:
    """Return how each page opened, the first time of each left out."""
    found: dict[str, list[Opened]] = {name: [] for name in addresses}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for _ in range(LOADS + 1):
            for name, address in addresses.items():
                found[name].append(opened(browser, address, name=name))
        browser.close()
    return {name: times[1:] for name, times in found.items()}


def shown(name: str, times: list[float]) -> None:
    """Print the median of some times, and all of them."""
    middle = statistics.median(times)
    print(f"{name:30} {middle:8.0f} ms", *(f"{each:.0f}" for each in times))  # noqa: T201


def main() -> None:
    """Serve the pages, open them and print when they were painted and could be used."""
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
        for name, times in measured(pages).items():
            shown(f"{name}, painted", [each.painted for each in times])
            shown(f"{name}, usable", [each.usable for each in times])
        ours.close()
        empty.close()


if __name__ == "__main__":
    main()
