"""Turn rows into articles, and account for those that are none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError
from rag.sources import fields, values
from rag.sources.dates import days_lead
from rag.sources.tables.columns import is_extract, known_columns, match_columns
from rag.sources.tables.nested import flat, string_paths
from rag.types import Article, Note, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rag.sources.tables.columns import Matched

    Columns = Mapping[str, str]
    Found = Iterator[Article | Skipped | Note]

SKIPS_SHOWN = 20  # rows of a file reported one by one
_LISTED = 12  # columns named in a complaint
_NO_TEXT = "without text"
_WEAK_IDS = (
    "numbers its rows, and numbers are not ids: its articles are told apart by address, "
    "or by publisher, date and title; map id to a column to trust it"
)
_TWO_WAYS = (
    "has dates such as 3/4/2021 that nothing tells how to read ({}); they were read month "
    "first; a column for the language, such as en-GB, would tell"
)
_PEEK = 100  # rows in which the order of days and months is looked for
_EXTRACTS = "has rows that hold only an extract of their text ({})"


@dataclass(frozen=True, slots=True)
class BadRow:
    """What stands where a row should, and why it is none; `fault` is the kind of reason."""

    reason: str
    fault: str


@dataclass(slots=True)
class Account:
    """Rows passed over, reported one by one at first and then as counts; and what else to note."""

    name: str
    rest: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    shown: int = 0

    def skip(self, number: int, *, reason: str, fault: str) -> Iterator[Skipped]:
        """Yield a row that is passed over, or count it."""
        if self.shown < SKIPS_SHOWN:
            self.shown += 1
            yield Skipped(f"{self.name}#{number}", f"row {number} {reason}")
        else:
            self.rest[fault] += 1

    def summary(self) -> Iterator[Skipped | Note]:
        """Yield what was only counted."""
        for fault, count in self.rest.items():
            said = f"and {count} more row{'s' * (count > 1)} {fault}"
            yield Skipped(self.name, said, count=count)
        for text, count in self.noted.items():
            yield Note(self.name, text.format(count))


@dataclass(slots=True)
class _Matcher:
    """The columns of each field, per set of columns that a row has."""

    columns: Columns
    known: dict[tuple[str, ...], Matched] = field(default_factory=dict)

    def of(self, row: Mapping[str, Any]) -> Matched:
        keys = tuple(row)
        if keys not in self.known:
            mapped = {name: (column,) for name, column in self.columns.items()}
            without = frozenset(self.columns.values())
            self.known[keys] = {**known_columns(keys, without=without), **mapped}
        return self.known[keys]


def read_rows(
    rows: Iterable[Mapping[str, Any] | BadRow],
    *,
    columns: Columns,
    account: Account,
    first: int = 1,
) -> Found:
    """Yield the articles of rows that are numbered from `first`; inner objects are looked into."""
    matcher = _Matcher(columns)
    remaining = iter(rows)
    head = list(islice(remaining, _PEEK))
    day_first = days_lead(_dates(head, matcher))
    for number, row in enumerate(chain(head, remaining), start=first):
        if isinstance(row, BadRow):
            yield from account.skip(number, reason=row.reason, fault=row.fault)
            continue
        whole = flat(row)
        matched = matcher.of(whole)
        if _is_draft(whole):
            yield from account.skip(number, reason="is a draft", fault="that are drafts")
            continue
        try:
            found = fields.from_row(
                whole, columns=matched, source=f"{account.name}#{number}", day_first=day_first
            )
        except SourceError:
            reason = _without_text(whole, matched)
            yield from account.skip(number, reason=reason, fault=_NO_TEXT)
            continue
        if day_first is None and fields.is_undecided(found, _date(whole, matched)):
            account.noted[_TWO_WAYS] += 1
        _note(found, whole, matched, columns=columns, account=account)
        if columns or not fields.has_weak_id(found):
            yield found
        else:
            yield fields.without_id(found)
    yield from account.summary()


def _is_draft(row: Mapping[str, Any]) -> bool:
    """Return whether a row of a site's own export was never published."""
    return row.get("status") == "draft" or row.get("post_status") in ("draft", "auto-draft")


def _dates(rows: Iterable[Mapping[str, Any] | BadRow], matcher: _Matcher) -> Iterator[str]:
    """Yield the dates that rows state as text."""
    for row in rows:
        said = None if isinstance(row, BadRow) else _date(row, matcher.of(row))
        if isinstance(said, str):
            yield said


def _date(row: Mapping[str, Any], matched: Matched) -> Any:
    return next(filter(None, map(row.get, matched["date"])), None)


def _note(
    found: Article, row: Mapping[str, Any], matched: Matched, *, columns: Columns, account: Account
) -> None:
    """Count what the report should tell of a row that was read."""
    if "id" not in columns and fields.has_weak_id(found) and not found.url:
        account.noted[_WEAK_IDS] += 1
    texts = matched["text"]
    only_extract = is_extract(texts[-1]) and is_extract(values.filled(row, texts))
    if only_extract or values.is_cut(row, texts):
        account.noted[_EXTRACTS] += 1


def _without_text(row: Mapping[str, Any], matched: Matched) -> str:
    """Return why a row has no text, with the columns it could stand in."""
    if matched["text"]:
        named = ", ".join(map(repr, matched["text"][:_LISTED]))
        return f"has no text in column {named}"
    paths = string_paths(dict(row))
    longest = max(paths, key=lambda path: paths[path], default="")
    listed = ", ".join(list(row)[:_LISTED]) or "none"
    hint = f"; name one, as in text={longest}" if longest else ""
    return f"has no text column{hint}. Its columns are: {listed}"


def check(present: Iterable[str], *, columns: Columns) -> None:
    """Raise `SourceError` if none of the columns present holds the text, or a mapped one lacks."""
    match_columns(present, columns=columns)
