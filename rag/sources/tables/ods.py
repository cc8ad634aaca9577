"""Read OpenDocument workbooks: a sheet is a table, whose first filled row names the columns."""

from __future__ import annotations

from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError, extra
from rag.sources.documents.titles import DAMAGE, said
from rag.sources.documents.word import check_size
from rag.sources.tables.sheets import read_sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.sources.files.handle import File
    from rag.sources.tables.rows import Columns, Found

_WIDEST = 200  # cells of a row; blank ones are repeated to the end of the sheet


def read_ods(file: File, *, columns: Columns) -> Found:
    """Yield the articles of every sheet that has a column of text."""
    with extra("formats", error=SourceError):
        from odf.opendocument import load
        from odf.table import Table

    data = file.whole()
    try:
        check_size(data)
        sheets = load(BytesIO(data)).spreadsheet.getElementsByType(Table)
    except DAMAGE as error:
        raise SourceError(
            f"is not a readable OpenDocument workbook ({said(error)}); save it again"
        ) from error
    named = {str(sheet.getAttribute("name")): _rows(sheet) for sheet in sheets}
    yield from read_sheets(named, columns=columns, name=file.name)


def _rows(sheet: Any) -> Iterator[list[str]]:
    from odf.table import TableRow

    for row in sheet.getElementsByType(TableRow):
        yield list(islice(_cells(row), _WIDEST))


def _cells(row: Any) -> Iterator[str]:
    """Yield the cells of a row: what is shown, or the date behind it."""
    from odf import teletype
    from odf.table import TableCell
    from odf.text import P

    for cell in row.getElementsByType(TableCell):
        shown = "\n\n".join(map(teletype.extractText, cell.getElementsByType(P)))
        value = str(cell.getAttribute("datevalue") or shown)
        for _ in range(min(int(cell.getAttribute("numbercolumnsrepeated") or 1), _WIDEST)):
            yield value
