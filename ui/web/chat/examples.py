"""Example questions from the archive at hand."""

from __future__ import annotations

import re
from collections import Counter

from rag.archive import Archive
from rag.types import Article

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
MOST = 3
# Articles looked through, the newest first.
_LOOKED_AT = 100
# A name that an article is about is in it this often, and in few other articles.
_LEAST = 3
_ELSEWHERE = 3
# Two or more capitalised words in the middle of a sentence.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)+")


def example_questions(archive: Archive) -> list[str]:
    """Return up to three questions that `archive` can be asked.

    They are those about the sample articles, and others about names that single articles
    say often, the newest articles first.
    """
    articles = archive.articles(limit=_LOOKED_AT)
    titles = {article.title for article in articles}
    questions = [text for text, title in SAMPLE_QUESTIONS.items() if title in titles]
    names = Counter(name for article in articles for name in set(_NAME.findall(article.text)))
    named = dict.fromkeys(name for article in articles for name in _names(article))
    questions += [f"What is known about {n}?" for n in named if names[n] <= _ELSEWHERE]
    return questions[:MOST]


def _names(article: Article) -> list[str]:
    """Return the name that `article` says most often, if it does so often enough."""
    counts = Counter(_NAME.findall(article.text))
    counts.pop(article.publisher or "", None)
    return [name for name, count in counts.most_common(1) if count >= _LEAST]
