"""Saved questions on the archive page, and what is told of the names in it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import rag
from ui.watching.alerts import Alerts
from ui.web.archive import alerts
from ui.web.archive.page import names_html
from ui.web.common.markup import escape

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTION = "How many days did the ferry strike close the harbour?"


def asked(question: str) -> SimpleNamespace:
    return SimpleNamespace(question=question)


@pytest.fixture
def harbour(archive: rag.Archive) -> rag.Archive:
    text = "The ferry strike closed the harbour of Valletta for {} days."
    archive.ingest(rag.Article("Ferry <b>strike</b>", text.format(3), id="s", date="2024-05-02"))
    return archive


def test_a_question_is_saved_asked_again_and_removed(harbour: rag.Archive) -> None:
    assert "No saved questions" in alerts.panel_html(harbour, editable=True)
    assert "for 3 days" in alerts.save(harbour, asked(QUESTION))
    assert alerts.check(harbour, asked("")) == "No answer changed."
    harbour.ingest(
        rag.Article("Strike", "The ferry strike closed the harbour of Valletta for 9 days.", id="s")
    )
    assert alerts.check(harbour, asked("")) == "1 answer changed."
    shown = alerts.panel_html(harbour, editable=True)
    before, now = shown.index("for 3 days"), shown.rindex("for 9 days")
    assert before < now
    assert 'data-article-tab="s"' in shown
    assert "Ferry &lt;b&gt;strike&lt;/b&gt;" in shown
    assert alerts.remove(harbour, asked(QUESTION)) == f"Removed: {QUESTION}"
    assert Alerts(harbour).saved() == []
    with pytest.raises(ValueError, match="no longer saved"):
        alerts.remove(harbour, asked(QUESTION))


def test_readers_see_saved_questions_and_cannot_change_them(harbour: rag.Archive) -> None:
    alerts.save(harbour, asked(QUESTION))
    shown = alerts.panel_html(harbour, editable=False)
    assert QUESTION in shown
    assert "<form" not in shown
    assert "data-alert=" not in shown


def test_what_was_typed_stays_while_it_is_asked(harbour: rag.Archive) -> None:
    alerts.save(harbour, asked("First?"))
    alerts.save(harbour, asked("Second?"))
    typed = '"Who"?'
    shown = alerts.panel_html(harbour, editable=True, note="...", busy=True, question=typed)
    assert f'value="{escape(typed)}"' in shown
    assert shown.count("disabled") == 4
    assert shown.index("Second?") < shown.index("First?")


def test_a_damaged_file_is_told(harbour: rag.Archive) -> None:
    (harbour.folder / "shared.sqlite").write_text("no database")
    assert "shared.sqlite cannot be used" in alerts.panel_html(harbour, editable=True)


def test_frequent_names_are_counted_by_article(
    archive: rag.Archive, make_article: Callable[..., rag.Article]
) -> None:
    assert names_html(archive) == ""
    for title in "AB":
        archive.ingest(make_article(f"The mayor of Rye spoke. {title} is the first.", title=title))
    shown = names_html(archive)
    assert ">Rye</a></th>" in shown
    assert "<td>2</td>" in shown
    assert "width: 100.0%" in shown
