"""What the pages show, as a reader finds it."""

from __future__ import annotations

from lxml import html


def said(message):
    """Return what a message says, its marks in brackets, without buttons and quotations."""
    root = html.fragment_fromstring(message, create_parent=True)
    for mark in root.xpath(".//a[@class='dl-mark']"):
        mark.text = f" [{mark.text}]"
    for other in root.xpath(".//*[@role='tooltip'] | .//button"):
        other.drop_tree()
    return " ".join(root.text_content().split())
