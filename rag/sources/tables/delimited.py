"""Read CSV and TSV files, also those whose quotes, cells or line ends are out of order.

A quote opens a cell only at its start and closes it only before the next delimiter. A
cell that runs over lines which are whole rows themselves was never meant to be quoted.
What was set right is counted and told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, dropwhile, islice
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources.dates import parse_date
from rag.sources.fields import web_address
from rag.sources.tables.cells import (
    delimiter_of,
    has_single_quotes,
    names_columns,
    split_cells,
    swapped,
)
from rag.sources.tables.columns import known_columns
from rag.sources.tables.lines import Lines
from rag.sources.tables.rows import Account, check, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rag.sources.files.handle import File
    from rag.sources.tables.rows import Columns, Found

_PREAMBLE = 20  # lines above the header at most
_LONGEST = 2**21  # characters that one quoted cell may run over
_QUOTES = "has quotation marks that are never closed ({}); their rows were read without quoting"
_SURPLUS = "has rows with more cells than columns ({}); the extra cells were joined to the text"
_MISSING = "has rows with fewer cells than columns ({}); the missing ones are blank"
_BROKEN = "has rows that were broken over lines ({}); they were joined again"
_LONGEST_NAME = 60  # characters; what is longer is a text and names no column
_UNNAMED = "has no row that names its columns; put one above the others, such as title,text,date"
_ABOVE = "has lines above the row that names the columns ({}); they were skipped"


def read_csv(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a CSV or TSV file, whose first row names the columns."""
    with file.open() as stream:
        lines = Lines(stream)
        account = Account(file.name)
        table = _opened(lines, columns=columns, account=account)
        if table is None:
            raise SourceError("is empty")
        yield from read_rows(table.records(), columns=columns, account=account)
        yield from lines.notes(file.name)


def _opened(lines: Lines, *, columns: Columns, account: Account) -> _Table | None:
    """Return the table below the line that names its columns."""
    head = list(dropwhile(_is_blank, islice(lines, _PREAMBLE)))
    if not head:
        return None
    if head[0].lower().startswith("sep="):
        head = head[1:]
    header = next((at for at, line in enumerate(head) if names_columns(line)), 0)
    if header:
        account.noted[_ABOVE] = header
    delimiter = delimiter_of(head[header])
    single = has_single_quotes(head[header:], delimiter)
    turned = swapped if single else str
    names = split_cells(turned(head[header]).rstrip("\r\n"), delimiter) or []
    rest = map(turned, chain(head[header + 1 :], lines))
    long = any(len(name) > _LONGEST_NAME for name in names)
    if long and not columns and not known_columns(names)["text"]:
        raise SourceError(_UNNAMED)
    check(names, columns=columns)
    return _Table([name.strip() for name in names], delimiter, rest, account.noted, turned=turned)


