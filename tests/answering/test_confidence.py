from __future__ import annotations

import math

import pytest

from rag.answering.confidence import best_score, confidence, log_odds
from rag.types import Article, Confidence, Hit, ScoreParts


def probability(score: float, strength: float, inclination: float | None) -> float:
    return confidence(score, strength, inclination).probability


def test_it_rises_with_the_evidence_and_falls_with_the_inclination_to_refuse() -> None:
    assert probability(0.5, 1.5, 0.5) < probability(0.7, 1.5, 0.5) < probability(0.9, 1.5, 0.5)
    assert probability(0.8, 2.0, 0.9) < probability(0.8, 2.0, 0.5) < probability(0.8, 2.0, 0.1)
    assert probability(0.6, 1.0, None) < probability(0.8, 1.0, None) < probability(0.8, 2.0, None)


def test_it_is_a_logistic_function_of_them() -> None:
    # -9.74 + 10.56 * 0.9 - 0.55 * ln(0.5 / 0.5) = -0.236
    assert probability(0.9, 2.0, 0.5) == pytest.approx(1 / (1 + 2.718281828**0.236))
    # -9.77 + 9.15 * 0.9 + 1.06 * 2 = 0.585
    assert probability(0.9, 2.0, None) == pytest.approx(1 / (1 + 2.718281828**-0.585))


def test_the_strength_counts_only_where_the_generator_cannot_tell() -> None:
    assert probability(0.8, 1.0, 0.5) == probability(0.8, 3.0, 0.5)
    assert probability(0.8, 1.0, None) < probability(0.8, 3.0, None)


@pytest.mark.parametrize("inclination", [0.0, 0.5, 1.0, None])
def test_without_evidence_there_is_none(inclination: float | None) -> None:
    assert probability(1.0, 0.0, inclination) == 0.0
    assert 0 < probability(1.0, 3.0, inclination) < 1


@pytest.mark.parametrize(("p", "expected"), [(0.5, 0.0), (0.9, math.log(9)), (0.1, -math.log(9))])
def test_log_odds(p: float, expected: float) -> None:
    assert log_odds(p) == pytest.approx(expected)


def test_log_odds_are_finite_at_the_ends() -> None:
    assert (log_odds(0.0), log_odds(1.0)) == (-8.0, 8.0)


def test_it_says_what_it_was_worked_out_from() -> None:
    found = confidence(0.9, 2.0, 0.5)
    assert found == Confidence(probability(0.9, 2.0, 0.5), 0.9, 2.0, 0.5)


def test_the_best_score_of_several_hits() -> None:
    def hit(score: float) -> Hit:
        return Hit(Article("", "Text."), "Text.", 0, 5, score, ScoreParts())

    assert best_score([hit(0.5), hit(0.7), hit(0.6)]) == 0.7
    assert best_score([]) == 0.0
