"""Conversations as JSON: kept in the browser, and written to files.

A record holds what was said and which sentences of which articles were cited, not the
articles. When it is read again each article comes from the archive; one that was edited
or deleted since is stood in for by its quoted sentence, and says so.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Iterable
from typing import Any

from rag.archive import Archive
from rag.errors import ArchiveError
from rag.types import Answer, AnswerKind, Article, Citation, Filter, Hit, ScoreParts, Timings
from ui.web.chat.conversation import Conversation
from ui.web.common.markup import escape, web_link
from ui.web.common.shown import NEAREST, Shown, nearest

Record = dict[str, Any]

MOST_OF_TITLE = 60
# Of a record as a browser sends it.
_FIELDS = ("id", "archive", "title", "titled", "answers", "version")

# A mark such as [1], as `escape` writes it.
_MARK = re.compile(r"&#91;(\d{1,3})&#93;(?!\()")

GONE = "The article was changed or deleted after this answer. Only the quoted sentence was kept."


def to_record(conversation: Conversation, *, archive: str) -> Record:
    """Return a conversation over the archive of that name as JSON values."""
    return {
        "id": conversation.id,
        "archive": archive,
        "title": title_of(conversation),
        "titled": conversation.titled,
        "answers": [_record(item) for item in conversation.shown],
    }


def read_answers(record: Record, *, archive: Archive) -> list[Shown]:
    """Return the answers of what `to_record` made, with the articles of `archive`.

    Raises `ValueError` for anything else.
    """
    return _answers(record, archive)


def checked(record: Record, *, archive: Archive) -> Record:
    """Return what a browser says is a record of a conversation over `archive`.

    Raises `ValueError` for anything else.
    """
    _answers(record, archive)
    if record.get("archive") != archive.folder.name:
        raise ValueError("the conversation is about another archive; open it there")
    return {name: record.get(name) or "" for name in _FIELDS}


def title_of(conversation: Conversation) -> str:
    """Return the name a conversation was given, else its first question."""
    asked = conversation.shown[0].asked if conversation.shown else ""
    return conversation.title or textwrap.shorten(asked, MOST_OF_TITLE, placeholder="...")


def to_markdown(title: str, answers: Iterable[Shown]) -> str:
    """Return a conversation as Markdown, each answer followed by its sources."""
    return "\n\n".join([f"# {_plain(title)}", *map(_section, answers)]) + "\n"


def record_to_markdown(record: Record) -> str:
    """Return what `to_record` made as Markdown; it has all that is told of the sources.

    Raises `ValueError` for anything else.
    """
    return to_markdown(str(record.get("title", "")), _answers(record, None))


def _answers(record: Record, archive: Archive | None) -> list[Shown]:
    try:
        return [_shown(item, archive) for item in record["answers"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a saved conversation: {error!r}") from error


def _record(shown: Shown) -> Record:
    answer = shown.answer
    return {
        "message": shown.message,
        "asked": shown.asked,
        "key": shown.key,
        "question": answer.question,
        "text": answer.text,
        "short": answer.short,
        "kind": answer.kind,
        "pieces": list(shown.pieces),
        "stopped": shown.stopped,
        "narrowed": shown.narrowed,
        "liked": shown.liked,
        "where": dataclasses.asdict(shown.where),
        "abstained": answer.abstained,
        "seconds": answer.timings.total,
        "citations": [
            _article(c.article) | {"number": c.number, "quote": c.quote, "start": c.start}
            for c in answer.citations
        ],
        "disagreement": [citation.number for citation in answer.disagreement],
        # Only a refusal shows them.
        "nearest": [_article(item) for item in nearest(answer.hits)] if answer.abstained else [],
        "suggestions": list(answer.suggestions),
    }


def _article(article: Article) -> Record:
    return {
        "article": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "date": article.date,
        "url": article.url,
    }


def _shown(record: Record, archive: Archive | None) -> Shown:
    citations = [_citation(item, archive) for item in record["citations"]]
    answer = Answer(
        question=str(record["question"]),
        text=str(record["text"]),
        abstained=bool(record["abstained"]),
        citations=tuple(citations),
        disagreement=tuple(c for c in citations if c.number in record["disagreement"]),
        hits=tuple(_hit(item) for item in record["nearest"][:NEAREST]),
        timings=Timings(total=float(record["seconds"])),
        asked=str(record["asked"]),
        # Records of before have none of these.
        short=str(record.get("short") or ""),
        kind=AnswerKind(record.get("kind") or AnswerKind.ANSWER),
        suggestions=tuple(map(str, record.get("suggestions") or ())),
    )
    return Shown(
        message=int(record["message"]),
        asked=str(record["asked"]),
        answer=answer,
        pieces=tuple(map(str, record["pieces"])),
        stopped=bool(record["stopped"]),
        # Records of before have neither.
        narrowed=str(record.get("narrowed") or ""),
        liked=record.get("liked"),
        where=Filter.read(**(record.get("where") or {})),
        key=str(record.get("key") or ""),
    )


def _citation(item: Record, archive: Archive | None) -> Citation:
    number, quote, start = int(item["number"]), str(item["quote"]), int(item["start"])
    end = start + len(quote)
    try:
        article = archive.article(str(item["article"])) if archive else None
    except ArchiveError:
        article = None
    if article is None or article.text[start:end] != quote:
        # The offsets no longer hold: the quotation is all there is to show.
        article = dataclasses.replace(_kept(item), text=f"{quote}\n\n{GONE}")
        start, end = 0, len(quote)
    return Citation(number, article, quote, start, end)


def _kept(item: Record) -> Article:
    fields = {name: item[name] for name in ("publisher", "date", "url")}
    return Article(id=str(item["article"]), title=str(item["title"]), text="", **fields)


def _hit(item: Record) -> Hit:
    return Hit(_kept(item), "", 0, 0, 0.0, ScoreParts())


def _section(shown: Shown) -> str:
    answer = shown.answer
    lines = [f"## {_plain(shown.asked)}"]
    if answer.question != shown.asked:
        lines.append(f"*Searched for: {_plain(answer.question)}*")
    lines += [_plain(part, marks=True) for part in answer.text.split("\n")]
    if answer.citations:
        lines.append("\n".join(map(_source, answer.citations)))
    return "\n\n".join(lines)


def _source(citation: Citation) -> str:
    article = citation.article
    about = [_plain(part) for part in (article.title, article.publisher, article.date) if part]
    url = web_link(article.url)
    return (
        f"- [{citation.number}] {', '.join(about)}{f' <{url}>' if url else ''}\n"
        f"  > {_plain(citation.quote)}"
    )


def _plain(text: str, *, marks: bool = False) -> str:
    """Return `text` as Markdown that shows it as it is, on one line.

    With `marks` those of citations, such as ``[1]``, stay as they are: nothing follows that
    would make them links.
    """
    plain = str(escape(" ".join(text.split())))
    return _MARK.sub(r"[\1]", plain) if marks else plain
