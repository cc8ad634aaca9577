"""The command that opens the chat page."""

from __future__ import annotations

import gc
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.console import ArchiveName, Limits, LogForm, LogFrom, LogQuestions, heard, output
from ui.cli.fetching import follow
from ui.cli.opening import limited, open_archive, settings
from ui.cli.questions import GeneratorName, ReaderName
from ui.cli.serving import Host, Port
from ui.logs import LogFormat, log_from, write_as

if TYPE_CHECKING:
    from ui.web.common.models import Models


@heard
def chat(
    archive: ArchiveName = None,
    host: Host = "127.0.0.1",
    port: Port = 7860,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
    reader: ReaderName = None,
    generator: GeneratorName = None,
    limit: Limits = None,
    log_format: LogForm = LogFormat.TEXT,
    log_level: LogFrom = None,
    log_questions: LogQuestions = False,
) -> None:
    """Open the chat page over an archive.

    While it runs, `rag ask` and `rag search` use its models. With -v or `--log-level info` the
    log, on standard error, has a line per request and answer.
    """
    write_as(log_format)
    log_from(log_level)
    # Gradio takes seconds to import, which no other command should pay. Its objects stay for good,
    # and looking for garbage among them takes a tenth of the time.
    gc.disable()
    from ui.warm.server import warm
    from ui.web.app import launch

    gc.enable()
    found = limited(settings(reader=reader, generator=generator), limit)

    def begin(models: Models, loading: Thread) -> None:
        follow(lambda: models.fetched, loading=loading)

    with open_archive(archive, settings=found) as opened, warm(opened):
        launch(
            opened,
            host=host,
            port=port,
            open_browser=open_browser,
            log_questions=log_questions,
            on_ready=lambda address: output.print(
                f"Chat at {address} (Ctrl-C stops it)", soft_wrap=True
            ),
            on_loading=begin,
        )
