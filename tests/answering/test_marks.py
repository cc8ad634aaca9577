import pytest

from rag.answering.marks import leading_marks, split_marks


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
