"""What a search found, scored by hand, and its line of the table."""

from __future__ import annotations

import pytest

from eval.metrics import Ranking
from eval.questions import Question
from eval.retrieval import Found, measure, to_row
from rag import Article


@pytest.fixture
def news(archive):
    archive.ingest(
        [
            Article("", "Storm closes harbour.", id="storm"),
            Article("", "Storm and flood close the school for 3 days.", id="flood"),
            Article("", "Vaccine trial ends.", id="trial"),
        ]
    )
    return archive


@pytest.mark.parametrize(
    ("gold", "answers", "expected"),
    [
        ("storm", ("harbour",), (1, 1, 1, 1, 1, 1, 1)),
        # Second of the articles; nDCG is 1 / log2(3).
        ("flood", ("3 days",), (0, 1, 1, 1 / 2, 0.6309, 1, 1)),
        # The answer is in the passages, but of another article than was wanted.
        ("elsewhere", ("3 days",), (0, 0, 0, 0, 0, 1, 0)),
    ],
)
def test_figures_of_a_question(news, gold, answers, expected):
    question = Question(
        "q", "Which storm closed the harbour?", answers=answers, gold_articles=(gold,)
    )
    (found,) = measure(news, [question])
    assert found.figures == pytest.approx(expected, abs=1e-4)
    assert found.seconds > 0


def test_a_line_has_means_intervals_and_milliseconds():
    good, bad = Ranking(1, 1, 1, 1, 1), Ranking(0, 1, 1, 0.5, 0.6)
    found = [Found(good, True, True, 0.010), Found(bad, False, True, 0.030)]
    cells = to_row(found)
    assert cells[0] == "0.500 [0.000, 1.000]"
    assert cells[1] == "1.000 [1.000, 1.000]"
    assert cells[5].startswith("0.500")
    assert cells[-1] == "20 / 29"
