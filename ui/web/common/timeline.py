"""Articles in the order of time, with one sentence of each and bars above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rag.archive import Archive
from rag.text.facts import names
from rag.text.sentences import content_words, sentences, words
from rag.types import Answer, Article, Filter, Span
from ui.web.common import histogram
from ui.web.common.markup import render

# Passages looked through, and words of a question that a sentence shares at the least.
_PASSAGES = 24
_SHARED = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """An article, and the characters of the sentence that stands for it."""

    article: Article
    span: Span

    @property
    def sentence(self) -> str:
        """The sentence."""
        return self.article.text[self.span.start : self.span.end]


def of_answer(answer: Answer, *, archive: Archive, where: Filter) -> list[Entry]:
    """Return what an answer cites and what else is found for its question, in order of time.

    Of the rest only articles with a sentence that shares words with the question are taken, and
    that have one of the names in it: the floods of another port are another story.
    """
    found: dict[str | None, Entry] = {}
    for citation in answer.citations:
        entry = Entry(citation.article, Span(citation.start, citation.end))
        found.setdefault(citation.article.id, entry)
    asked = set(content_words(answer.question))
    named = _named(answer, asked)
    hits = archive.search(
        answer.question,
        k=_PASSAGES,
        since=where.since,
        until=where.until,
        publishers=where.publishers,
        names=where.names,
    )
    for hit in hits:
        span, shared = nearest_sentence(hit.article, asked, within=Span(hit.start, hit.end))
        told = shared >= min(_SHARED, len(asked))
        same = not named or named & {*words(f"{hit.article.title} {hit.article.text}")}
        if hit.article.id not in found and told and same:
            found[hit.article.id] = Entry(hit.article, span)
    return ordered(found.values())


def _named(answer: Answer, asked: set[str]) -> set[str]:
    """Return the words of a question that are names, as it or what is cited has them."""
    quotes = (citation.quote for citation in answer.citations)
    return asked & names(" ".join([answer.question, *quotes]))


def of_articles(articles: Sequence[Article], *, words: str) -> list[Entry]:
    """Return articles in order of time, each with the sentence that is nearest to the words."""
    asked = set(content_words(words))
    return ordered(Entry(each, nearest_sentence(each, asked)[0]) for each in articles)


def nearest_sentence(
    article: Article, asked: set[str], *, within: Span | None = None
) -> tuple[Span, int]:
    """Return the first sentence with the most of the words asked, and how many it has."""
    start, end = (within.start, within.end) if within else (0, len(article.text))
    spans = [
        Span(start + span.start, start + span.end)
        for span in sentences(article.text[start:end], language=article.language)
    ]
    counts = [
        len(asked & set(content_words(article.text[span.start : span.end]))) for span in spans
    ]
    if not spans:
        return Span(0, 0), 0
    best = max(range(len(spans)), key=counts.__getitem__)
    return spans[best], counts[best]


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries by date, those without one last."""
    return sorted(entries, key=lambda entry: entry.article.date or "9999")


def timeline_html(entries: Sequence[Entry], *, title: str) -> Markup:
    """Return entries as markup, with bars over time that can be drawn across."""
    months = Counter(entry.article.date[:7] for entry in entries if entry.article.date)
    return render(
        "timeline.html",
        title=title,
        entries=entries,
        columns=histogram.columns(sorted(months.items())),
    )
