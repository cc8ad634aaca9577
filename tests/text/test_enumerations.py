"""The items that a sentence lists."""

from __future__ import annotations

import pytest

from rag.text.enumerations import enumeration
from rag.types import Span


@pytest.mark.parametrize(
    ("sentence", "item", "expected"),
    [
        (
            "Among the guests were the mayor, Ann Borg, Captain Leo Grech of Malta and Prince Ole.",
            "Ann Borg",
            "the mayor, Ann Borg, Captain Leo Grech of Malta and Prince Ole",
        ),
        ("It joined dishes in Chile, Spain and Peru so that they act as one.", "Spain",
         "Chile, Spain and Peru"),
        ("They fly to Peru, Chile, and other towns.", "Peru", "Peru, Chile, and other towns"),
        ("Malta is the fourth, after Italy, Spain and France.", "Italy", "Italy, Spain and France"),
        ("On Monday, Borg, the minister, met Grech and Muscat in Rome.", "Grech", "Grech"),
        ("Borg won the race, Grech came second and Muscat third.", "Borg", "Borg"),
        ("Ann Borg, 37, died in Rome.", "Rome", "Rome"),
        ("Borg and Grech won.", "Borg", "Borg"),
    ],
)  # fmt: skip
def test_a_list_is_taken_whole(sentence: str, item: str, expected: str) -> None:
    start = sentence.index(item)
    found = enumeration(sentence, Span(start, start + len(item)))
    assert sentence[found.start : found.end] == expected
