"""Measure overviews: whether what is told of a subject comes from the articles on it.

    python -m eval.overviews --archive news --since 2022

Subjects are made of the rarest words of headlines, in their order and every second one in small
letters: "Tell me about silicon valley bank". Told are how many of the quoted sentences are of the
article with that headline, how many of one that lacks the subject, and how often the sentence
that leads the article is among them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from rag import Archive, Article
from rag.answering.leading import lead
from rag.answering.pipeline import answer
from rag.store.identity import article_id
from rag.text.sentences import WORD, content_words
from rag.types import Answer

_WORDS = 4
# An article with fewer characters has little to choose from.
_SHORTEST = 1200
# An article has the subject if it has this share of its words.
_HAS_SUBJECT = 0.75

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True)
class Told:
    """One overview: its sentences, those of the right article, and those without the subject."""

    sentences: int
    own: int
    beside: int
    led: bool


@app.command()
def main(
    archive: Annotated[Path, typer.Option(help="an archive of news")],
    since: Annotated[str, typer.Option(help="articles of this date or later")] = "",
    subjects: Annotated[int, typer.Option(help="how many subjects are asked for")] = 40,
) -> None:
    """Ask for overviews of subjects of the archive, and print what the sentences come from."""
    opened = Archive.open(archive, create=False)
    articles = [
        item
        for item in opened.articles()
        if (item.date or "") >= since and len(item.text) > _SHORTEST
    ]
    asked = list(_subjects(articles, most=subjects))
    told = [
        _told(answer(f"Tell me about {subject}", archive=opened), article, subject)
        for subject, article in track(asked, "Asking")
    ]
    sentences = sum(item.sentences for item in told) or 1
    Console().print(
        f"{len(told)} subjects, {sum(not item.sentences for item in told)} refused, {sentences} "
        f"sentences: {sum(item.own for item in told) / sentences:.2f} of the article, "
        f"{sum(item.beside for item in told) / sentences:.2f} of one without the subject; "
        f"the leading sentence in {sum(item.led for item in told) / (len(told) or 1):.2f}"
    )


def _subjects(articles: Iterable[Article], *, most: int) -> Iterator[tuple[str, Article]]:
    """Yield the rarest words of the headlines of random articles, as they stand there."""
    every = list(articles)
    often = Counter(word for item in every for word in set(content_words(item.title)))
    drawn = random.Random(5).sample(every, min(most, len(every)))  # noqa: S311
    for number, item in enumerate(drawn):
        rarest = sorted(content_words(item.title), key=lambda word: often[word])[:_WORDS]
        found = [
            word for word in WORD.findall(item.title) if not set(rarest).isdisjoint([word.lower()])
        ]
        subject = " ".join(dict.fromkeys(found))
        if subject:
            yield subject.lower() if number % 2 else subject, item


def _told(given: Answer, article: Article, subject: str) -> Told:
    asked = subject.lower().split()
    leading = lead(article)
    own = [cited for cited in given.citations if article_id(cited.article) == article_id(article)]
    texts = (f"{cited.article.title} {cited.article.text}".lower() for cited in given.citations)
    shares = (sum(word in text for word in asked) / len(asked) for text in texts)
    return Told(
        len(given.citations),
        len(own),
        sum(share < _HAS_SUBJECT for share in shares),
        any(cited.start == leading.start for cited in own),
    )


if __name__ == "__main__":
    app()
