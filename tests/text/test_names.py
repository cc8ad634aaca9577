"""Names are told by their capitals, and first words of sentences are not taken for them."""

from rag.text.names import frequent_names


def test_names_of_one_text_and_first_words_are_not_frequent() -> None:
    texts = ["Storms hit Hull.", "Storms hit Hull on Friday.", "Storms spared Rye."]
    assert frequent_names(texts, most=9) == [("Hull", 2)]
    assert frequent_names(texts, most=0) == []


def test_a_name_has_several_words_and_counts_once_per_text() -> None:
    texts = ["We met Ann of Hull and Ann of Hull's man.", "Bo saw Ann of Hull.", "He saw Bo Fisk."]
    assert frequent_names(texts, most=9) == [("Ann of Hull", 2)]
