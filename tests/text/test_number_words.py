"""Numbers in words, and what they count."""

from __future__ import annotations

import pytest

from rag.text.facts import numbers
from rag.text.number_words import spelled_numbers
from rag.text.quantities import figures


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seventeen dockers were hurt, four of them badly", [17, 4]),
        ("Half a dozen houses", [6]),
        ("one and a half million pounds", [1.5e6]),
        ("half a million", [5e5]),
        ("a hundred and five", [105]),
        ("twenty-one of the thirty", [21, 30]),
        ("two hundred thousand", [2e5]),
        ("three million, two hundred thousand and forty", [3_200_040]),
        ("two dozen", [24]),
        ("two and a half years", [2.5]),
        ("two and three", [2, 3]),
        ("two, three or four", [2, 3, 4]),
        ("a thousand", [1000]),
        ("one of the men, no one else, someone", []),
        ("the tenth, a tent, twofold, the ones", []),
        ("one hundred", [100]),
    ],
)
def test_spelled_numbers(text: str, expected: list[float]) -> None:
    assert spelled_numbers(text) == expected


def test_digits_and_words_are_one_value() -> None:
    assert numbers("1.5 million") == numbers("one and a half million") == {1.5e6}
    assert numbers("24") == numbers("two dozen")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seventeen dockers were hurt in the blast.", [((17.0,), "hurt docker")]),
        ("Half a dozen people died.", [((6.0,), "die")]),
        ("It was fined one and a half million pounds.", [((1.5e6,), "pound")]),
        ("Twenty-one people were injured.", [((21.0,), "hurt")]),
    ],
)
def test_figures_in_words(text: str, expected: list[tuple[tuple[float, ...], str]]) -> None:
    found = figures(text)
    assert [figure.values for figure in found] == [values for values, _ in expected]
    assert all(unit in figure.unit for figure, (_, unit) in zip(found, expected, strict=True))
