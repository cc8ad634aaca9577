"""Commands that serve archives to other programs."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from rag.errors import extra
from rag.models.registry import DEFAULT_EMBEDDER, DEFAULT_READER
from ui.cli.console import (
    ArchiveName,
    Limits,
    LogForm,
    LogFrom,
    LogQuestions,
    errors,
    heard,
    note,
    output,
    write,
)
from ui.cli.opening import limited, open_archive, settings
from ui.cli.questions import GeneratorName, ReaderName
from ui.logs import LogFormat, log_from, write_as

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="DATELINE_TOKEN",
        help="The token with which programs on this machine log in; default: a new one at each "
        "start.",
    ),
]


@heard
def serve(
    archive: ArchiveName = None,
    host: Host = "127.0.0.1",
    port: Port = 7860,
    token: Token = None,
    reader: ReaderName = None,
    generator: GeneratorName = None,
    limit: Limits = None,
    log_format: LogForm = LogFormat.TEXT,
    log_level: LogFrom = None,
    log_questions: LogQuestions = False,
) -> None:
    """Serve the pages and the web API, for browsers and other programs.

    With -v or `--log-level info` the log, on standard error, has a line per request and answer.
    """
    write_as(log_format)
    log_from(log_level)
    # As for the chat page: its libraries take seconds to import, and their objects stay for good.
    gc.disable()
    try:
        with extra("serve"):
            from ui.api.app import serve as serve_app
            from ui.warm.server import warm
            from ui.web.network.guard import is_loopback
    finally:
        gc.enable()
    found = limited(settings(reader=reader, generator=generator), limit)
    if token and not is_loopback(host):
        write(f"The token has no effect with --host {host}, where users log in", to=errors)
    with open_archive(archive, settings=found) as opened, warm(opened):
        serve_app(
            opened,
            host=host,
            port=port,
            token=token,
            log_questions=log_questions,
            on_ready=lambda address: output.print(
                f"Pages at {address}, and from there the web API at /v1/docs (Ctrl-C stops it)",
                soft_wrap=True,
            ),
        )


@heard
def serve_models(
    host: Host = "127.0.0.1",
    port: Port = 8900,
    embedder: Annotated[str, typer.Option(help="Name or path of the embedder.")] = DEFAULT_EMBEDDER,
    reader: Annotated[str, typer.Option(help="Name or path of the reader.")] = DEFAULT_READER,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="DATELINE_MODELS_TOKEN",
            help="The token with which clients log in; needed with --host.",
        ),
    ] = None,
    limit: Limits = None,
) -> None:
    """Serve the embedder and the reader to installations of Dateline on other machines."""
    limits = limited(settings(), limit).limits
    with extra("serve"):
        from ui.api.model_server import serve as serve_loaded
    serve_loaded(
        embedder,
        reader,
        host=host,
        port=port,
        token=token,
        limits=limits,
        on_progress=note,
        on_ready=lambda address: output.print(
            f"Models at {address} (Ctrl-C stops it)", soft_wrap=True
        ),
    )


@heard
def mcp(
    archive: ArchiveName = None,
    reader: ReaderName = None,
    generator: GeneratorName = None,
) -> None:
    """Speak the Model Context Protocol over standard input and output, for one client.

    A client starts this command itself. `rag serve` speaks it over HTTP, at /mcp.
    """
    with extra("mcp"):
        from ui.api.tools import over_stdio
    from ui.api.desk import Desk
    from ui.web.common.library import Library
    from ui.web.common.models import Models

    with open_archive(archive, settings=settings(reader=reader, generator=generator)) as opened:
        models = Models(name=opened.settings.generator, limits=opened.settings.limits)
        models.load_in_background(opened)
        over_stdio(Desk(Library(opened), models))
