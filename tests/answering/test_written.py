"""What a generator wrote, beside what the reader found."""

from __future__ import annotations

import pytest

from rag.answering.written import names_another


@pytest.mark.parametrize(
    ("sentence", "spans", "expected"),
    [
        ("England [1]", ["South Africa"], True),
        ("South Africa. [1]", ["South Africa"], False),
        ("Africa's South", ["South Africa"], False),
        ("South Africa won the cup by beating England. [1]", ["Siya Kolisi"], False),
        ("The harbour has 22 cranes.", ["300"], False),
        ("Yes.", ["South Africa"], False),
        ("Three. [1]", ["3"], False),
        ("12", ["England", "12 points"], False),
    ],
)
def test_a_bare_name_must_be_one_that_was_found(
    sentence: str, spans: list[str], expected: bool
) -> None:
    assert names_another(sentence, spans) is expected
