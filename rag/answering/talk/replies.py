"""What is said to a remark that asks the articles nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.answering.talk.recognise import Remark
from rag.text.facts import spelled_date
from rag.text.lexicon import MONTHS
from rag.text.sentences import words

if TYPE_CHECKING:
    from rag.archive import Archive

_WELCOME = "You are welcome."
_GOODBYE = "Goodbye."
_ITSELF = (
    "I am Dateline, a program that answers questions from the news articles of this archive. "
    "Every sentence I say rests on one of theirs, which I cite. What they do not tell, I do not "
    "know."
)
_HELP = (
    "Ask me who, what, when, where, why or how many, about people, places and events in the "
    "articles. “{period}” lists the news of that time, and “What is known about …?” sums up a "
    "subject. You can go on asking: “And when was that?” The numbers in brackets lead to the "
    "sentences an answer rests on. When the articles do not answer a question, I say so."
)
_UNCLEAR = (
    "I can make nothing of that. Ask me about a person, a place or an event in the news, or ask "
    "“What is in this archive?”"
)
_EMPTY = "This archive is empty. Add articles to it, and then ask about them."
_PARTING = frozenset("bye goodbye byebye cya farewell goodnight night later cheerio".split())

_MOST_NAMES, _MOST_PUBLISHERS = 6, 4
_LANGUAGES = {
    "ar": "Arabic", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fr": "French", "hi": "Hindi", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip


def reply(remark: Remark, question: str, archive: Archive) -> str:
    """Return what is said to `question`, which is a `remark`: a few sentences, without sources."""
    if remark is Remark.GREETING:
        return _GOODBYE if _PARTING & {*words(question)} or "see y" in question else _hello(archive)
    if remark is Remark.CONTENTS:
        return describe(archive)
    if remark is Remark.OTHER_LANGUAGE:
        return _languages(archive)
    if remark is Remark.HELP:
        return _HELP.format(period=_example_of_period(archive))
    fixed = {Remark.THANKS: _WELCOME, Remark.IDENTITY: _ITSELF}
    return fixed.get(remark, _UNCLEAR)


def describe(archive: Archive) -> str:
    """Return what `archive` holds: how many articles, from when, by whom, about whom."""
    stats = archive.stats()
    if not stats.articles:
        return _EMPTY
    dated = ""
    if stats.first and stats.last:
        dated = f", published from {spelled_date(stats.first)} to {spelled_date(stats.last)}"
    one = stats.articles == 1
    lines = [f"This archive holds {stats.articles:,} {'article' if one else 'articles'}{dated}."]
    names = [name for name, _ in archive.publishers()]
    if names:
        by = "publisher" if len(names) == 1 else "publishers"
        lines.append(f"{len(names):,} {by}: {_listed(names, most=_MOST_PUBLISHERS)}.")
    if known := archive.names():
        counted = [f"{name} ({count:,})" for name, count in known]
        lines.append(
            "Names that come up often, with their numbers of articles: "
            f"{_listed(counted, most=_MOST_NAMES)}."
        )
    return " ".join(lines)


def _hello(archive: Archive) -> str:
    count = archive.stats().articles
    if not count:
        return f"Hello. {_EMPTY}"
    return f"Hello. Ask me about the news in the {count:,} articles of this archive."


def _languages(archive: Archive) -> str:
    """Say that questions are answered in English, and what the articles are written in."""
    known = [_LANGUAGES[code] for code, _ in archive.languages() if code in _LANGUAGES]
    foreign = _listed([name for name in known if name != "English"], most=_MOST_NAMES)
    more = f" Articles in {foreign} are found by questions in that language." if foreign else ""
    return f"I answer questions in English; please ask in English.{more}"


def _example_of_period(archive: Archive) -> str:
    months = archive.months()
    if not months:
        return "What happened last week?"
    year, month = max(months, key=lambda item: (item[1], item[0]))[0].split("-")
    return f"What happened in {MONTHS[int(month) - 1]} {year}?"


def _listed(names: Sequence[str], *, most: int) -> str:
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and others"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))
