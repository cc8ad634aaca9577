"""How likely the passages answer the question, from retrieval and the generator together."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rag.types import Confidence, Hit

# Logistic regression, both classes weighing the same, on the 80 questions of `newsqa-dev` with
# nine words or more that the published figures are not from, each asked of 3,316 articles with
# and without the one that answers it, and on the 149 packaged questions without a history of
# which something was read. ROC-AUC of ten-fold cross-validation, on the 80 and on the packaged:
# 0.94 and 0.80; the score alone 0.92 and 0.57, the inclination
# alone 0.89 and 0.79. Beside these two the strength and the cosine tell nothing more.
_BIAS, _SCORE, _INCLINATION = -9.74, 10.56, -0.55
_ALONE_BIAS, _ALONE_SCORE, _ALONE_STRENGTH = -9.77, 9.15, 1.06
# Log-odds beyond this tell nothing more.
_CERTAIN = 8.0
_LEAST = 1e-9


def confidence(score: float, strength: float, inclination: float | None) -> Confidence:
    """Return how likely the passages answer the question, from what was found.

    `score` is `best_score` of the passage read, in [0, 1]: near 1 when meaning, words
    and headlines agree on it. `strength` is `rag.answering.evidence.Weighed.strength`,
    `inclination` the generator's probability of refusing, None when it cannot tell; only
    then does the strength count, unless it is 0: without evidence nothing is answered.
    """
    if strength <= 0:
        return Confidence(0.0, score, strength, inclination)
    if inclination is None:
        total = _ALONE_BIAS + _ALONE_SCORE * score + _ALONE_STRENGTH * strength
    else:
        total = _BIAS + _SCORE * score + _INCLINATION * log_odds(inclination)
    return Confidence(1 / (1 + math.exp(-total)), score, strength, inclination)


def best_score(hits: Iterable[Hit]) -> float:
    """Return the best score of `hits`, 0 without any."""
    return max((hit.score for hit in hits), default=0.0)


def log_odds(p: float) -> float:
    """Return the log-odds of a probability, in nats, cut off at 8 on either side."""
    return max(-_CERTAIN, min(_CERTAIN, math.log(max(p, _LEAST) / max(1 - p, _LEAST))))
