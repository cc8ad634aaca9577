"""Articles listed, read, added, edited and deleted, over HTTP."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query

from rag.archive import Archive
from rag.types import Article, IngestReport
from ui.api.desk import DeskOf
from ui.api.faults import WRITING
from ui.api.replies import ArticleHead, ArticleList, Report, WholeArticle
from ui.api.requests import MOST_LISTED, ArticleFields, Name, NewArticles
from ui.api.roles import EDITING

router = APIRouter(prefix="/articles", tags=["articles"])

_Archive = Annotated[Name | None, Query()]
_Count = Annotated[int, Query(ge=1, le=MOST_LISTED)]
_Offset = Annotated[int, Query(ge=0, le=10**9)]
_Id = Annotated[str, Path(description="An id, or a beginning that only one article's id has.")]


@router.get("")
def list_articles(
    desk: DeskOf,
    archive: _Archive = None,
    words: Annotated[
        str | None, Query(description="Search by words, best first.", max_length=2_000)
    ] = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    publisher: Annotated[list[str] | None, Query(max_length=100)] = None,
    name: Annotated[
        list[str] | None,
        Query(description="Only articles that mention all of these names.", max_length=20),
    ] = None,
    limit: _Count = 100,
    offset: _Offset = 0,
) -> ArticleList:
    """List articles without their texts, newest first."""
    opened = desk.library.get(archive)
    if words:
        found = opened.find(
            words,
            since=since,
            until=until,
            publishers=publisher,
            names=name,
            limit=offset + limit,
        )
        return ArticleList(total=None, articles=list(map(_head, found[offset:])))
    shown = opened.articles(
        since=since,
        until=until,
        publishers=publisher,
        names=name,
        limit=limit,
        offset=offset,
    )
    total = opened.count(since=since, until=until, publishers=publisher, names=name)
    return ArticleList(total=total, articles=list(map(_head, shown)))


@router.post("", responses=WRITING, dependencies=EDITING)
def add_articles(wish: NewArticles, desk: DeskOf) -> Report:
    """Add articles; one whose id is known is replaced when it differs."""
    given = [item.article() for item in wish.articles]
    return Report.model_validate(desk.library.get(wish.archive).ingest(given))


@router.get("/{article_id:path}")
def get_article(article_id: _Id, desk: DeskOf, archive: _Archive = None) -> WholeArticle:
    """Return one article with its text."""
    return WholeArticle.model_validate(_found(desk.library.get(archive), article_id))


@router.patch("/{article_id:path}", responses=WRITING, dependencies=EDITING)
def edit_article(
    article_id: _Id, wish: ArticleFields, desk: DeskOf, archive: _Archive = None
) -> WholeArticle:
    """Change fields of an article; those that are left out stay as they are."""
    opened = desk.library.get(archive)
    before = _found(opened, article_id)
    after = dataclasses.replace(before, **wish.changes())
    _check(after, opened.ingest(after))
    return WholeArticle.model_validate(opened.article(before.id or ""))


@router.delete("/{article_id:path}", status_code=204, responses=WRITING, dependencies=EDITING)
def delete_article(article_id: _Id, desk: DeskOf, archive: _Archive = None) -> None:
    """Delete an article."""
    opened = desk.library.get(archive)
    opened.delete(opened.full_id(article_id))


def _found(archive: Archive, beginning: str) -> Article:
    """Return the article whose id begins like this, or is this."""
    return archive.article(archive.full_id(beginning))


def _head(article: Article) -> ArticleHead:
    return ArticleHead.model_validate(article)


def _check(article: Article, report: IngestReport) -> None:
    """Raise `ValueError` for an edit that leaves no article."""
    if report.skipped:
        raise ValueError(f"article {article.id!r} stays as it was: {report.skipped[0].reason}")
