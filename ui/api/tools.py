"""The archives as tools of a language model: the Model Context Protocol."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated, Self

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette

from rag.errors import RagError
from rag.types import MOST_CHARACTERS, Answer, AnswerKind, Stance
from ui.api import archives
from ui.api.desk import Asked, Asker, Desk
from ui.api.replies import ArchiveList, CitationRecord, HitList, Record, WholeArticle
from ui.api.requests import MOST_PASSAGES, Name, Narrowing, Whole

PLACE = "/mcp"
INSTRUCTIONS = (
    "These tools read archives of news articles. ask_archive answers from the articles alone and "
    "cites the sentence of each claim: keep the marks such as [1] and name the sources. "
    "When it abstains, the articles do not hold the answer; say so rather than guess."
)
_READING = ToolAnnotations(read_only_hint=True, open_world_hint=False)

_Question = Annotated[
    str, Field(max_length=MOST_CHARACTERS, description="In plain English."), Whole
]
_Since = Annotated[dt.date | None, Field(description="Only articles from this day on.")]
_Until = Annotated[dt.date | None, Field(description="Only articles up to this day.")]
_Publishers = Annotated[list[str] | None, Field(description="Only these publishers.")]
_Id = Annotated[str, Field(description="An id, or a beginning that only one article's id has.")]
_Names = Annotated[
    list[str] | None, Field(description="Only articles that mention all of these names.")
]


class ToolAnswer(Record):
    """An answer from the articles, or, with `abstained`, word that they do not hold it.

    `nearest` are the titles of the articles found for a question that is not answered.
    """

    text: str
    kind: AnswerKind
    abstained: bool
    short: str
    citations: list[CitationRecord]
    nearest: list[str]

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Return what a language model needs of an answer."""
        titles = dict.fromkeys(hit.article.title for hit in answer.hits)
        return cls(
            text=answer.text,
            kind=answer.kind,
            abstained=answer.abstained,
            short=answer.short,
            citations=[CitationRecord.model_validate(item) for item in answer.citations],
            nearest=list(titles)[:3] if answer.abstained else [],
        )


def build_tools(desk: Desk) -> MCPServer:
    """Return the server of the tools over a desk's archives."""
    server = MCPServer(
        "dateline",
        title="Dateline",
        version=version("dateline-rag"),
        instructions=INSTRUCTIONS,
        log_level="ERROR",
    )

    @server.tool(annotations=_READING)
    async def ask_archive(
        context: Context,
        question: _Question,
        archive: Name | None = None,
        since: _Since = None,
        until: _Until = None,
        publishers: _Publishers = None,
        names: _Names = None,
        stance: Stance = "balanced",
    ) -> ToolAnswer:
        """Answer a question from the articles of an archive, citing the sentence of each claim."""
        narrowing = Narrowing(
            since=since, until=until, publishers=publishers or [], names=names or [], today=None
        )
        with _told():
            opened = await anyio.to_thread.run_sync(desk.library.get, archive)
            asked = Asked(question, opened, narrowing, stance)
            return ToolAnswer.of(await desk.answer(asked, _asker(context)))

    @server.tool(annotations=_READING)
    def search_archive(
        question: _Question,
        archive: Name | None = None,
        k: Annotated[int, Field(ge=1, le=MOST_PASSAGES)] = 8,
        since: _Since = None,
        until: _Until = None,
        publishers: _Publishers = None,
        names: _Names = None,
    ) -> HitList:
        """Find the passages of an archive's articles that fit a question best, best first."""
        with _told():
            hits = desk.library.get(archive).search(
                question, k=k, since=since, until=until, publishers=publishers, names=names
            )
            return HitList.of(hits)

    @server.tool(annotations=_READING)
    def get_article(id: _Id, archive: Name | None = None) -> WholeArticle:  # noqa: A002
        """Return the whole article of an id that another tool gave."""
        with _told():
            opened = desk.library.get(archive)
            return WholeArticle.model_validate(opened.article(opened.full_id(id)))

    @server.tool(annotations=_READING)
    def list_archives() -> ArchiveList:
        """List the archives with their numbers of articles and the days that they span."""
        with _told():
            return archives.list_archives(desk)

    return server


def over_http(server: MCPServer) -> Starlette:
    """Return the app that speaks to the tools at `PLACE`; each request stands alone."""
    # Hosts and origins are checked by the guard before the whole server.
    checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(
        streamable_http_path=PLACE, stateless_http=True, transport_security=checked
    )


def over_stdio(desk: Desk) -> None:
    """Speak to the tools over standard input and output until the input ends."""
    # What is written to standard output is the protocol's alone.
    logging.getLogger("mcp").setLevel(logging.ERROR)
    build_tools(desk).run("stdio")


@contextmanager
def _told() -> Iterator[None]:
    """Tell the model the words of an error raised inside."""
    try:
        yield
    except (RagError, ValueError) as error:
        raise ToolError(str(error)) from error


def _asker(context: Context) -> Asker:
    request = context.request_context.request
    user = request.scope.get("user_name") if request is not None else None
    # A stranger's calls do not crowd each other out: the line's own bound holds them.
    return Asker(str(user or uuid.uuid4()))
