import threading
from collections.abc import Mapping, Sequence

from rag import Article, Hit, ScoreParts
from rag.answering.passage_choice import read
from rag.generation import Message
from tests.fakes import FakeGenerator


class Inclined(FakeGenerator):
    """Refuses with the probability given for a word of the prompt."""

    def __init__(self, refusing: Mapping[str, float | None]) -> None:
        super().__init__("")
        self.by_word = refusing
        self.prompts: list[str] = []

    def inclination(
        self, messages: Sequence[Message], reply: str, *, stop: threading.Event | None = None
    ) -> float | None:
        self.prompts.append(messages[-1].content)
        return next(p for word, p in self.by_word.items() if word in messages[-1].content)


def hit(text: str, *, score: float) -> Hit:
    return Hit(Article(title="", text=text), text, 0, len(text), score, ScoreParts())


STORM, FERRY, VOTE = (
    hit("A storm.", score=1.0),
    hit("A ferry.", score=0.9),
    hit("A vote.", score=0.1),
)


def test_the_passage_least_inclined_to_be_refused_is_read() -> None:
    generator = Inclined({"storm": 0.9, "ferry": 0.1, "vote": 0.2})
    reading = read("What?", [STORM, FERRY, VOTE], generator=generator, max_new_tokens=10)
    assert reading.hits == (FERRY,)
    assert reading.inclination == 0.1
    assert reading.messages[-1].content == "[1]\nA ferry.\n\nQuestion: What?"
    # Each by itself, in the order found.
    assert [prompt.split()[2] for prompt in generator.prompts] == ["storm.", "ferry.", "vote."]


def test_the_score_of_the_search_counts_too() -> None:
    generator = Inclined({"storm": 0.5, "vote": 0.4})
    reading = read("What?", [STORM, VOTE], generator=generator, max_new_tokens=10)
    assert reading.hits == (STORM,)


def test_a_generator_that_cannot_tell_gets_all_passages_at_once() -> None:
    generator = Inclined({"": None})
    reading = read("What?", [STORM, FERRY], generator=generator, max_new_tokens=10)
    assert reading.hits == (STORM, FERRY)
    assert reading.inclination is None
    assert reading.messages[-1].content.startswith("[1]\nA storm.\n\n[2]\nA ferry.")


def test_a_clear_answer_ends_the_reading() -> None:
    generator = Inclined({"storm": 0.9, "ferry": 0.01, "vote": 0.001})
    reading = read("What?", [STORM, FERRY, VOTE], generator=generator, max_new_tokens=10)
    assert reading.hits == (FERRY,)
    assert len(generator.prompts) == 2


def test_one_who_stops_half_way_gets_what_was_read() -> None:
    generator = Inclined({"storm": 0.9, "ferry": None})
    reading = read("What?", [STORM, FERRY], generator=generator, max_new_tokens=10)
    assert reading.hits == (STORM,)
