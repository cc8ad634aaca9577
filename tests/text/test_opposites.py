"""Words whose opposite makes another fact."""

from __future__ import annotations

import pytest

from rag.text.opposites import (
    as_reported,
    asks_of_women,
    contrary,
    counts_another,
    leaves_open,
    tells_of_both,
)


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Who won the women's race?", "Kiptum won the men's race.", True),
        ("Who won the women's race?", "Men and women raced; Assefa won.", False),
        ("Why did Borg lose the election?", "Borg won the election.", True),
        ("Who won the election?", "Borg lost to Grech.", False),
        ("How much did prices rise?", "Prices fell by 3 percent.", True),
        ("How much did prices rise?", "Prices rose by 3 percent.", False),
        ("How many silver medals did Hull win?", "Hull won 38 gold medals.", True),
        ("How many silver medals did Hull win?", "Hull won 3 gold and 4 silver medals.", False),
        ("how much did probe 2 cost", "The mission, Probe-3, cost 75 million dollars.", True),
        ("how much did probe 2 cost", "Unlike Probe-3, Probe-2 cost 75 million dollars.", False),
        ("how much did probe 2 cost", "Probe II cost 75 million dollars.", False),
        ("how much did probe 2 cost", "Probe III cost 75 million dollars.", True),
        ("What happened on July 13?", "On July 14 a bridge fell.", False),
        ("How many people died?", "About 10,000 people are missing.", True),
        ("How many people died?", "12 were killed and 30 are missing.", False),
        ("When did the ferry sail?", "The ferry sailed on Monday.", False),
        ("When did Borg drop out?", "She ran after Borg gave up on Monday.", False),
        ("How far did prices drop?", "Prices are up by 3 percent.", True),
        ("Who came first?", "Borg came last.", True),
        ("Did Borg come top in round one?", "Borg was second in the first round.", True),
        ("How many came in the first week?", "Since it opened last Monday 12 came.", False),
        ("Where did the probe land?", "The probe was launched from Kourou.", True),
        ("Where did the probe land?", "The probe was launched in May and landed on Mars.", False),
    ],
)
def test_contrary(question: str, sentence: str, expected: bool) -> None:
    assert contrary(question, sentence) is expected


@pytest.mark.parametrize(
    ("word", "expected"), [("135", False), ("5,000", True), ("30", False), ("Beirut", False)]
)
def test_a_figure_is_of_the_outcome_that_its_part_tells(word: str, expected: bool) -> None:
    told = "The blast in Beirut, which 30 saw, killed 135 people and injured about 5,000."
    asked = "How many people died in the Beirut explosion?"
    assert counts_another(asked, told, told.index(word)) is expected


def test_a_report_on_two_races_must_say_which() -> None:
    assert asks_of_women("Who won the women's race?")
    assert not asks_of_women("Who won the men's race?")
    assert not asks_of_women("Did a man or a woman win the race?")
    assert tells_of_both("Borg is a man of few words. Vella won the women's race.")
    assert not tells_of_both("Borg came first in the women's race.")
    assert leaves_open("Borg came first.")
    assert not leaves_open("The first woman was Vella.")


def test_of_the_mens_race_a_report_says_the_race() -> None:
    asked = "Who won the men's race?"
    assert as_reported(asked, "Borg won the race.") == "Who won the race?"
    assert as_reported(asked, "Borg won the men's race.") == asked
    assert as_reported("Who won the women's race?", "Vella won.") == "Who won the women's race?"
