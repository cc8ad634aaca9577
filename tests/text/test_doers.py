"""Who does what a question asks about."""

from __future__ import annotations

import pytest

from rag.text.doers import does_another, is_done_to, is_namesake

_CROWNED = "Borg, 74, became king when his mother, Ann II, died in September."


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("When did King Borg die?", _CROWNED, True),
        ("when did king borg die", _CROWNED, True),
        ("When did Ann II die?", _CROWNED, False),
        ("When did Borg become king?", _CROWNED, False),
        ("When did King Borg die?", "Borg died in May, after Ann died in April.", False),
        ("Why did Borg resign?", "The minister left because Grech resigned.", False),
        ("Why did Borg resign?", "Borg left the room after Grech resigned.", True),
        ("Who died?", _CROWNED, False),
    ],
)
def test_does_another(question: str, sentence: str, expected: bool) -> None:
    assert does_another(question, sentence) is expected


@pytest.mark.parametrize(
    ("question", "after", "expected"),
    [
        ("Who crowned Charles?", ", his wife, was crowned afterwards.", True),
        ("who replaced Borg", " was later replaced.", True),
        ("Which company bought the port?", " has been bought by Grech.", True),
        ("Who was crowned?", " was crowned.", False),
        ("Who crowned Charles?", " crowned him.", False),
        ("Who won the race?", " was beaten.", False),
        ("What is needed for a fire?", " is needed for it.", False),
    ],
)
def test_what_it_is_done_to_does_not_do_it(question: str, after: str, expected: bool) -> None:
    assert is_done_to(question, after) is expected


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("Who built the Borg ferry?", "The ferry is named after the engineer ", True),
        ("who designed the hall", "A hall in memory of ", True),
        ("Who is the Borg ferry named after?", "The ferry is named after ", False),
        ("Who built the ferry?", "The ferry was built after ", False),
        ("What did the minister demand?", "The minister called for ", False),
    ],
)
def test_whose_name_a_thing_has_did_nothing_to_it(
    question: str, before: str, expected: bool
) -> None:
    assert is_namesake(question, before) is expected
