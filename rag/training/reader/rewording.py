"""Questions in other words, as people ask who do not know the words of the article.

Those who wrote the question sets had the passage before them, and used its words. A generator puts
their questions in everyday ones: "chopper" for "helicopter". What it changes beyond that is noticed
by the reader, which then finds another answer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import TrainingError
from rag.generation import Generator, Message
from rag.reading import Asked, Reader
from rag.training.reader.lessons import Lesson, read_records
from rag.training.reader.negatives import beside, swapped, without_sentence
from rag.types import Passage

if TYPE_CHECKING:
    from rag.reading import Reading

_TASK = (
    "Each question is asked again in plain everyday words: other verbs and nouns, all names kept, "
    "the same meaning. Answer with the question alone."
)
_EXAMPLES = (
    (
        "In what year was the Eiffel Tower completed?",
        "when did they finish building the eiffel tower",
    ),
    (
        "What was the name of the ship that sank off the coast of Ireland in 1915?",
        "which boat went down near ireland in 1915",
    ),
    (
        "How many people were employed by the company at the time of its collapse?",
        "how big was the firm's staff when it went under",
    ),
    (
        "Who was appointed as governor of Hunan after the rebellion?",
        "who got to run Hunan once the uprising was over",
    ),
    (
        "What did the committee recommend in order to reduce costs?",
        "what was the panel's advice for saving money",
    ),
    ("Why was the concert in Leeds cancelled?", "what made them call off the show in Leeds"),
    (
        "Where did the talks between Churchill and Stalin take place?",
        "in which town did Churchill and Stalin meet",
    ),
    (
        "What percentage of voters supported the proposal?",
        "what share of people backed the plan at the ballot",
    ),
    (
        "What is the main cause of erosion along the river?",
        "what mostly wears away the banks of the river",
    ),
    ("When was the senator arrested?", "what day did the police pick up the senator"),
    (
        "What material were the walls of the temple made from?",
        "what did they use to build the temple's walls",
    ),
    ("Who defeated Agassi in the final?", "which player knocked out Agassi in the last match"),
)
_NEW_TOKENS = 40
# Words of a question in other words.
_LONG = (3, 26)
_DIGITS = re.compile(r"\d+")
_NAMES = re.compile(r"(?<=\s)[A-Z]\w+")
_WORDS = re.compile(r"\w+")
# Log-odds below which a rewording mostly asks for something else, as reading forty of them showed.
_DOUBTFUL = -3.5
# Share of characters in common from which two spans are taken for the same answer.
_SAME = 0.5
# Spans of the reader of which one must be the answer still.
_LOOKED_AT = 2
_READ_AT_ONCE = 16


def reword(question: str, *, generator: Generator) -> str:
    """Return `question` in other words by `generator`; empty when what it wrote cannot be used."""
    messages = [Message("system", _TASK)]
    for asked, again in _EXAMPLES:
        messages += [Message("user", asked), Message("assistant", again)]
    messages.append(Message("user", question))
    written = "".join(generator.stream(messages, max_new_tokens=_NEW_TOKENS)).strip()
    new = written.splitlines()[0].strip() if written else ""
    return new if _is_usable(question, new) else ""


def read_rewordings(path: Path) -> dict[str, str]:
    """Return the rewordings in a file of JSON lines, by the question in lower case.

    Raises `TrainingError` for a file that `rag train reword` did not write.
    """
    try:
        return {
            record["question"].casefold(): record["reworded"]
            for record in read_records(path)
            if record["reworded"]
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(
            f"{path} holds no rewordings; `rag train reword` writes such files"
        ) from error


def reworded(
    lessons: Iterable[Lesson], rewordings: Mapping[str, str], *, reader: Reader
) -> Iterator[Lesson]:
    """Yield the lessons that have a rewording, with it for their question.

    Of those with an answer, the ones of which `reader` still finds it among its first spans.
    """
    found = [
        replace(lesson, question=new, source=f"{lesson.source}/reworded")
        for lesson in lessons
        if not lesson.verdict and (new := rewordings.get(lesson.question.casefold()))
    ]
    yield from (lesson for lesson in found if not lesson.spans)
    answered = [lesson for lesson in found if lesson.spans]
    for at in range(0, len(answered), _READ_AT_ONCE):
        part = answered[at : at + _READ_AT_ONCE]
        asked = [Asked(item.question, (Passage(item.heading, item.text),)) for item in part]
        for lesson, (reading,) in zip(part, reader.read_together(asked), strict=True):
            if _finds(reading, lesson):
                yield lesson


def not_told(
    lessons: Sequence[Lesson],
    *,
    pool: Sequence[Lesson],
    search: Callable[[str], list[tuple[str, str]]],
    rng: random.Random,
) -> Iterator[Lesson]:
    """Yield lessons that do not answer, for about half of `lessons` that do.

    The sentence with the answer is left out, a name or number is changed for one of `pool`, or the
    passage for another that `search` finds.
    """
    makers: tuple[Callable[[Lesson], Lesson | None], ...] = (
        without_sentence,
        lambda lesson: next(iter(beside(lesson, search(lesson.question), most=1)), None),
        lambda lesson: swapped(lesson, pool, rng),
    )
    for lesson in lessons:
        if lesson.spans and rng.random() < 0.6:
            (make,) = rng.choices(makers, weights=(25, 20, 15))
            if made := make(lesson):
                yield made


def _is_usable(question: str, new: str) -> bool:
    """Tell whether it is a question of its own with all names and no new number."""
    numbers = set(_DIGITS.findall(new)) <= set(_DIGITS.findall(question))
    names = set(map(str.casefold, _NAMES.findall(question))) <= {*_WORDS.findall(new.casefold())}
    same = new.casefold().rstrip(" ?") == question.casefold().rstrip(" ?")
    return _LONG[0] <= len(new.split()) <= _LONG[1] and numbers and names and not same


def _finds(reading: Reading, lesson: Lesson) -> bool:
    """Tell whether one of the reader's first spans lies about where the answer is."""
    return reading.answered >= _DOUBTFUL and any(
        _shared(item.start, item.end, span.start, span.end) >= _SAME
        for item in reading.candidates[:_LOOKED_AT]
        for span in lesson.spans
    )


def _shared(start: int, end: int, other_start: int, other_end: int) -> float:
    """Return what share two spans have in common of what either holds."""
    common = max(0, min(end, other_end) - max(start, other_start))
    return common / (max(end, other_end) - min(start, other_start))
