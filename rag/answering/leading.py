"""The sentence that leads an article, and the questions that it answers.

"Compare the UK elections of 2019 and 2024" and "What did the Fed do in March 2022?" ask for no
words of a passage; the headline and the first sentence of the right article tell it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.answering.evidence import Evidence
from rag.answering.overview import stands_alone
from rag.text.countries import is_country, same_name
from rag.text.facts import names, spelled_date
from rag.text.lexicon import CALENDAR, OPENING_VERBS, QUESTION_WORDS
from rag.text.sentences import content_words, sentences, stem, words
from rag.types import Article, Span

# Sentences of an article among which one that stands alone is looked for.
_OPENING_SENTENCES = 3
# Of a subject's words, the share that an article on it has.
_NEARLY_ALL = 0.7
# Words of a subject that is named and nothing else: of its own at least, and of all at most.
_LEAST_BARE, _MOST_BARE = 2, 8
_ASKING = QUESTION_WORDS | OPENING_VERBS
_DEED = re.compile(
    r"(?:and |so )?what (?:did|has|have|does|do|had) (?P<who>.+?) (?:do|done)\b(?P<rest>[^?]*)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an article is to lead with; `deed` if nothing but what it did is asked of it."""

    name: str
    deed: bool


def subject_asked(question: str) -> Subject | None:
    """Return whose deeds a question asks for, or the subject that it names and asks nothing of.

    "What did the Fed do in March 2022?" is about "the Fed in March 2022", and so are the words
    "Fed March 2022". None for any other question.
    """
    asked = " ".join(question.split()).rstrip("?!. ")
    match = _DEED.fullmatch(asked)
    if match is None:
        return Subject(asked, deed=False) if _is_bare(asked) else None
    if not content_words(match["who"]):
        return None
    rest = set(content_words(match["rest"]))
    return Subject(f"{match['who']}{match['rest']}", deed=rest <= _times(match["rest"]))


def _is_bare(asked: str) -> bool:
    """Tell whether words that were typed only name something, as in a search by words."""
    found = words(asked)
    own = len(content_words(asked))
    return own >= _LEAST_BARE and len(found) <= _MOST_BARE and _ASKING.isdisjoint(found)


def lead(article: Article) -> Evidence:
    """Return the first sentence of an article that can be read alone, or its first one."""
    opening = list(sentences_of(article))[:_OPENING_SENTENCES]
    return next((item for item in opening if stands_alone(item.quote)), opening[0])


def sentences_of(article: Article) -> Iterator[Evidence]:
    """Yield the sentences of an article, or its whole text where it has none."""
    for span in sentences(article.text, language=article.language) or [Span(0, 0)]:
        quote = article.text[span.start : span.end]
        yield Evidence(1, article, quote, span.start, span.end, article.title)


def is_on(subject: str, lead: Evidence) -> bool:
    """Tell whether the sentence that leads an article is on a subject, and of its time.

    With headline and date it has each name, year and month; the article has each country,
    "Britain" for "the UK", and all or nearly all other words.
    """
    opening = f"{lead.article.title} {lead.quote} {spelled_date(lead.article.date)}"
    article = f"{opening} {lead.article.text}"
    times = set(map(stem, _times(subject)))
    asked = set(map(stem, content_words(subject))) - times
    countries = set(filter(is_country, asked))
    named = {stem(name) for name in names(f"- {subject}")} - countries - times
    others = asked - named - countries
    return (
        _held(times | named, opening) == len(times | named)
        and _held(countries, article) == len(countries)
        and _held(others, article) >= _NEARLY_ALL * len(others)
    )


def naming(subject: str, lead: Evidence) -> Evidence:
    """Return the first sentence with a word of the subject, if headline and lead have none.

    "What does MOXIE do?" is not told by what leads an article on the rover that carries it.
    """
    asked = set(map(stem, content_words(subject))) - set(map(stem, _times(subject)))
    if not asked or _held(asked, f"{lead.article.title} {lead.quote}"):
        return lead
    return next((item for item in sentences_of(lead.article) if _held(asked, item.quote)), lead)


def tells_more(subject: str, rival: Evidence, lead: Evidence) -> bool:
    """Tell whether a sentence has more of a subject's words than a headline and what leads it."""
    asked = set(map(stem, content_words(subject)))
    return _held(asked, rival.quote) > _held(asked, f"{lead.article.title} {lead.quote}")


def _times(text: str) -> set[str]:
    """Return the years, days and months in a text, in small letters."""
    return {word for word in words(text) if word.isdigit() or word in CALENDAR}


def _held(stems: Iterable[str], text: str) -> int:
    """Return how many of the stems a text has."""
    found = set(map(stem, words(text.replace("-", " "))))
    return sum(any(same_name(each, word) for word in found) for each in stems)
