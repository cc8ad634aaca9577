import pytest

from rag.text.facts import denies, names, numbers, numbers_told, spelled_date, years


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 million people", {3e6}),
        ("3,000,000 people", {3e6}),
        ("$4.5bn, up from $4.5 billion", {4.5e9}),
        ("a 3-million-dollar bid", {3e6}),
        ("Two of the twelve", {2, 12}),
        ("0.25 to 0.5 percent", {0.25, 0.5}),
        ("on 18 February 2021.", {18, 2021}),
        ("the G20 and COVID-19", {19}),
        ("no figures here", set()),
    ],
)
def test_numbers_are_compared_as_values(text: str, expected: set[float]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the third of two ferries", {3, 2}),
        ("Artemis I flew before Apollo XI", {1, 11}),
        ("It is one of 12, and I know it", {1, 12}),
        ("the X and the CIVIL list", set()),
    ],
)
def test_an_order_and_a_series_tell_numbers(text: str, expected: set[float]) -> None:
    assert numbers_told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The minister met Vladimir Putin’s envoy", {"vladimir", "putin"}),
        ("Haftar arrived in Moscow", {"moscow"}),
        ("Khalifa Haftar arrived", {"khalifa", "haftar"}),
        ("“Nobody knows,” said Mr Bean", {"mr", "bean"}),
        ("nothing in capitals", set()),
    ],
)
def test_names_are_capitalised_words_but_for_a_lone_first_one(
    text: str, expected: set[str]
) -> None:
    assert names(text) == expected


def test_years_are_four_digits_of_two_centuries() -> None:
    assert years("From 1999 to 2021, 20210 people and 1066") == {"1999", "2021"}


def test_spelled_date_writes_an_iso_date_in_words() -> None:
    assert spelled_date("2021-02-18") == "18 February 2021"
    assert spelled_date(None) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It did not rain", True),
        ("It didn’t rain", True),
        ("The army denied it", True),
        ("It rained", False),
        ("The knot held", False),
    ],
)
def test_denies_finds_a_negation(text: str, expected: bool) -> None:
    assert denies(text) is expected
