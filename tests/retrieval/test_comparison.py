"""Questions that compare are taken apart; others stay whole."""

from __future__ import annotations

import pytest

from rag.retrieval.comparison import Comparison, comparison


def parts(found: Comparison | None) -> tuple[str, ...]:
    return tuple(part.question for part in found.parts) if found else ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Compare the UK elections of 2019 and 2024",
            ("the UK elections of 2019?", "the UK elections of 2024?"),
        ),
        (
            "unemployment in May 2020 vs June 2021",
            ("unemployment in May 2020?", "unemployment in June 2021?"),
        ),
        (
            "What was the turnout in Malta in 2017 compared with 2022?",
            ("What was the turnout in Malta in 2017?", "What was the turnout in Malta in 2022?"),
        ),
        (
            "How many people flew in 2019 and in 2021?",
            ("How many people flew in 2019?", "How many people flew in 2021?"),
        ),
        (
            "which bridge is longer, the Humber Bridge or the Severn Bridge?",
            ("How long is the Humber Bridge?", "How long is the Severn Bridge?"),
        ),
        (
            "what was more dangerous the fire or the flood",
            ("How dangerous was the fire?", "How dangerous was the flood?"),
        ),
        (
            "Which club scored more goals, Ajax or Porto?",
            ("How many goals were scored by Ajax?", "How many goals were scored by Porto?"),
        ),
        (
            "Did the party win more seats in Hull or in Rye?",
            (
                "How many seats did the party win in Hull?",
                "How many seats did the party win in Rye?",
            ),
        ),
        (
            "How much taller is the spire of Ulm than the spire of Cologne?",
            ("How tall is the spire of Ulm?", "How tall is the spire of Cologne?"),
        ),
        (
            "compare inflation in France and Germany",
            ("inflation in France?", "inflation in Germany?"),
        ),
        (
            "What is the difference between the ferry strike and the rail strike?",
            ("the ferry strike?", "the rail strike?"),
        ),
        (
            "death toll of the Rye storm versus that of the Hull flood",
            ("death toll of the Rye storm?", "death toll of the Hull flood?"),
        ),
        ("how do Ann Lee and Bo Hay differ", ("Ann Lee?", "Bo Hay?")),
        ("How did the ferry strike differ from the fire?", ("the ferry strike?", "the fire?")),
        ("how does the ferry compare with the tram", ("the ferry?", "the tram?")),
        (
            "Which mirror is larger, Hale's or Keck's?",
            ("How large is Hale's mirror?", "How large is Keck's mirror?"),
        ),
        (
            "who was older when elected, Ann Lee or Bo Hay",
            ("How old was Ann Lee when elected?", "How old was Bo Hay when elected?"),
        ),
        (
            "Was turnout in Malta higher in 2019 or in 2024?",
            ("How high was turnout in Malta in 2019?", "How high was turnout in Malta in 2024?"),
        ),
        (
            "What happened later, the flood in Rye or the fire in Hull?",
            ("When was the flood in Rye?", "When was the fire in Hull?"),
        ),
        (
            "Which cost more, the tram or the bus?",
            ("How much did the tram cost?", "How much did the bus cost?"),
        ),
        (
            "Which firm was worth more in May 2020, Acme or Bolt?",
            ("How much was Acme worth in May 2020?", "How much was Bolt worth in May 2020?"),
        ),
        (
            "Which lasted longer, the ferry strike or the rail strike?",
            ("How long was the ferry strike?", "How long was the rail strike?"),
        ),
        (
            "Did more people drown in Rye or in Hull in the floods?",
            (
                "How many people drown in Rye in the floods?",
                "How many people drown in Hull in the floods?",
            ),
        ),
        ("Is Ulm higher than Cologne?", ("How high is Ulm?", "How high is Cologne?")),
        (
            "compare prices in Rye and in Hull in 2022",
            ("prices in Rye in 2022?", "prices in Hull in 2022?"),
        ),
        (
            "How many seats did the Greens win in 2019 compared with Unity in 2024?",
            ("How many seats did the Greens win in 2019?", "How many seats did Unity win in 2024?"),
        ),
    ],
)
def test_what_is_asked_of_each(question: str, expected: tuple[str, ...]) -> None:
    assert parts(comparison(question)) == expected


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who won the election?",
        "Which five countries joined?",
        "What happened between 2019 and 2024?",
        "How did prices change from May 2020 to June 2021?",
        "Did Ann Lee and Bo Hay meet?",
        "How many more people died?",
        "Why did Hull lose the final against Rye?",
        "Who is older?",
        "What did the WHO say about Covid-19 and monkeypox?",
        "Who beat Ann Lee or her party?",
        "Was Ann Lee in Hull in 2019 and in 2021?",
        "Who was the first to win in Rye or in Hull?",
        "Where did Borg go before the talks in Malta and Gozo?",
        "What flows after Bingen and Bonn?",
    ],
)
def test_other_questions_stay_whole(question: str) -> None:
    assert comparison(question) is None


@pytest.mark.parametrize(
    ("question", "names", "wants"),
    [
        ("Which bridge is longer, the Humber or the Severn?", ("the Humber", "the Severn"), "more"),
        ("which was cheaper, the tram or the bus?", ("the tram", "the bus"), "less"),
        (
            "Which fire killed more people, the one in Hull or the Rye fire?",
            ("the fire in Hull", "the Rye fire"),
            "more",
        ),
        ("Did Rye win fewer cups in May or in June?", ("in May", "in June"), "less"),
        ("How much taller is Ulm than Cologne?", ("Ulm", "Cologne"), "difference"),
        ("which runner was faster, Ann Lee or Bo Hay", ("Ann Lee", "Bo Hay"), "faster"),
        ("which club was better, Ajax or Porto", ("Ajax", "Porto"), ""),
        ("Which came first, the flood or the fire?", ("the flood", "the fire"), "less"),
        ("Was Ulm older than Cologne?", ("Ulm", "Cologne"), "more"),
        ("compare inflation in France and Germany", ("France", "Germany"), ""),
    ],
)
def test_what_is_wanted_of_both(question: str, names: tuple[str, str], wants: str) -> None:
    found = comparison(question)
    assert found is not None
    assert tuple(part.name for part in found.parts) == names
    assert found.wants == wants
