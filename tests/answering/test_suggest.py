"""Questions to go on with are made of the articles, and lead back to them."""

from __future__ import annotations

import pytest

from rag import Answer, AnswerKind, Archive, Article, Citation
from rag.answering.suggest import suggest
from rag.types import Hit, ScoreParts
from tests.fakes import FakeReader

STRIKE = Article(
    "Ferry strike at Port Rye",
    "The ferry strike closed Port Rye on Monday. Anna Leeson, who leads the Harbour Union, spoke. "
    "About 900 people were stranded at the harbour of Port Rye, police said. "
    "Blue Star, the largest ferry, stayed in Port Rye.",
    id="strike",
)
# To the fake embedder, which counts words, this is less like a question without any of them.
OTHER = "Election, vote, court, trial: Hull asked a minister for oil, a school and a hospital."


@pytest.fixture
def port(archive: Archive) -> Archive:
    archive.ingest([STRIKE, Article("A vote", OTHER, id="vote")])
    return archive


def answered(question: str, *, short: str = "") -> Answer:
    cited = Citation(1, STRIKE, STRIKE.text[:43], 0, 43)
    return Answer(question, "It closed. [1]", False, citations=(cited,), short=short)


def test_after_an_answer_people_numbers_and_the_subject(port: Archive) -> None:
    made = suggest(answered("What closed?"), archive=port, reader=FakeReader())
    assert made == (
        "Who is Anna Leeson?",
        "How many people were stranded at the harbour of Port Rye?",
        "What is known about Port Rye?",
    )


def test_what_was_asked_or_answered_is_not_asked_again(port: Archive) -> None:
    made = suggest(answered("What closed?", short="Anna Leeson"), archive=port, reader=FakeReader())
    assert "Who is Anna Leeson?" not in made


def test_a_figure_that_was_answered_is_not_asked_for_in_other_words(port: Archive) -> None:
    said = answered("how many could not go on", short="About 900")
    made = suggest(said, archive=port, reader=FakeReader())
    assert made == ("Who is Anna Leeson?", "What is known about Port Rye?")


def refused(question: str) -> Answer:
    near = Hit(STRIKE, STRIKE.text, 0, len(STRIKE.text), 0.2, ScoreParts())
    text = "Not in the articles."
    return Answer(question, text, True, hits=(near,), kind=AnswerKind.REFUSAL)


def test_after_a_refusal_two_on_what_it_named(port: Archive) -> None:
    made = suggest(refused("Who is the mayor of Rye?"), archive=port, reader=FakeReader())
    assert made == (
        "How many people were stranded at the harbour of Port Rye?",
        "What is known about Port Rye?",
    )


@pytest.mark.parametrize(
    "question",
    [
        # Words that are no names say nothing of what a question is on.
        "How many people were stranded on the moon?",
        "Who won the cup?",
        # That would be the same again.
        "What is known about Port Rye?",
    ],
)
def test_after_a_refusal_nothing_of_what_it_did_not_name(port: Archive, question: str) -> None:
    made = suggest(refused(question), archive=port, reader=FakeReader())
    assert not {"Who is Anna Leeson?", "What is known about Port Rye?"} & {*made}


class _Blind(FakeReader):
    """Finds nothing anywhere."""

    def read(self, question, passages, *, stop=None):  # type: ignore[no-untyped-def]
        return super().read("unheard words", passages, stop=stop)


def test_what_the_reader_does_not_find_again_is_not_offered(port: Archive) -> None:
    made = suggest(answered("What closed?"), archive=port, reader=_Blind())
    assert made == ("What is known about Port Rye?",)


def test_talk_goes_on_by_itself(port: Archive) -> None:
    assert suggest(Answer("hi", "Hello.", False, kind=AnswerKind.TALK), archive=port) == ()


def test_a_small_word_before_a_name_is_no_part_of_it(archive: Archive) -> None:
    text = "For Sarina Wiegman, the coach of England, it was a second lost final in a row."
    archive.ingest([Article("The final", text, id="final")])
    cited = Citation(1, archive.article("final"), text, 0, len(text))
    said = Answer("Who lost?", "It lost. [1]", False, citations=(cited,))
    assert suggest(said, archive=archive, reader=FakeReader()) == ("Who is Sarina Wiegman?",)


def test_only_people_are_asked_after_by_who(archive: Archive) -> None:
    text = (
        "Exelon Corporation, the owner, closed it. Anna Leeson, who leads the Harbour Union, spoke."
    )
    archive.ingest([Article("The plant", text, id="plant")])
    cited = Citation(1, archive.article("plant"), text, 0, len(text))
    said = Answer("What closed?", "It. [1]", False, citations=(cited,))
    assert suggest(said, archive=archive, reader=FakeReader()) == ("Who is Anna Leeson?",)


def test_what_stands_in_no_sentence_is_no_name(archive: Archive) -> None:
    text = "Happy Passover. Bread is out.\n\nHappy Passover. The Nile Cup was held, the Nile Cup."
    archive.ingest([Article("Happy Passover and the Nile Cup", text, id="list")])
    cited = Citation(1, archive.article("list"), text, 0, len(text))
    said = Answer("What was held?", "It. [1]", False, citations=(cited,))
    made = suggest(said, archive=archive, reader=FakeReader())
    assert made == ("What is known about the Nile Cup?",)


def test_what_follows_in_its_sentence_is_left_out(archive: Archive) -> None:
    text = "About 900 people were stranded in Rye after a storm closed the port of Hull, it said."
    archive.ingest([Article("A storm", text, id="storm")])
    cited = Citation(1, archive.article("storm"), text, 0, len(text))
    said = Answer("What closed?", "It. [1]", False, citations=(cited,))
    made = suggest(said, archive=archive, reader=FakeReader())
    assert made == ("How many people were stranded in Rye?",)
