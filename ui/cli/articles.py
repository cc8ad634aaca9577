"""Commands about the articles of an archive."""

from __future__ import annotations

import dataclasses
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import rag
from rag.frameworks import bibliography
from rag.types import Article
from ui.cli.console import (
    ArchiveName,
    AsJson,
    Format,
    FormatName,
    MentionedName,
    Publisher,
    Since,
    Until,
    check_dates,
    chosen_format,
    heard,
    note,
    output,
    parse_date,
    write,
)
from ui.cli.opening import known, open_archive
from ui.counted import counted

articles = typer.Typer(
    help="List, show, edit, export and delete the articles of an archive.", no_args_is_help=True
)

Ids = Annotated[
    list[str],
    typer.Argument(metavar="ID", help="Ids of articles, or beginnings that only one has."),
]


class ExportFormat(StrEnum):
    """What articles can be written as."""

    JSON = "json"
    CSV = "csv"
    BIBTEX = "bibtex"
    RIS = "ris"


@articles.command("list")
@heard
def list_articles(
    archive: ArchiveName = None,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    name: MentionedName = None,
    limit: Annotated[int, typer.Option(min=1, help="The most articles to list.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="How many articles to skip.")] = 0,
    format_: FormatName = None,
    as_json: AsJson = False,
) -> None:
    """List articles, newest first."""
    wanted = chosen_format(format_, as_json=as_json, kind=Format)
    check_dates(since, until)
    with open_archive(archive) as opened:
        where = known(opened, since=since, until=until, publishers=publisher, names=name)
        found = opened.articles(
            since=since,
            until=until,
            publishers=where.publishers,
            names=where.names,
            limit=limit,
            offset=offset,
        )
        total = opened.count(
            since=since, until=until, publishers=where.publishers, names=where.names
        )
    if wanted is Format.JSON:
        rows = [dataclasses.asdict(item) for item in found]
        for row in rows:
            del row["text"]
        output.print_json(json.dumps(rows))
        return
    if wanted is Format.MARKDOWN:
        for item in found:
            write(f"- {item.heading_as_markdown()}")
    elif found:
        output.print(_table(found), markup=False)
    else:
        write("No articles.")
    if offset + len(found) < total:
        note(f"{len(found)} of {total} articles; --limit and --offset show more.")


def _table(found: list[Article]) -> Table:
    table = Table("id", "date", "publisher", "title", box=None, pad_edge=False)
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for item in found:
        table.add_row(item.id, item.date or "", item.publisher or "", item.title)
    return table


@articles.command("show")
@heard
def show_articles(
    ids: Ids,
    archive: ArchiveName = None,
    format_: FormatName = None,
    as_json: AsJson = False,
) -> None:
    """Show articles as they are stored."""
    wanted = chosen_format(format_, as_json=as_json, kind=Format)
    with open_archive(archive) as opened:
        found = _found(opened, ids)
        copies = [opened.linked(item.id or "") for item in found]
    if wanted is Format.JSON:
        records = [dataclasses.asdict(item) for item in found]
        output.print_json(json.dumps(records[0] if len(records) == 1 else records))
        return
    for number, (item, linked) in enumerate(zip(found, copies, strict=True)):
        if number:
            write("")
        if wanted is Format.MARKDOWN:
            write(item.to_markdown())
        else:
            _show(item, linked)


def _found(archive: rag.Archive, ids: list[str]) -> list[Article]:
    """Return the articles of ids or beginnings of ids, each once, before any is changed."""
    return [archive.article(id_) for id_ in dict.fromkeys(map(archive.full_id, ids))]


def _show(item: Article, linked: list[Article]) -> None:
    write(item.title, style="bold")
    facts = (item.publisher, item.author, item.date, item.url, item.source)
    write(" · ".join(fact for fact in facts if fact), style="dim")
    write(f"\n{item.text}")
    for copy in linked:
        write(f"\nNear-duplicate: {copy.id} {copy.title}", style="dim")


@articles.command("delete")
@heard
def delete_articles(
    ids: Ids,
    archive: ArchiveName = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete articles from an archive."""
    with open_archive(archive) as opened:
        found = _found(opened, ids)
        if not yes:
            for item in found:
                write(f"{item.id}  {item.title}")
            typer.confirm(f"Delete {counted(len(found), 'article')}?", abort=True)
        for item in found:
            opened.delete(item.id or "")
            write(f"Deleted {item.title!r}.")


@articles.command("edit")
@heard
def edit_article(
    article_id: Annotated[
        str, typer.Argument(metavar="ID", help="Its id, or a beginning that only it has.")
    ],
    archive: ArchiveName = None,
    title: Annotated[str | None, typer.Option(help="Another title.")] = None,
    date: Annotated[
        str | None, typer.Option(parser=parse_date, metavar="DATE", help="Another date.")
    ] = None,
    publisher: Annotated[str | None, typer.Option(help="Another publisher.")] = None,
    author: Annotated[str | None, typer.Option(help="Another author.")] = None,
    url: Annotated[str | None, typer.Option(help="Another address.")] = None,
    text: Annotated[
        typer.FileText | None, typer.Option(help="File with another text; - for standard input.")
    ] = None,
) -> None:
    """Correct an article; without options it opens in your editor.

    A blank value, as in --author "", takes a field away.
    """
    given = {"title": title, "date": date, "publisher": publisher, "author": author, "url": url}
    fields = {name: value or None for name, value in given.items() if value is not None}
    if text is not None:
        fields["text"] = text.read().strip()
    if "title" in fields:
        fields["title"] = title or ""
    with open_archive(archive) as opened:
        before = opened.article(opened.full_id(article_id))
        after = dataclasses.replace(before, **fields) if fields else _in_editor(before)  # type: ignore[arg-type]
        if after == before:
            write("Nothing changed.")
            return
        report = opened.ingest(after)
    if report.skipped:
        raise typer.BadParameter(report.skipped[0].reason)
    write(f"Changed {after.title or after.id!r}.")


def _in_editor(article: Article) -> Article:
    """Return the article as it is after a visit to the user's editor."""
    import click
    import frontmatter

    shown = ("title", "date", "publisher", "author", "url", "language")
    header = {name: getattr(article, name) or "" for name in shown}
    page = frontmatter.dumps(frontmatter.Post(article.text, **header), sort_keys=False)
    edited = click.edit(f"{page}\n", extension=".md", require_save=True)
    if edited is None:
        return article
    post = frontmatter.loads(edited)
    values = {name: str(post.get(name) or "").strip() for name in shown}
    fields = {name: value or None for name, value in values.items()}
    return dataclasses.replace(
        article, **{**fields, "title": values["title"], "text": post.content.strip()}
    )


@articles.command("export")
@heard
def export_articles(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Ids or beginnings of ids; by default all."),
    ] = None,
    archive: ArchiveName = None,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    name: MentionedName = None,
    format_: Annotated[
        ExportFormat,
        typer.Option(
            "--format",
            help="JSON and CSV have the texts and can be ingested; BibTeX and RIS are for "
            "reference managers.",
        ),
    ] = ExportFormat.JSON,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File to write; default: the output.")
    ] = None,
) -> None:
    """Write articles for other programs."""
    check_dates(since, until)
    if ids and (since or until or publisher or name):
        raise typer.BadParameter("give ids, or --since, --until, --publisher and --name, not both")
    with open_archive(archive) as opened:
        where = known(opened, since=since, until=until, publishers=publisher, names=name)
        found = (
            _found(opened, ids)
            if ids
            else opened.articles(
                since=since, until=until, publishers=where.publishers, names=where.names
            )
        )
    written = bibliography.FORMATS[format_](found).rstrip("\r\n")
    if out is None:
        typer.echo(written)
        return
    out.write_text(f"{written}\n", encoding="utf-8", newline="")
    write(f"{counted(len(found), 'article')} in {out}.")