def _first_filled(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a row in which, of columns by the same name, the first filled one counts."""
    row: dict[str, str] = {}
    for name, cell in pairs:
        if not row.get(name, "").strip():
            row[name] = cell
    return row


def _is_blank(line: str) -> bool:
    return not line.strip()


@dataclass(slots=True)
class _Table:
    """A delimited file below its header; lines that were read ahead are given back.

    `turned` gives cells their own quotes back, where those around the cells were single.
    """

    header: list[str]
    delimiter: str
    lines: Iterator[str]
    noted: Counter[str]
    turned: Callable[[str], str] = str
    dated: list[int] = field(init=False)
    text: int = field(init=False)

    def __post_init__(self) -> None:
        known = known_columns(self.header)
        places = {name: at for at, name in reversed(list(enumerate(self.header)))}
        self.dated = [places[name] for kind in ("date", "url") for name in known[kind][:1]]
        self.text = places[known["text"][0]] if known["text"] else len(self.header) - 1

    def records(self) -> Iterator[Mapping[str, str]]:
        """Yield the rows by column."""
        twice = len(set(self.header)) < len(self.header)
        for cells in self._joined(self._rows()):
            pairs = zip(self.header, map(self.turned, cells), strict=False)
            yield _first_filled(pairs) if twice else dict(pairs)

    def _joined(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        """Yield rows with as many cells as columns, those broken over lines in one."""
        held: list[str] = []
        for cells in rows:
            if held and self._goes_on(held, cells):
                held = [*held[:-1], f"{held[-1]}\n{cells[0]}", *cells[1:]]
                self.noted[_BROKEN] += 1
                continue
            if held:
                yield self._fitted(held)
            elif len(cells) == len(self.header) + 1 and cells[0].strip('" ').isdigit():
                self.header = ["", *self.header]  # R gives row numbers no name
                self.__post_init__()
            held = cells
        if held:
            yield self._fitted(held)

    def _goes_on(self, held: list[str], cells: list[str]) -> bool:
        """Return whether a short row is the rest of the one above."""
        width = len(self.header)
        last = len(cells) == 1 and len(held) == width and self.text == width - 1
        return last or (len(held) < width and len(held) + len(cells) - 1 <= width and len(held) > 1)

    def _fitted(self, cells: list[str]) -> list[str]:
        width = len(self.header)
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        surplus = len(cells) - width
        if surplus < 0:
            self.noted[_MISSING] += 1
        if surplus <= 0:
            return cells
        self.noted[_SURPLUS] += 1
        start, end = self.text, self.text + surplus + 1
        return [*cells[:start], self.delimiter.join(cells[start:end]), *cells[end:]]

    def _rows(self) -> Iterator[list[str]]:
        ahead: list[str] = []
        while True:
            line = ahead.pop() if ahead else next(self.lines, None)
            if line is None:
                return
            bare = line.rstrip("\r\n")
            if not bare.strip():
                continue
            cells = split_cells(bare, self.delimiter)
            if cells is None:
                cells, unread = self._over_lines(line, ahead)
                ahead = unread
            yield cells

    def _over_lines(self, line: str, ahead: list[str]) -> tuple[list[str], list[str]]:
        """Return a row whose quoted cell runs on, or the line alone; and the lines not used."""
        taken, size = [line], len(line)
        alone = line.rstrip("\r\n").split(self.delimiter)
        while size < _LONGEST:
            following = ahead.pop() if ahead else next(self.lines, None)
            if following is None:
                break
            taken.append(following)
            size += len(following)
            if self.delimiter == "\t" and self._are_rows([line, following]):
                break
            if '"' not in following:
                continue
            cells = split_cells("".join(taken).rstrip("\r\n"), self.delimiter)
            if cells and len(cells) >= len(self.header) and not self._are_rows(taken):
                return cells, ahead
        self.noted[_QUOTES] += 1
        unread = [*ahead, *reversed(taken[1:])]
        closed = split_cells(line.rstrip("\r\n") + '"', self.delimiter)
        # Where a date should stand and none does, a delimiter was part of the cell.
        whole = closed if not self._could_be(alone) else None
        return whole or alone, unread

    def _could_be(self, cells: list[str]) -> bool:
        """Return whether cells fill a row, with a date where dates stand."""
        return len(cells) >= len(self.header) and (
            len(cells) > len(self.header) or self._fits(cells)
        )

    def _are_rows(self, lines: list[str]) -> bool:
        """Return whether lines inside one cell are whole rows, with a date where dates stand."""
        rows = [line.rstrip("\r\n").split(self.delimiter) for line in lines]
        if any(len(row) != len(self.header) for row in rows):
            return False
        if self.delimiter == "\t":
            return True
        return bool(self.dated) and all(self._fits(row) for row in rows)

    def _fits(self, row: list[str]) -> bool:
        shown = (row[at].strip('" ') for at in self.dated)
        return all(web_address(cell) or parse_date(cell[:40]) for cell in shown if cell)
