"""Names are known by their initials."""

from __future__ import annotations

import pytest

from rag.text.initials import is_long_form, long_form


def test_a_long_form_has_the_letters_of_the_short_one() -> None:
    assert is_long_form("Double Asteroid Redirection Test", "DART")
    assert is_long_form("Department of Justice", "doj")
    assert not is_long_form("NASA", "DART")


@pytest.mark.parametrize(
    ("short", "found"),
    [
        ("svb", "Silicon Valley Bank"),
        ("SBF", "Sam Bankman-Fried"),
        ("boe", "Bank of England"),
        ("nih", "National Institutes of Health"),
        ("cvb", ""),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_the_long_form_is_found_in_a_text(short: str, found: str) -> None:
    text = (
        "The collapsed Silicon Valley Bank's customers wait. In New York Sam Bankman-Fried "
        "and Can Very often met. The Bank of England asked the National Institutes of Health."
    )
    assert long_form(short, text) == found
