"""Saved questions on the archive page: listed with their answers, asked again, changes shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from rag.archive import Archive
from rag.errors import RagError
from ui.counted import counted
from ui.web.common import markup
from ui.web.common.frame import QUIETLY, Update, archive_of, own_html
from ui.web.common.library import Library
from ui.web.network.access import Access
from ui.web.network.users import Role

if TYPE_CHECKING:
    from ui.watching.alerts import Alert, Changed

# Changes shown, the newest.
_SHOWN = 20
_ASKING = "Asking it, to keep its present answer..."
_ASKING_ALL = "Asking all of them again; each may take some seconds..."
_EVENTS = "dateline.connectAlerts(trigger, 'save', 'remove', 'check')"


def layout() -> gr.HTML:
    """Return the component that shows saved questions and takes new ones."""
    return own_html("", elem_id="dl-alerts", js_on_load=_EVENTS)


def wire(
    page: gr.Blocks, panel: gr.HTML, library: Library, access: Access, *, changed: gr.State
) -> None:
    """Connect what saves questions; who may add articles may save and remove them."""

    def shown(request: gr.Request) -> Markup:
        may = access.may(request.username, Role.EDITOR)
        return panel_html(archive_of(library, request), editable=may)

    def doing(
        note: str, work: Callable[[Archive, gr.EventData], str], *, typed: bool = False
    ) -> Any:
        def do(event: gr.EventData, request: gr.Request) -> Iterator[Update]:
            archive = archive_of(library, request)
            # What was typed stays where it is until it is saved.
            question = str(event.question) if typed else ""
            may = access.may(request.username, Role.EDITOR)
            yield panel_html(archive, editable=may, note=note, busy=True, question=question)
            try:
                access.check(request.username, Role.EDITOR)
                yield panel_html(archive, editable=may, note=work(archive, event))
            except (RagError, ValueError) as error:
                yield panel_html(archive, editable=may, problem=str(error), question=question)

        return do

    page.load(shown, None, panel, **QUIETLY)
    changed.change(shown, None, panel, **QUIETLY)
    panel.save(doing(_ASKING, save, typed=True), None, panel, **QUIETLY)
    panel.remove(doing("Removing it...", remove), None, panel, **QUIETLY)
    panel.check(doing(_ASKING_ALL, check), None, panel, **QUIETLY)


def save(archive: Archive, event: gr.EventData) -> str:
    """Save a question with its present answer, and return what to tell the visitor."""
    from ui.watching.alerts import Alerts

    return f"Saved. For now: {Alerts(archive).add(str(event.question)).version.text}"


def remove(archive: Archive, event: gr.EventData) -> str:
    """Remove a saved question, and return what to tell the visitor."""
    from ui.watching.alerts import Alerts

    alerts, question = Alerts(archive), str(event.question)
    known = [alert.question for alert in alerts.saved()]
    if question not in known:
        raise ValueError(f"{question!r} is no longer saved")
    alerts.remove(known.index(question) + 1)
    return f"Removed: {question}"


def check(archive: Archive, _: gr.EventData) -> str:
    """Ask all saved questions again, and return what to tell the visitor."""
    from ui.watching.alerts import Alerts

    changes = Alerts(archive).check()
    return f"{counted(len(changes), 'answer')} changed." if changes else "No answer changed."


def panel_html(
    archive: Archive,
    *,
    editable: bool,
    note: str = "",
    problem: str = "",
    busy: bool = False,
    question: str = "",
) -> Markup:
    """Return the changes and the saved questions, the newest first, with what was just done.

    `busy` says that something is being done, and `question` stands in the box.
    """
    # Imported here because the reader and the indexes take a second, for which the page need
    # not wait.
    from ui.watching.alerts import Alerts

    saved: list[Alert] = []
    changes: list[Changed] = []
    try:
        alerts = Alerts(archive)
        saved = alerts.saved()
        changes = list(deque(alerts.changes(), maxlen=_SHOWN))
    except RagError as error:
        problem = problem or str(error)
    return markup.render(
        "alerts.html",
        archive=archive.folder.name,
        saved=saved[::-1],
        changes=changes[::-1],
        editable=editable,
        busy=busy,
        question=question,
        note=markup.status_html(note),
        problem=markup.problem_html(problem) if problem else "",
    )
