"""A span that may answer a question, and how likely it does.

The reader's log-odds and the search's score decide together, by a logistic regression on what
`FEATURES` names. The score tells whether meaning, words and headline agree on a passage, which
they do less where nothing answers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from rag.answering.evidence import Evidence
from rag.text.facts import spelled_date
from rag.types import Article, Hit, Passage

# What a candidate is weighed by, in this order: the reader's log-odds, how far they are behind
# those of the best candidate that may answer, the search's score of the passage before the time
# asked about counts, the share of the question's rarer words that the passage has and that the
# sentence has. The rest speaks against it: a span of another kind than was asked for, a sentence
# with the opposite of a word of the question, a passage without a year or month asked about, the
# share of the question's numbers that the passage lacks, no figure where one was asked for, and a
# number of something else than was to be counted.
FEATURES = (
    *("odds", "behind", "score", "passage", "sentence"),
    *("misfit", "contrary", "other_year", "number", "no_figure", "uncounted"),
)
# Fitted by `python -m eval.choice`; docs/fitted-numbers.md says on what. Contrary sentences and
# other years are too rare in those sets. The weight of the first is the logarithm of how much
# rarer one is among 4,000 right sentences of SQuAD (.3 %) than among 7,917 questions without an
# answer (3.2 %); that of the second was set by hand, and also fitting it gained nothing.
BIAS = -9.56
WEIGHTS = (0.26, 0.08, 8.88, 0.61, 0.02, -0.94, -2.4, -2.0, -1.54, -2.47, -1.09)
# Whether anything answers, the search's score tells as much as the reader; between spans that are
# likely enough, the reader tells more: fitted by `python -m eval.choice` on which is right.
SCORE_IN_NATS = 4.2


@dataclass(frozen=True, slots=True)
class Found:
    """A span that may answer: `article.text[start:end]`, in the sentence `evidence`.

    `features` are the values of `FEATURES`; `probability` that it answers, in [0, 1].
    """

    hit: Hit
    start: int
    end: int
    evidence: Evidence
    features: tuple[float, ...]

    @property
    def span(self) -> str:
        """The words of the span."""
        return self.hit.article.text[self.start : self.end]

    @property
    def contrary(self) -> bool:
        """Whether the sentence, or its part with the span, tells the opposite of what was asked."""
        return bool(self.features[FEATURES.index("contrary")])

    @property
    def may_answer(self) -> bool:
        """Whether it is of the kind that was asked for, and its sentence not the opposite."""
        unfit = ("misfit", "no_figure", "contrary")
        return not any(self.features[FEATURES.index(name)] for name in unfit)

    @property
    def odds(self) -> float:
        """The reader's log-odds."""
        return self.features[0]

    def behind(self, best: float) -> Found:
        """Return it as a candidate beside another whose log-odds are `best`."""
        at = FEATURES.index("behind")
        behind = min(0.0, self.odds - best)
        return replace(self, features=(*self.features[:at], behind, *self.features[at + 1 :]))

    @property
    def merit(self) -> float:
        """How good an answer it is beside others that are likely enough, in nats."""
        return self.odds + SCORE_IN_NATS * self.features[FEATURES.index("score")]

    @property
    def probability(self) -> float:
        """How likely it is that this answers the question, from 0 to 1."""
        total = BIAS + sum(w * value for w, value in zip(WEIGHTS, self.features, strict=True))
        return 1 / (1 + math.exp(-total))


def passage_of(hit: Hit) -> Passage:
    """Return what the reader reads of a passage found."""
    return Passage(heading(hit.article), hit.text)


def heading(article: Article) -> str:
    """Return title, publisher and date of an article on one line, as the reader learnt them."""
    parts = (article.title, article.publisher, spelled_date(article.date))
    return " · ".join(part for part in parts if part)
