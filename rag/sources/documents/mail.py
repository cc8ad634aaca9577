"""Read mails and mailboxes: a newsletter is an article by its sender."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from rag.sources import fields
from rag.sources.dumps import is_furniture
from rag.sources.exports import articles_in
from rag.sources.files.detect import LENGTH
from rag.sources.files.encoding import decode
from rag.sources.files.handle import File, whole_limit
from rag.sources.text import one_line
from rag.sources.web import markup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from rag.types import Article, Skipped

# What is attached and worth reading; pictures and calendars are not.
_ATTACHED = re.compile(r"(?i).+\.(?:pdf|docx|odt|rtf|html?|txt|md|csv|xlsx|json|epub|zip)")
_STORY_SHARE = 0.8
_LEADING_FROM = re.compile(rb"(?m)^>(>*From )")


def read_mail(data: bytes, *, source: str) -> Iterator[Article | Skipped]:
    """Yield the article of a mail, or those that a news database sent in it.

    Raises `SourceError` if it has no text.
    """
    message = _parsed(data)
    html, plain = (_part(message, kind) for kind in ("html", "plain"))
    for text in (markup.all_text(html) if html else "", plain):
        if exported := articles_in(text, source=source):
            yield from exported
            return
    yield _letter(message, _shown(html, plain), source=source)


def _letter(message: EmailMessage, text: str, *, source: str) -> Article:
    """Return a mail as an article: subject, sender, date and text."""
    sender = message.get("From")
    addresses = sender.addresses if sender is not None else ()
    name = addresses[0].display_name if addresses else ""
    return fields.article(
        source=source,
        text=text,
        title=one_line(str(message.get("Subject", ""))),
        date=_date(message),
        publisher=name or (addresses[0].domain if addresses else ""),
        language=message.get("Content-Language"),
    )


def attachments(data: bytes, file: File) -> Iterator[File]:
    """Yield the files attached to a mail that may hold articles, named ``mail.eml!name``."""
    for part in _parsed(data).iter_attachments():
        name = part.get_filename() or ""
        content = part.get_payload(decode=True)
        if _ATTACHED.fullmatch(name) and isinstance(content, bytes):
            yield File(
                f"{file.name}!{name}",
                partial(BytesIO, content),
                depth=file.depth + 1,
                budget=file.budget,
            )


def mails(file: File) -> Iterator[tuple[int, bytes]]:
    """Yield the mails of a mailbox with their numbers, one in memory at a time."""
    number, lines, size = 0, list[bytes](), 0
    blank = True
    with file.open() as stream:
        for line in stream:
            if blank and line.startswith(b"From "):
                if lines:
                    yield number, _LEADING_FROM.sub(rb"\1", b"".join(lines))
                number, lines, size = number + 1, [], 0
            elif size < whole_limit():
                lines.append(line)
                size += len(line)
            blank = not line.strip()
    if lines:
        yield number, _LEADING_FROM.sub(rb"\1", b"".join(lines))


def as_file(data: bytes, *, file: File, number: int) -> File:
    """Return one mail of a mailbox as a file, ``box.mbox#3``."""
    return File(
        f"{file.name}#{number}",
        lambda: BytesIO(data),
        kind="mail",
        stem="message.eml",
        depth=file.depth,
        budget=file.budget,
    )


def _parsed(data: bytes) -> EmailMessage:
    """Return a mail; Apple Mail writes its length above it, and its own marks below."""
    if above := LENGTH.match(data):
        start = above.end()
        data = data[start : start + int(above[0])]
    return message_from_bytes(data, policy=policy.default)


def _shown(html: str, plain: str) -> str:
    """Return the text of a mail: of its HTML part, if that says no less than the plain one."""
    whole = markup.without_furniture(markup.all_text(html).split("\n")) if html else ""
    story = markup.main_text(html) if html else ""
    # Most of a mail is said by its sender: what is taken for a page's frame is often a story.
    laid_out = any(line.startswith("|") for line in story.split("\n"))
    shown = whole if laid_out or len(story) < _STORY_SHARE * len(whole) else story
    lines = plain.split("\n")
    bare = "\n".join(line for line in lines if not line.strip() or not is_furniture(line.strip()))
    return shown if len(shown) >= len(bare) / 2 else bare


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    content = part.get_payload(decode=True)
    return (
        decode(content, declared=part.get_content_charset()) if isinstance(content, bytes) else ""
    )


def _date(message: EmailMessage) -> object:
    try:
        # Mails saved from Outlook as text say when they were "sent".
        said = str(message.get("Date", "") or message.get("Sent", ""))
    except OverflowError:
        # A year of many digits: the library reads a header as soon as it is asked for.
        return None
    try:
        return parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return said
