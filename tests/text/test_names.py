"""Names are told by their capitals, and first words of sentences are not taken for them."""

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
