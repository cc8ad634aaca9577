"""Figures with their units."""

from __future__ import annotations

import datetime as dt

import pytest

from rag.text.measures import Measure, dates, measure, measures, told, unit_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27", Measure(27.0, "")),
        ("four Oscars", Measure(4.0, "")),
        ("just over 67 percent", Measure(67.0, "percent")),
        ("about $2.7 billion", Measure(2.7e9, "$")),
        ("300 metres", Measure(300.0, "metres")),
        ("2 kilometres", Measure(2000.0, "metres")),
        ("1.8 kilograms", Measure(1800.0, "grams")),
        ("2 tonnes", Measure(2e6, "grams")),
        ("2:01:09", Measure(7269.0, "seconds")),
        ("2 hours, 1 minute and 9 seconds", Measure(7269.0, "seconds")),
        ("2 hours and 35 seconds", Measure(7235.0, "seconds")),
        ("between 10 and 20 cranes", None),
        ("the harbour", None),
    ],
)
def test_measure(text: str, expected: Measure | None) -> None:
    assert measure(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27", [Measure(27.0, "")]),
        ("between 5.25 and 5.5 percent", [Measure(5.25, "percent", 5.5)]),
        ("0.25 to 0.5 percent", [Measure(0.25, "percent", 0.5)]),
        ("$2 to $3 million", [Measure(2e6, "$", 3e6)]),
        (
            "about 6 billion rupees, or 75 million dollars",
            [Measure(6e9, "rupee"), Measure(75e6, "$")],
        ),
        ("the harbour", []),
        ("", []),
    ],
)
def test_measures(text: str, expected: list[Measure]) -> None:
    assert measures(text) == expected


def test_a_range_exceeds_what_lies_below_all_of_it() -> None:
    (wide,) = measures("between 5 and 6 percent")
    assert wide.exceeds(Measure(4.0, "percent"))
    assert not wide.exceeds(Measure(5.5, "percent"))
    assert not Measure(5.5, "percent").exceeds(wide)


def test_dates_are_days_in_a_row() -> None:
    seen = dt.date(2022, 3, 27)
    (day,) = dates("on 8 March 2022", seen=seen)
    (month,) = dates("in April 2022", seen=seen)
    assert month.exceeds(day)
    assert month.most - month.value == 29
    assert told(Measure(month.value - day.value, "days")) == "24 days"
    assert dates("in the harbour", seen=seen) == []


@pytest.mark.parametrize(
    ("text", "unit"),
    [("3 km", "metres"), ("5 days", "seconds"), ("2 tonnes", "grams"), ("no", None)],
)
def test_unit(text: str, unit: str | None) -> None:
    assert unit_of(text) == unit
