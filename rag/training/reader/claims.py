"""Lessons on what is proposed: a claim, or a question with an answer to it.

The reader says of a passage whether it answers what it is asked; here it learns to say whether
a passage supports "X was Y", "Was X Y? Yes." and "Who was Y? X.". What is supported is a lesson
with an answer somewhere in the passage, what is not is one without.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import TrainingError
from rag.reading import proposed
from rag.training.reader.lessons import Lesson, read_records, window

# How many claims of each set are taken of each kind: borne out, and not.
CLAIMS: Mapping[str, int] = {
    "fv_fever_gold": 2400,
    "fv_fever_symmetric": 700,
    "fv_fool_me_twice": 1250,
    "fv_mnli_sample": 1600,
}
_BORNE_OUT = frozenset({"supports", "entailment"})
_DENIED = frozenset({"refutes", "contradiction"})
_STATEMENT = re.compile(
    r"(?P<subject>\S+(?: \S+){0,7}?) (?P<verb>is|was|are|were|has|have|had|can|could|will|would|did"
    r"|does|do) (?P<rest>.+?)[ .]*"
)
_NEGATED = re.compile(r"\b(?:not|never|no|nobody|none|n't|nothing|only)\b|n't\b", re.I)
_ARTICLE = re.compile(r"^(?:The|An?|This|It|He|She|They|There)\b")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_NAME = re.compile(r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")


@dataclass(frozen=True, slots=True)
class _Claim:
    text: str
    heading: str
    evidence: str
    label: str
    source: str


def claims(folder: Path, rng: random.Random) -> Iterator[Lesson]:
    """Yield lessons of the sets of claims in `folder`, every second one as a question.

    A claim whose verb can be moved to its front becomes a question of yes or no with the
    verdict as its proposed answer. Raises `TrainingError` when a set is missing.
    """
    for name, most in CLAIMS.items():
        path = folder / name / "data.jsonl.gz"
        if not path.is_file():
            raise TrainingError(
                f"{path} is missing; give the folder that holds all sets of the mix"
            )
        found = [_claim(record, name) for record in read_records(path)]
        for borne_out in (True, False):
            kind = [claim for claim in found if (claim.label in _BORNE_OUT) is borne_out]
            for claim in rng.sample(kind, min(most, len(kind))):
                yield (rng.random() < 0.5 and _asked(claim, rng)) or _lesson(
                    claim, claim.text, borne_out=borne_out
                )


def proposals(taken: Sequence[Lesson], rng: random.Random, *, most: int) -> Iterator[Lesson]:
    """Yield at most `most` questions with a proposed answer, of which a quarter is the right one.

    The others are another name or number of the passage, for questions with and without an
    answer in it.
    """
    given = 0
    for lesson in rng.sample(taken, len(taken)):
        if given == most:
            return
        right = lesson.spans and rng.random() < 0.5
        answer = lesson.answers[0] if right else _other(lesson, rng)
        if answer and not lesson.verdict and lesson.source.startswith("squad"):
            given += 1
            yield replace(
                lesson,
                question=proposed(lesson.question, answer),
                spans=(),
                answers=(),
                verdict="yes" if right else None,
                source=f"{lesson.source}/proposed",
            )


def _other(lesson: Lesson, rng: random.Random) -> str:
    right = " ".join(lesson.answers)
    kind = _NUMBER if _NUMBER.search(right) or rng.random() < 0.2 else _NAME
    found = [new for new in kind.findall(lesson.text) if new not in f"{right} {lesson.question}"]
    return rng.choice(found) if found else ""


def _claim(record: Mapping[str, Any], name: str) -> _Claim:
    title, text = record.get("title") or "", " ".join(record["claim"].split())
    evidence = window(" ".join(record["evidence"].split()), None)
    return _Claim(text, title, evidence, record["label"].casefold(), name)


def _asked(claim: _Claim, rng: random.Random) -> Lesson | None:
    match = _STATEMENT.fullmatch(claim.text)
    if not match or _NEGATED.search(claim.text):
        return None
    subject = _ARTICLE.sub(lambda word: word[0].lower(), match["subject"])
    question = f"{match['verb'].capitalize()} {subject} {match['rest']}?"
    verdict = rng.choice(("Yes", "No"))
    borne_out = claim.label in (_BORNE_OUT if verdict == "Yes" else _DENIED)
    return _lesson(claim, proposed(question, verdict), borne_out=borne_out)


def _lesson(claim: _Claim, question: str, *, borne_out: bool) -> Lesson:
    verdict: Any = "yes" if borne_out else None
    return Lesson(question, claim.heading, claim.evidence, (), verdict, f"{claim.source}/claim")
