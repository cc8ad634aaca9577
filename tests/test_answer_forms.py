"""An answer as Markdown, as a record, and as a notebook shows it."""

from __future__ import annotations

import json

from rag.types import Answer, Article, Citation

TEXT = f"{'Before it. ' * 30}The *ferry* strike <ended>. {'After it. ' * 30}".strip()
START = TEXT.index("The *ferry*")
QUOTE = "The *ferry* strike <ended>."
ARTICLE = Article("A <b>strike</b> [x](y)", TEXT, url="https://a.org/x", date="2024-05-02")
CITED = Citation(1, ARTICLE, QUOTE, START, START + len(QUOTE))
ANSWER = Answer(
    "q", f"{QUOTE} [1]\nSecond line. [1]", False, citations=(CITED,), disagreement=(CITED,)
)


def test_markdown_shows_marks_sources_and_quotations() -> None:
    assert ANSWER.to_markdown() == (
        "The \\*ferry\\* strike \\<ended\\>. [1]\n\nSecond line. [1]\n\n"
        "1. [**A \\<b\\>strike\\</b\\> \\[x](y)**](<https://a.org/x>) · 2024-05-02\n"
        "   > The \\*ferry\\* strike \\<ended\\>.\n"
    )


def test_a_refusal_as_markdown_has_no_sources() -> None:
    assert Answer("q", "Not in the articles.", True).to_markdown() == "Not in the articles.\n"


def test_a_notebook_shows_the_quotation_marked_among_whole_words() -> None:
    shown = ANSWER._repr_html_()
    assert "<mark>The *ferry* strike &lt;ended&gt;.</mark>" in shown
    assert "… " in shown.partition("<mark>")[0]
    assert shown.partition("</mark>")[2].count("After it.") < 30
    assert '<a href="https://a.org/x"' in shown
    assert "<b>A &lt;b&gt;strike" in shown


def test_an_address_that_is_no_page_is_no_link() -> None:
    article = Article("Strike", TEXT, url="javascript:alert(1)")
    answer = Answer("q", "x [1]", False, citations=(Citation(1, article, QUOTE, START, START + 9),))
    assert "javascript" not in answer._repr_html_()
    assert "javascript" not in answer.to_markdown()


def test_a_record_is_json_without_the_texts() -> None:
    record = json.loads(json.dumps(ANSWER.to_dict()))
    assert record["disagreement"] == [1]
    [citation] = record["citations"]
    assert (citation["quote"], citation["start"]) == (QUOTE, START)
    assert "text" not in citation["article"]
    assert record["kind"] == "answer"
