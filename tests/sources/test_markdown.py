"""Markdown, sound and broken: its markup goes, its words stay, whatever never closes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from rag.errors import SourceError
from rag.sources import read
from rag.sources.documents.markdown import plain_markdown
from rag.sources.documents.plain import read_markdown

if TYPE_CHECKING:
    from pathlib import Path

# What opens and does not close, or closes in the wrong place.
UNCLOSED = ["<!--", "[", "![", "[a](", "[\n", "<http://", " __a", "**a ", " #", "<a ", " *a", "> "]


@pytest.mark.slow
@pytest.mark.parametrize("opening", UNCLOSED)
def test_markdown_that_never_closes_takes_no_longer_for_being_long(opening):
    """A pattern that goes back for every opening would take hours."""
    text = f"# Storm\n\nThe harbour was shut.\n\nx{opening * 100_000}y"
    article = read_markdown(text, source="a.md")
    assert article.title == "Storm"
    assert article.text.startswith("The harbour was shut.")


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("x <!-- a\nb --> y", "x y"),
        ("x <!-- a <!-- b --> y <!-- z", "x y <!-- z"),
        ("# C#", "C#"),
        ("## Storm ##  ", "Storm"),
        ("#", "#"),
        ("x **bold words** and __more__ y", "x bold words and more y"),
        ("x ** y ** z", "x ** y ** z"),
        ("[the report](https://a.example/x_(y)) ![i](u)", "the report"),
        ("[the [whole](u) report", "[the whole report"),
    ],
)
def test_markup_of_markdown(markdown, plain):
    assert " ".join(plain_markdown(markdown).split()) == plain


def test_front_matter_that_repeats_lists_is_refused_and_values_are_not():
    with pytest.raises(SourceError, match="repeats a list"):
        read_markdown("---\na: &a [x]\ntitle: [*a, *a]\n---\nText.", source="a.md")
    found = read_markdown("---\nname: &n Storm\ntitle: *n\n---\nThe harbour.", source="a.md")
    assert found.title == "Storm"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("> - one\n> - two\n>\n> more\n\nend", "- one\n- two\n\nmore\n\nend"),
        ("- one\n\n  - deep\n- two\n\nend", "- one\n- deep\n- two\n\nend"),
        ("Before.\n\n<!-- never closed\n\nAfter.", "Before.\n\n<!-- never closed After."),
        ("Before.\n\n<!-- closed -->\n\nAfter.", "Before.\n\nAfter."),
        ("<div>Fish &amp; chips</div>", "Fish & chips"),
        ("<https://example.com/a> is read", "https://example.com/a is read"),
    ],
)
def test_nothing_that_is_read_is_lost(markdown: str, plain: str) -> None:
    assert re.sub(r"[ ]+", " ", plain_markdown(markdown)) == plain


def test_signed_headlines_open_articles(tmp_path: Path) -> None:
    text = "\n\n".join(
        f"# {title}\n\n*By {author}, 5 March 2024*\n\nThe {title} were seen on Monday.\n\n## More"
        for title, author in (("herons", "Ida Holt"), ("otters", "Per Moe"))
    )
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    found = list(read([tmp_path / "a.md"]))
    assert [(a.title, a.author, a.date) for a in found] == [
        ("herons", "Ida Holt", "2024-03-05"),
        ("otters", "Per Moe", "2024-03-05"),
    ]


TOML = """+++
title = "Storm shuts harbour"
date = 2024-03-04T10:00:00+01:00
authors = ["Ida Holt", "Per Moe"]
draft = false

[{table}]
source = "Varn Mail"
+++

The harbour was shut.
"""


@pytest.mark.parametrize("table", ["extra", "params"])
def test_front_matter_in_toml(table):
    article = read_markdown(TOML.format(table=table), source="a.md")
    assert (article.title, article.text) == ("Storm shuts harbour", "The harbour was shut.")
    assert (article.date, article.author) == ("2024-03-04", "Ida Holt, Per Moe")
    assert article.publisher == "Varn Mail"


def test_front_matter_that_is_not_toml_is_told():
    with pytest.raises(SourceError, match="front matter that is not TOML"):
        read_markdown("+++\ntitle = Storm shuts\n+++\n\nThe harbour was shut.", source="a.md")
