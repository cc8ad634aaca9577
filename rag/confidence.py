"""How likely the passages answer the question, from retrieval and the generator together."""

from __future__ import annotations

import math

# Logistic regression on 70 questions of `newsqa-dev` among 3,316 articles, each with and
# without the article that answers it; the README's figures are from other questions. ROC-AUC
# 0.85; strength alone 0.82, inclination alone 0.82.
_BIAS, _STRENGTH, _INCLINATION = -4.96, 2.26, -0.45
_ALONE_BIAS, _ALONE_STRENGTH = -6.07, 3.63
# Log-odds beyond this tell nothing more.
_CERTAIN = 8.0
_LEAST = 1e-9


def confidence(strength: float, inclination: float | None) -> float:
    """Return a probability that the passages answer the question, in [0, 1].

    `strength` is `rag.evidence.Weighed.strength`, `inclination` the generator's
    probability of refusing, None when it cannot tell.
    """
    if strength <= 0:
        return 0.0
    if inclination is None:
        return _sigmoid(_ALONE_BIAS + _ALONE_STRENGTH * strength)
    return _sigmoid(_BIAS + _STRENGTH * strength + _INCLINATION * log_odds(inclination))


def log_odds(p: float) -> float:
    """Return the log-odds of a probability, in nats, cut off at 8 on either side."""
    return max(-_CERTAIN, min(_CERTAIN, math.log(max(p, _LEAST) / max(1 - p, _LEAST))))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))
