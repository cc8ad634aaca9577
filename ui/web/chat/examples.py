"""Example questions from the archive at hand, each of which the reader has answered."""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

import rag
from rag.archive import Archive
from rag.errors import RagError
from rag.types import Answer, Article
from ui.web.common.models import Models

log = logging.getLogger(__name__)

# Questions offered where the sample article of that title is: they have short answers.
SAMPLE_QUESTIONS = {
    "In which crater did NASA's Perseverance touch down?": (
        "NASA's Perseverance rover lands safely on Mars"
    ),
    "How much did Elon Musk pay for Twitter?": "Musk completes $44 billion purchase of Twitter",
    "How many people did the explosion at the port of Beirut kill?": (
        "Explosion at the port of Beirut kills at least 135"
    ),
}
MOST = 4
# Articles looked through, the newest first, and questions put to the reader at most.
_LOOKED_AT = 100
_TRIED = 12
# A name that an article is about is in it this often, and in few other articles.
_LEAST = 3
_ELSEWHERE = 3
# Two or more capitalised words in the middle of a sentence.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)+")
# "Ann Borg, the mayor of Adria,": an office and who holds it.
_OFFICE = re.compile(
    r"\b(?P<name>[A-Z][\w'-]+ [A-Z][\w'-]+), (?:the )?(?P<office>[a-z][a-z ]{3,30} of "
    r"(?:the )?[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)[,.]"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, the article that should answer it, and a text its answer should hold."""

    question: str
    article: str
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """Questions that an archive answers, and whether more are looked for, or will be."""

    questions: tuple[str, ...] = ()
    looking: bool = False
    # Nothing can be looked for until the models are loaded.
    waiting: bool = False


class Examples:
    """Finds questions that archives answer, behind the page, when the models are loaded.

    Who asks something goes first. With `given`, those are offered and nothing is looked for.
    """

    def __init__(self, models: Models, *, given: Sequence[str] | None = None) -> None:
        self._models = models
        self._given = given
        self._found: dict[tuple[Archive, int], Offered] = {}
        self._lock = threading.Lock()

    def of(self, archive: Archive) -> Offered:
        """Return the questions found so far; the first call begins to look."""
        if self._given is not None:
            return Offered(tuple(self._given))
        stats = archive.stats()
        if not stats.articles:
            return Offered()
        if not self._models.ready_for(archive):
            return Offered(waiting=self._models.loading)
        key = archive, stats.generation
        with self._lock:
            if key not in self._found:
                self._found[key] = Offered(looking=True)
                threading.Thread(target=self._look, args=key, daemon=True).start()
            return self._found[key]

    def _look(self, archive: Archive, generation: int) -> None:
        found: list[str] = []
        try:
            for question in islice(self._answered(archive), MOST):
                found.append(question)
                self._found[archive, generation] = Offered(tuple(found), looking=True)
        except RagError as error:
            log.warning("no more example questions: %s", error)
        self._found[archive, generation] = Offered(tuple(found))

    def _answered(self, archive: Archive) -> Iterator[str]:
        generator = self._models.load(archive)
        for candidate in islice(candidates(archive), _TRIED):
            answer = None
            while answer is None:
                self._models.wait_until_free()
                stop = self._models.wanted
                with self._models.working():
                    *_, last = rag.stream(
                        candidate.question, archive=archive, generator=generator, stop=stop
                    )
                # What was stopped for a visitor's question is asked again after it.
                answer = None if stop.is_set() else last
            if isinstance(answer, Answer) and answers(candidate, answer):
                yield candidate.question


def answers(candidate: Candidate, answer: Answer) -> bool:
    """Tell whether an answer is the one that was meant."""
    cited = {citation.article.id for citation in answer.citations}
    said = f"{answer.text} {' '.join(citation.quote for citation in answer.citations)}"
    return not answer.abstained and candidate.article in cited and candidate.holds in said


def candidates(archive: Archive) -> Iterator[Candidate]:
    """Yield questions that `archive` may answer, the newest articles first.

    They are those about the sample articles; who holds an office that one article names; and
    others about names that single articles say often.
    """
    articles = archive.articles(limit=_LOOKED_AT)
    titles = {article.title: article.id or "" for article in articles}
    for question, title in SAMPLE_QUESTIONS.items():
        if title in titles:
            yield Candidate(question, titles[title])
    names = Counter(name for article in articles for name in set(_NAME.findall(article.text)))
    for pair in zip_longest(_offices(articles), _subjects(articles, names)):
        yield from filter(None, pair)


def _offices(articles: Iterable[Article]) -> Iterator[Candidate]:
    for article in articles:
        if match := _OFFICE.search(article.text):
            question = f"Who is the {match['office']}?"
            yield Candidate(question, article.id or "", match["name"].split()[-1])


def _subjects(articles: Iterable[Article], names: Counter[str]) -> Iterator[Candidate]:
    said: set[str] = set()
    for article in articles:
        for name in _names(article):
            if names[name] <= _ELSEWHERE and name not in said:
                said.add(name)
                yield Candidate(f"What is known about {name}?", article.id or "")


def _names(article: Article) -> list[str]:
    """Return the name that `article` says most often, if it does so often enough."""
    counts = Counter(_NAME.findall(article.text))
    counts.pop(article.publisher or "", None)
    return [name for name, count in counts.most_common(1) if count >= _LEAST]
