"""Questions that the archive answers, offered after an answer or a refusal.

They are made of sentences of the articles cited or found, by templates, and each is searched
for and read before it is offered: it must lead back to the sentence that it was made of. That
takes a second or two, so it is done after the answer is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag import reading
from rag.answering import choice
from rag.answering.fact import chosen
from rag.answering.found import passage_of
from rag.archive import Archive
from rag.reading import Reader
from rag.text.facts import NUMBER_WORDS
from rag.text.sentences import STOPWORDS, content_words, sentences, words
from rag.types import Answer, AnswerKind, Article, Span

_AFTER_ANSWER, _AFTER_REFUSAL = 3, 2
# Articles that questions are made of, passages that each is looked for in, and questions
# that are tried.
_ARTICLES, _PASSAGES, _TRIED = 2, 4, 6

_NAME = r"[A-Z][\w’'-]+(?: (?:(?:of|de|al|bin|van) )?[A-Z][\w’'-]+)+"
# "Tamer Ramadan, who leads its delegation in Libya, said ..."
_ROLE = (
    r"(?:the|an?|its|his|her|their) (?:[\w’'-]+ ){0,4}?(?:\w+(?:or|er|man|woman|ent|ist|ian)|chief|"
    r"head|coach|captain|general|executive|mayor|judge|founder|chair)"
)
_WHO = re.compile(rf"(?P<name>{_NAME}), (?:(?:who|whose)\b|{_ROLE}\b)")
_OF_PLACE = re.compile(r" of [A-Z]\w+$")
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?(?: (?:thousand|million|billion))?|{'|'.join(NUMBER_WORDS)})"
# "... 115 people died in the wildfire in Lahaina ..."
_HOW_MANY = re.compile(
    rf"\b{_NUMBER} (?P<what>(?:[a-z-]+ )?(?:[a-z]+s|people|men|women|children)) "
    r"(?P<did>(?:were|are|had been|have been) [a-z]+(?:ed|en|t|n|wn)|died|voted|lived?|worked|fled)"
    r"(?P<where> [^,.;]*[A-Z][^,.;]{0,40})(?=[,.;])"
)
_NAMED_OFTEN = 2


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question and the sentence of an article that it was made of."""

    question: str
    article: Article
    sentence: Span


def suggest(answer: Answer, *, archive: Archive, reader: Reader | None = None) -> tuple[str, ...]:
    """Return up to three questions to go on with, or up to two in place of a refused one.

    Every one is answered by `archive`. Talk has none. Raises `ModelError` and `ArchiveError`.
    """
    if answer.kind is AnswerKind.TALK:
        return ()
    most = _AFTER_REFUSAL if answer.abstained else _AFTER_ANSWER
    sources = [c.article for c in answer.citations] or [hit.article for hit in answer.hits]
    distinct = list({article.id: article for article in sources}.values())[:_ARTICLES]
    asked = {*content_words(f"{answer.question} {answer.short}")}
    used = reader or reading.load_reader(archive.settings.reader)
    found: list[str] = []
    for draft in _drafts(distinct, asked)[:_TRIED]:
        if len(found) < most and _leads_back(draft, archive, used):
            found.append(draft.question)
    return tuple(found)


def _drafts(articles: Sequence[Article], asked: set[str]) -> list[_Draft]:
    """Return questions by the articles in turn, without those that ask the same again."""
    made = [list(_of_article(article)) for article in articles]
    turns = [
        draft for turn in range(_TRIED) for drafts in made for draft in drafts[turn : turn + 1]
    ]
    fresh = {d.question: d for d in turns if not {*content_words(d.question)} <= asked}
    return list(fresh.values())


def _of_article(article: Article) -> Iterator[_Draft]:
    spans = sentences(article.text, language=article.language)
    for span in spans:
        text = article.text[span.start : span.end]
        if match := _HOW_MANY.search(text):
            asked = f"How many {match['what']} {match['did']}{match['where']}?"
            yield _Draft(asked, article, span)
        elif match := _WHO.search(text):
            yield _Draft(f"Who is {_bare(_OF_PLACE.sub('', match['name']))}?", article, span)
    if (name := _subject(article)) and spans:
        yield _Draft(f"What is known about {name}?", article, spans[0])


def _bare(name: str) -> str:
    """Return a name without the small words that began its sentence: "For Sarina Wiegman"."""
    parts = name.split()
    while len(parts) > 1 and parts[0].casefold() in STOPWORDS:
        parts = parts[1:]
    return " ".join(parts)


def _subject(article: Article) -> str | None:
    """Return the name of its title that an article has most often."""
    counts: dict[str, int] = {}
    for match in re.finditer(_NAME, article.text):
        name = _bare(match[0])
        counts[name] = counts.get(name, 0) + 1
    title = {*words(article.title)}
    told = [n for n, count in counts.items() if count >= _NAMED_OFTEN and {*words(n)} & title]
    return max(told, key=lambda name: counts[name], default=None)


def _leads_back(draft: _Draft, archive: Archive, reader: Reader) -> bool:
    """Tell whether the archive answers a question from where it was made."""
    hits = archive.search(draft.question, k=_PASSAGES)
    if not hits or hits[0].article.id != draft.article.id:
        return False
    if draft.question.startswith("What is known"):
        return True
    passages = [passage_of(hit) for hit in hits]
    ranked = choice.rank(draft.question, hits, reader.read(draft.question, passages))
    least = archive.settings.answer.least_confidence("balanced")
    found = chosen(draft.question, ranked, least=least)
    return bool(found) and (
        found[0].hit.article.id == draft.article.id
        and draft.sentence.start <= found[0].start < draft.sentence.end
    )
