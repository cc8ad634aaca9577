"""What tests do on the pages in a browser, and how long they wait."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
# Seconds that a step may take; a machine that does much else at the same time needs more.
PATIENCE = float(os.environ.get("BROWSER_PATIENCE", "20"))
expect.set_options(timeout=PATIENCE * 1000)


def ask(page, question, *, answers=1):
    """Ask, and wait until the page has that many finished answers."""
    page.fill("#dl-ask textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(answers, timeout=3 * PATIENCE * 1000)
    expect(page.locator(".dl-bar[data-ready=yes]")).to_be_visible()
