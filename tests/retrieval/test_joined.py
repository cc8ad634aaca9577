"""Several questions asked in one."""

from __future__ import annotations

import pytest

from rag.retrieval.joined import at_times, joined, of_both


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Who beat Borg in 2020, and whom did she beat in 2024?",
            ("Who beat Borg in 2020?", "Whom did she beat in 2024?"),
        ),
        ("when and where was Borg born", ("When was Borg born?", "Where was Borg born?")),
        ("Who won the race? And by how much?", ("Who won the race?", "By how much?")),
        ("Who won the election and by how many seats?",
         ("Who won the election?", "By how many seats?")),
        ("What did Borg say about who won and how the vote went?", ()),
        ("Which countries make and sell ships?", ()),
        ("Was Borg elected and when did she resign?", ()),
        ("Who leads Procter and Gamble?", ()),
    ],
)  # fmt: skip
def test_joined(question: str, expected: tuple[str, ...]) -> None:
    assert joined(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Which films were named best in 2020, 2023 and 2024?",
            tuple(f"Which film was named best in {year}?" for year in (2020, 2023, 2024)),
        ),
        (
            "which countries won the cup in 2014, 2018 and 2022",
            tuple(f"which country won the cup in {year}?" for year in (2014, 2018, 2022)),
        ),
        ("What was turnout in 2019 and 2024?", ()),
        ("Why did Borg, who won in 2019, lose in 2020 and not stand in 2024?", ()),
    ],
)
def test_at_times(question: str, expected: tuple[str, ...]) -> None:
    assert at_times(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "who won the men's and the women's race in Hull in 2023",
            (
                "who won the men's race in Hull in 2023?",
                "who won the women's race in Hull in 2023?",
            ),
        ),
        (
            "When do the girls' and boys' teams play?",
            ("When do the girls' teams play?", "When do the boys' teams play?"),
        ),
        ("Who won the women's race and the cup?", ()),
        ("Men's and women's races in Hull", ()),
    ],
)
def test_of_both(question: str, expected: tuple[str, ...]) -> None:
    assert of_both(question) == expected
