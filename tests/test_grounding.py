import pytest

from rag import Article, Hit, ScoreParts
from rag.evidence import Evidence, collect
from rag.grounding import best_support, coverage, leading_marks, split_marks, supports

QUOTE = "The ferry Aurora sank off Malta on Friday, and 12 of its 40 passengers drowned."


@pytest.mark.parametrize(
    ("text", "claim", "marks"),
    [
        ("It sank. [1]", "It sank.", (1,)),
        ("It sank [2][1].", "It sank.", (2, 1)),
        ("It sank [1, 3].", "It sank.", (1, 3)),
        ("It sank [1] [1].", "It sank.", (1,)),
        ("It sank.", "It sank.", ()),
        ("An array [sic] stays", "An array [sic] stays", ()),
    ],
)
def test_split_marks(text: str, claim: str, marks: tuple[int, ...]) -> None:
    assert split_marks(text) == (claim, marks)


def test_leading_marks_are_split_off() -> None:
    assert leading_marks("[1][2] Next") == (" [1][2]", "Next")
    assert leading_marks("Next [1]") == ("", "Next [1]")


@pytest.mark.parametrize(
    "claim",
    [
        QUOTE,
        "The ferry Aurora sank on Friday.",
        "12 of the 40 passengers drowned.",
        "Twelve passengers drowned off Malta.",
        "The Aurora's passengers drowned.",
    ],
)
def test_a_claim_the_quote_makes_is_supported(claim: str) -> None:
    assert supports(claim, QUOTE)


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("The ferry Aurora sank off Malta on Friday, and 14 drowned.", "another number"),
        ("The ferry Borealis sank off Malta on Friday.", "another name"),
        ("The ferry Aurora sank off Cyprus on Friday.", "another place"),
        ("The ferry Aurora did not sink off Malta on Friday.", "denied"),
        ("The ferry Aurora was sold to a German bank last spring.", "other words"),
        ("[1]", "nothing said"),
        ("", "nothing said"),
        ("It was.", "nothing said"),
    ],
)
def test_a_claim_the_quote_does_not_make_is_not(claim: str, why: str) -> None:
    assert not supports(claim, QUOTE), why


def test_names_may_stand_before_the_quote_but_numbers_may_not() -> None:
    quote = "He arrived in the capital on Thursday."
    lead = "Haftar visits Moscow 31 May 2019 General Haftar was received with honours."
    assert supports("Haftar arrived in the capital on Thursday.", quote, lead=lead)
    assert supports("In 2019 Haftar arrived in the capital on Thursday.", quote, lead=lead)
    assert not supports("Haftar arrived in the capital on 31 May.", quote, lead=lead)


def test_coverage_is_the_share_of_content_words() -> None:
    # "ferry", "sank" of "ferry", "sank", "quickly"; the stem of "ferries" is that of "ferry",
    # and the number is not counted.
    assert coverage("The 2 ferries sank quickly", QUOTE) == pytest.approx(2 / 3)
    # Nothing but a number, which is checked as one.
    assert coverage("2", QUOTE) == 1.0


def _evidence() -> list[Evidence]:
    article = Article(title="Ferry", text=f"Calm seas were forecast. {QUOTE}", id="a")
    other = Article(title="Oil", text="Oil prices rose by 3 percent.", id="b")
    parts = ScoreParts()
    return collect(
        [
            Hit(article, article.text, 0, len(article.text), 1.0, parts),
            Hit(other, other.text, 0, len(other.text), 0.5, parts),
        ]
    )


def test_collect_keeps_offsets_into_the_article() -> None:
    found = _evidence()
    assert [(item.passage, item.quote) for item in found] == [
        (1, "Calm seas were forecast."),
        (1, QUOTE),
        (2, "Oil prices rose by 3 percent."),
    ]
    assert all(item.article.text[item.start : item.end] == item.quote for item in found)
    assert found[1].lead == "Ferry Calm seas were forecast."


def test_a_wrong_mark_is_mended_and_an_unsupported_claim_is_not() -> None:
    found = best_support("The ferry Aurora sank on Friday.", [2], _evidence())
    assert found is not None
    assert found.quote == QUOTE
    assert best_support("The ferry Aurora was raised on Sunday.", [1], _evidence()) is None
