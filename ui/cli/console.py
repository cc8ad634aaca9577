"""Where commands write, and the options that many of them share."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from rag.types import iso_date
from ui.logs import LogFormat, LogLevel

output = Console()
# Everything that is not the result goes to standard error, so that pipes stay clean: what went
# wrong, and what is worth saying unless --quiet.
errors = Console(stderr=True)
notes = Console(stderr=True)

# Of a line that goes to a file or another program, which wraps it as it likes.
_UNWRAPPED = 1_000_000


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class AnswerFormat(StrEnum):
    """How answers are written; the last two are of the articles cited."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    BIBTEX = "bibtex"
    RIS = "ris"


def parse_date(value: str) -> str:
    """Return `value` as YYYY-MM-DD, or a usage error."""
    try:
        return iso_date(value) or ""
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def complete_archive(incomplete: str) -> list[str]:
    """Return the archives whose names begin like this, for the shell."""
    from rag.store import archives

    return [name for name in archives.names() if name.startswith(incomplete)]


Chosen = TypeVar("Chosen", Format, AnswerFormat)

LogForm = Annotated[LogFormat, typer.Option(help="How the log is written.")]
LogFrom = Annotated[
    LogLevel | None,
    typer.Option(
        "--log-level",
        case_sensitive=False,
        help="The least that is logged, whatever -v and -q say; default: warning.",
    ),
]
Limits = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help="A limit of the server, such as waiting=10 or reading.seconds=30; may be repeated. "
        "The reference of the settings lists them.",
    ),
]
ReadingLimits = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help="A limit of reading one file, such as reading.document_mb=200; may be repeated. "
        "The reference of the settings lists them.",
    ),
]
LogQuestions = Annotated[
    bool, typer.Option("--log-questions", help="Include the questions in the log.")
]
ArchiveName = Annotated[
    str | None,
    typer.Option(
        "--archive",
        "-a",
        envvar="DATELINE_ARCHIVE",
        help="Name of the archive, or the path of its folder; by default the one that "
        "`rag archives` marks.",
        autocompletion=complete_archive,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(parser=parse_date, metavar="DATE", help="Only articles from this day on."),
]
Until = Annotated[
    str | None,
    typer.Option(parser=parse_date, metavar="DATE", help="Only articles up to this day."),
]
Today = Annotated[
    str | None,
    typer.Option(
        parser=parse_date,
        metavar="DATE",
        help='The day from which "yesterday" and "last week" are counted; default: today.',
    ),
]
Publisher = Annotated[
    list[str] | None, typer.Option("--publisher", help="Only this publisher; may be repeated.")
]
MentionedName = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        help="Only articles that mention this name; may be repeated, for all of them.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FormatName = Annotated[
    Format | None,
    typer.Option("--format", help="How to print the result.", show_default="text"),
]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the result.")]
_Verbose = Annotated[
    int, typer.Option("--verbose", "-v", count=True, help="Say more; twice, for developers.")
]


def chosen_format(given: Chosen | None, *, as_json: bool, kind: type[Chosen]) -> Chosen:
    """Return the format that the options ask for, which must not contradict each other."""
    if as_json and given not in (None, "json"):
        raise typer.BadParameter(f"give --json or --format {given}, not both")
    return kind("json") if as_json else given or kind("text")


def check_dates(since: str | None, until: str | None) -> None:
    """Raise a usage error for an empty range of dates."""
    if since and until and since > until:
        raise typer.BadParameter(f"--since {since} is after --until {until}; swap them")


def only_one(**options: object) -> None:
    """Raise a usage error if more than one of the options, given by name, is set."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if len(given) > 1:
        raise typer.BadParameter(f"{' and '.join(given)} contradict each other; give one of them")


def write(text: str, *, to: Any = output, style: str | None = None, end: str = "\n") -> None:
    """Print a text as it is: nothing in it is markup, and long lines wrap between words."""
    to.print(text, style=style, end=end, markup=False, highlight=False)


def note(text: str) -> None:
    """Print a remark, unless --quiet."""
    notes.print(text, style="dim", markup=False, highlight=False)


def heard(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options --quiet and --verbose, which all commands have."""

    @functools.wraps(command)
    def run(*, quiet: bool, verbose: int, **options: Any) -> None:
        set_volume(quiet=quiet, verbose=verbose)
        command(**options)

    signature = inspect.signature(command, eval_str=True)
    parameters = [*signature.parameters.values(), *_volume()]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {item.name: item.annotation for item in parameters}
    return run


def _volume() -> Iterable[inspect.Parameter]:
    kind = inspect.Parameter.KEYWORD_ONLY
    yield inspect.Parameter("quiet", kind, default=False, annotation=_Quiet)
    yield inspect.Parameter("verbose", kind, default=0, annotation=_Verbose)


def set_volume(*, quiet: bool, verbose: int) -> None:
    """Set how much commands say, and how much is logged."""
    only_one(quiet=quiet, verbose=verbose)
    notes.quiet = quiet
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    logging.getLogger("rag").setLevel(logging.ERROR if quiet else level)


def unwrap() -> None:
    """Do not wrap lines that go to a file or another program."""
    for console in (output, errors, notes):
        if not console.is_terminal:
            console.width = _UNWRAPPED
