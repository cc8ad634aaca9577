"""Say what became of a newcomer's question: right, partly, wrong, false or refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.metrics import contains_answer, gold_name, is_yes_no, normalise_answer
from eval.newcomers.sets import Row
from rag.answering.marks import strip_marks
from rag.answering.talk.recognise import recognise
from rag.text.facts import NUMBER_WORDS
from rag.text.sentences import words
from rag.types import Answer, AnswerKind

_FEWEST_WORDS = 4
_CLOSED = re.compile(r"[.!?][\"'”’)]*$")
_LEANING = frozenset(
    "he she it they him them his hers its their this that these those and but because to by".split()
)
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)
_PERCENT = re.compile(r"\s*%|[\s-]per cent\b", re.IGNORECASE)


class Verdict(StrEnum):
    """What became of a question.

    FALSE is a cited statement where there is none to make, or one of a wrong article; WRONG
    has the right article and the wrong words. SEARCHED is a remark that was searched for.
    """

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    FALSE = "false"
    REFUSED = "refused"
    SEARCHED = "searched"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question with its answer and what became of it.

    `listed` is the share of the gold articles that are cited, for periods. `reads_alone`
    tells whether the text is whole sentences; None for a refusal and for talk.
    """

    row: Row
    answer: Answer
    verdict: Verdict
    listed: float | None = None
    reads_alone: bool | None = None

    @property
    def taken_for_follow_up(self) -> bool:
        """Tell whether the question was searched for in other words than asked."""
        return normalise_answer(self.answer.question) != normalise_answer(self.row.question)

    @property
    def understood(self) -> bool | None:
        """Tell whether a gold article came first in the search; None without gold ones."""
        if not self.row.gold:
            return None
        first = self.answer.hits[:1]
        return any(gold_name(hit.article, self.row.gold) for hit in first)


def judge(row: Row, answer: Answer) -> Outcome:
    """Return what became of `row`, given its answer."""
    said = answer.kind is not AnswerKind.TALK and not answer.abstained
    return Outcome(
        row,
        answer,
        _verdict(row, answer),
        listed=_listed(row, answer) if row.set == "periods" and row.gold else None,
        reads_alone=reads_alone(answer.text) if said else None,
    )


def holds(text: str, accepted: Collection[str]) -> bool:
    """Tell whether an accepted answer stands in `text`, "three" and "3" being one."""
    return contains_answer(_plain(text), [_plain(answer) for answer in accepted])


def reads_alone(text: str) -> bool:
    """Tell whether each line of `text` is whole sentences and leans on nothing before it.

    Lines without a mark are headings when others have some.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [line for line in lines if strip_marks(line) != line] or lines
    return all(_is_whole(strip_marks(line).strip()) for line in marked)


def _is_whole(line: str) -> bool:
    found = words(line)
    return (
        len(found) >= _FEWEST_WORDS
        and not line[:1].islower()
        and bool(_CLOSED.search(line))
        and found[0] not in _LEANING
    )


def _verdict(row: Row, answer: Answer) -> Verdict:
    if row.set == "talk" and row.kind != "search":
        return _of_talk(row, answer)
    if row.set == "periods":
        return _of_period(row, answer)
    if answer.kind is AnswerKind.TALK:
        return Verdict.WRONG
    if answer.abstained:
        return Verdict.REFUSED if row.answerable else Verdict.RIGHT
    if not row.accepted:
        return Verdict.FALSE
    return _of_answer(row, answer)


def _of_answer(row: Row, answer: Answer) -> Verdict:
    text = strip_marks(answer.text)
    short = answer.short or text
    found = [holds(f"{short} {text}", forms) for forms in row.items]
    right = all(found) if found else _holds_answer(short, row.accepted)
    partly = any(found) or _holds_answer(text, row.accepted)
    if any(gold_name(citation.article, row.gold) for citation in answer.citations):
        missed = Verdict.WRONG if row.answerable else Verdict.FALSE
        return Verdict.RIGHT if right else Verdict.PARTLY if partly else missed
    # The right words of an article that does not tell it are luck.
    return Verdict.PARTLY if right and not is_yes_no(row.accepted) else Verdict.FALSE


def _holds_answer(text: str, accepted: Sequence[str]) -> bool:
    """For yes or no the first word counts, since the rest explains it."""
    if is_yes_no(accepted):
        return words(text)[:1] in [words(answer)[:1] for answer in accepted]
    return holds(text, accepted)


def _of_talk(row: Row, answer: Answer) -> Verdict:
    if answer.kind is not AnswerKind.TALK:
        return Verdict.SEARCHED if answer.abstained else Verdict.FALSE
    remark = recognise(row.question, in_conversation=bool(row.history))
    return Verdict.RIGHT if remark == row.kind else Verdict.WRONG


def _of_period(row: Row, answer: Answer) -> Verdict:
    cited = {citation.article.id for citation in answer.citations}
    if not row.gold:
        return Verdict.FALSE if cited else Verdict.RIGHT
    if not cited:
        return Verdict.REFUSED
    listed = _listed(row, answer)
    if listed == 1 and len(cited) == len(row.gold):
        return Verdict.RIGHT
    return Verdict.PARTLY if listed else Verdict.FALSE


def _listed(row: Row, answer: Answer) -> float:
    names = {gold_name(citation.article, row.gold) for citation in answer.citations}
    return len(names - {None}) / len(row.gold)


def _plain(text: str) -> str:
    """Return `text` with its numbers as digits and its percentages in one form."""
    digits = _NUMBER_WORD.sub(lambda word: f"{NUMBER_WORDS[word[0].lower()]:.0f}", text)
    return _PERCENT.sub(" percent", digits)
