"""Names are told by their capitals, and first words of sentences are not taken for them."""

import pytest

from rag.text.names import frequent_names, names_part


def test_names_of_one_text_and_first_words_are_not_frequent() -> None:
    texts = ["Storms hit Hull.", "Storms hit Hull on Friday.", "Storms spared Rye."]
    assert frequent_names(texts, most=9) == [("Hull", 2)]
    assert frequent_names(texts, most=0) == []


def test_a_name_has_several_words_and_counts_once_per_text() -> None:
    texts = ["We met Ann of Hull and Ann of Hull's man.", "Bo saw Ann of Hull.", "He saw Bo Fisk."]
    assert frequent_names(texts, most=9) == [("Ann of Hull", 2)]


def test_a_part_of_what_was_asked_about_does_not_answer() -> None:
    text = "The Ann Borg Ferry was built by Ann Borg and Leo Borg Grech."
    ferry, builder = text.index("Ann"), text.rindex("Ann")
    assert names_part("who built the borg ferry", text, ferry, ferry + 8)
    assert not names_part("who built the borg ferry", text, builder, builder + 8)
    leo = text.index("Leo")
    assert not names_part("who helped borg", text, leo, leo + 8)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        # The same person with and without a title.
        ("We met President Ann Lee, and Sen. Bo Fisk.", [("Ann Lee", 2), ("Bo Fisk", 2)]),
        ("We met the President, the Prime Minister and a Senator.", []),
        ("So the European and the Russian owners left for Russia.", [("Russia", 2)]),
        ("So I'm here, and I'm late, said Ann.", [("Ann", 2)]),
        ("It ends here. * Sign up here to sign a form.", []),
        ("As told to the Coast Post in Hull.", [("Hull", 2)]),
        ("See the Hull Daily Crossword Puzzle And Quiz of Rye.", []),
    ],
)
def test_what_is_nobody_s_name_is_left_out(said: str, names: list[tuple[str, int]]) -> None:
    assert frequent_names([said, said], most=9, without=["coast post"]) == names
