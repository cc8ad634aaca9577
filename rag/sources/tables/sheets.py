"""Read Excel workbooks: a sheet is a table, whose first filled row names the columns."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError, extra
from rag.sources import fields
from rag.sources.documents.titles import DAMAGE, said
from rag.sources.tables.columns import known_columns, match_columns
from rag.sources.tables.rows import Account, read_rows
from rag.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.sources.files.handle import File
    from rag.sources.tables.rows import Columns, Found

_PREAMBLE = 20  # rows above the one that names the columns at most


def read_xlsx(file: File, *, columns: Columns) -> Found:
    """Yield the articles of every sheet that has a column of text."""
    with extra("formats", error=SourceError):
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException

    with file.seekable() as stream:
        try:
            book = load_workbook(stream, read_only=True, data_only=True)
        except (InvalidFileException, *DAMAGE) as error:
            raise SourceError(
                f"is not a readable workbook ({said(error)}); save it as xlsx or CSV"
            ) from error
        sheets = {sheet.title: sheet.iter_rows(values_only=True) for sheet in book.worksheets}
        yield from read_sheets(sheets, columns=columns, name=file.name)


def read_sheets(
    sheets: Mapping[str, Iterable[Sequence[Any]]], *, columns: Columns, name: str
) -> Found:
    """Yield the articles of a workbook's sheets, which are given as rows of cells by title.

    Raises `SourceError` if none has a column of text.
    """
    read, objections = 0, list[SourceError]()
    for title, rows in sheets.items():
        inner = name if len(sheets) == 1 else f"{name}!{title}"
        try:
            yield from _in_sheet(rows, columns=columns, name=inner)
            read += 1
        except SourceError as error:
            objections.append(error)
    if not read:
        raise objections[0] if objections else SourceError(fields.NO_TEXT)
    if objections:
        yield Note(name, f"has {len(objections)} sheets without articles")


def _in_sheet(sheet: Iterable[Sequence[Any]], *, columns: Columns, name: str) -> Found:
    rows = (row for row in sheet if any(map(_filled, row)))
    head = list(islice(rows, _PREAMBLE))
    if not head:
        raise SourceError("is empty")
    at = next((at for at, row in enumerate(head) if known_columns(_names(row))["text"]), 0)
    header = _names(head[at])
    match_columns(filter(None, header), columns=columns)
    body = _records(header, head[at + 1 :], rows)
    yield from read_rows(body, columns=columns, account=Account(name))


def _records(
    header: Sequence[str], first: Sequence[Sequence[Any]], rest: Iterator[Sequence[Any]]
) -> Iterator[dict[str, Any]]:
    for rows in (first, rest):
        for row in rows:
            yield dict(zip(header, row, strict=False))


def _names(row: Sequence[Any]) -> list[str]:
    return [str(cell).strip() if cell is not None else "" for cell in row]


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""
