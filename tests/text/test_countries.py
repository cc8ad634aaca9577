"""Names of countries in their several forms."""

from __future__ import annotations

import pytest

from rag.text.countries import is_country, same_name
from rag.text.sentences import stem


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Brazil", "Brazilian", True),
        ("UK", "Britain", True),
        ("American", "US", True),
        ("French", "France", True),
        ("Chile", "China", False),
        ("Iran", "Iraq", False),
        ("Niger", "Nigeria", False),
        ("German", "Germany", True),
        ("Austria", "Australia", False),
    ],
)
def test_a_country_and_its_people_have_the_same_name(one: str, other: str, expected: bool) -> None:
    assert same_name(stem(one.lower()), stem(other.lower())) is expected


def test_which_names_have_forms_that_do_not_begin_alike() -> None:
    assert is_country(stem("dutch"))
    assert not is_country(stem("tesla"))
