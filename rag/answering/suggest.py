"""Questions that the archive answers, offered after an answer or a refusal.

They are made of sentences of the articles cited or found, by templates, and each is searched
for and read before it is offered: it must lead back to the sentence that it was made of. In place
of a refused question only those are offered that name what it named. That takes a second or two,
so it is done after the answer is shown.
"""

from __future__ import annotations

import re
from collections import Counter
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
# Of the articles nearest to a refused question, few say anything of what it named.
_NEAREST = 5

_NAME = r"[A-Z][\w’'-]+(?: (?:(?:of|de|al|bin|van) )?[A-Z][\w’'-]+)+"
# "Tamer Ramadan, who leads its delegation in Libya, said ..."
_ROLE = (
    r"(?:the|an?|its|his|her|their) (?:[\w’'-]+ ){0,4}?(?:\w+(?:or|er|man|woman|ent|ist|ian)|chief|"
    r"head|coach|captain|general|executive|mayor|judge|founder|chair)"
)
_NAMES = re.compile(rf"(?P<before>the |[a-z,] |)\b(?P<name>{_NAME})(?P<after>,| [a-z]|)")
_WHO = re.compile(rf"(?P<name>{_NAME}), (?:(?:who|whose)\b|{_ROLE}\b)")
_OF_PLACE = re.compile(r" of [A-Z]\w+$")
# Names of what is nobody.
_BODY = re.compile(
    r"\b(?:Agency|Airlines?|Association|Bank|Church|College|Committee|Company|Corp|Corporation|Court|"
    r"Department|Group|Hospital|Inc|Institute|Ltd|Ministry|Museum|News|Party|Post|School|Times|"
    r"Union|University)$"
)
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?(?: (?:thousand|million|billion))?|{'|'.join(NUMBER_WORDS)})"
# "... 115 people died in the wildfire in Lahaina ..."
_HOW_MANY = re.compile(
    rf"\b(?P<figure>{_NUMBER}) (?P<what>(?:[a-z-]+ )?(?:[a-z]+s|people|men|women|children)) "
    r"(?P<did>(?:were|are|had been|have been) [a-z]+(?:ed|en|t|n|wn)|died|voted|lived?|worked|fled)"
    r"(?P<where> [^,.;]*[A-Z][^,.;]{0,40})(?=[,.;])"
)
# What follows is the sentence's, and not needed in a question.
_ASIDE = re.compile(r" (?:after|as|because|before|but|since|when|which|while|who)\b.*")
_NAMED_OFTEN = 2


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question and the sentence of an article that it was made of."""

    question: str
    article: Article
    sentence: Span
    # What answers it, where that is a figure.
    figure: str = ""


def suggest(answer: Answer, *, archive: Archive, reader: Reader | None = None) -> tuple[str, ...]:
    """Return up to three questions to go on with, or up to two in place of a refused one.

    Every one is answered by `archive`. Talk has none. Raises `ModelError` and `ArchiveError`.
    """
    if answer.kind is AnswerKind.TALK:
        return ()
    most = _AFTER_REFUSAL if answer.abstained else _AFTER_ANSWER
    sources = [c.article for c in answer.citations] or [hit.article for hit in answer.hits]
    read = _NEAREST if answer.abstained else _ARTICLES
    distinct = list({article.id: article for article in sources}.values())[:read]
    asked = {*content_words(f"{answer.question} {answer.short}")}
    used = reader or reading.load_reader(archive.settings.reader)
    found: list[str] = []
    for draft in _drafts(distinct, asked, refused=answer.abstained)[:_TRIED]:
        if len(found) < most and _leads_back(draft, archive, used):
            found.append(draft.question)
    return tuple(found)


def _drafts(articles: Sequence[Article], asked: set[str], *, refused: bool) -> list[_Draft]:
    """Return questions by the articles in turn, without those that ask the same again."""
    made = [list(_of_article(article, asked if refused else None)) for article in articles]
    turns = [
        draft for turn in range(_TRIED) for drafts in made for draft in drafts[turn : turn + 1]
    ]
    fits = _on_the_same if refused else _on_more
    return list({draft.question: draft for draft in turns if fits(draft, asked)}.values())


def _on_more(draft: _Draft, asked: set[str]) -> bool:
    """Tell whether a question asks of what neither the last one nor its answer named."""
    told = {*content_words(draft.figure)}
    return not ({*content_words(draft.question)} <= asked or (told and told <= asked))


def _on_the_same(draft: _Draft, asked: set[str]) -> bool:
    """Tell whether a question names what a refused one named, and asks something else of it."""
    return bool(_named(draft.question) & asked) and {*content_words(draft.question)} != asked


def _named(question: str) -> set[str]:
    """Return the words of the names in a question."""
    _, _, rest = question.partition(" ")
    return {*words(" ".join(re.findall(r"\b[A-Z][\w’'-]+", rest)))}


def _of_article(article: Article, asked: set[str] | None) -> Iterator[_Draft]:
    spans = sentences(article.text, language=article.language)
    for span in spans:
        text = article.text[span.start : span.end]
        if match := _HOW_MANY.search(text):
            where = _ASIDE.sub("", match["where"])
            question = f"How many {match['what']} {match['did']}{where}?"
            yield _Draft(question, article, span, match["figure"])
        elif (match := _WHO.search(text)) and not _BODY.search(match["name"]):
            yield _Draft(f"Who is {_bare(_OF_PLACE.sub('', match['name']))}?", article, span)
    if (name := _subject(article, asked)) and spans:
        yield _Draft(f"What is known about {name}?", article, spans[0])


def _bare(name: str) -> str:
    """Return a name without the small words that began its sentence: "For Sarina Wiegman"."""
    parts = name.split()
    while len(parts) > 1 and parts[0].casefold() in STOPWORDS:
        parts = parts[1:]
    return " ".join(parts)


def _subject(article: Article, asked: set[str] | None) -> str | None:
    """Return the name that an article has most often, of those asked of or else of its title.

    It has "the" before it if the article mostly does.
    """
    counts: Counter[str] = Counter()
    within: Counter[str] = Counter()
    with_the: Counter[str] = Counter()
    for match in _NAMES.finditer(article.text):
        name = _bare(match["name"])
        counts[name] += 1
        within[name] += bool(match["before"] or match["after"])
        with_the[name] += match["before"] == "the "
    wanted = {*words(article.title)} if asked is None else asked
    # What is in no sentence is a heading.
    told = [n for n, count in counts.items() if count >= _NAMED_OFTEN and within[n]]
    about = [name for name in told if {*words(name)} & wanted]
    if not about:
        return None
    name = max(about, key=lambda each: counts[each])
    return f"the {name}" if 2 * with_the[name] >= within[name] else name


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
