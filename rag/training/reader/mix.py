"""What the shipped reader has learnt from: which sets, how many lessons of each, and how."""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import TrainingError
from rag.reading import Reader
from rag.training.examples import well_formed
from rag.training.reader import rewording
from rag.training.reader.claims import claims, proposals
from rag.training.reader.lessons import Lesson, lesson_of, read_records, unique
from rag.training.reader.negatives import beside, swapped, turned
from rag.training.reader.reasons import Vocabulary, reasons
from rag.training.reader.why_sets import ASKS_REASON, discourse, not_told, roles
from rag.training.reader.word_search import word_search

# Articles of SQuAD that no lesson comes from, so that they can be measured on.
KEPT_OUT = frozenset({"normans", "oxygen", "rhine"})

log = logging.getLogger("rag.training")

_OWN = "own"
_NOT_THERE = "the passage must hold the answer word for word, unless that is yes or no"
# What is read for reasons besides: texts without questions, and sets with little else to learn.
_WITH_REASONS = (
    *("boolq_more", "news_au_pm_releases", "news_wiki_current_events", "news_gum_wikinews"),
)
# Sets that ask for reasons in other words, or only whether something is so.
_OTHERWISE = ("boolq", "condaqa", "qasrl_gs", "qadiscourse")
# Of the lessons on reasons, how many in a hundred are read again; and how many facts are turned.
_READ_AGAIN = 80
_TURNED = 700
_DATA = "data.jsonl.gz"

_PUBLISHERS = (
    "The Courier", "Daily Herald", "Evening Post", "National Wire", "Morning Chronicle", "CNN",
    "Gazette", "News Agency", "City Times", "Public Radio", "The Observer", "Tribune",
)  # fmt: skip
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


@dataclass(frozen=True, slots=True)
class Share:
    """How many lessons of one set are taken: answered ones and unanswerable ones."""

    answered: int
    unanswerable: int = 0


SHARES: Mapping[str, Share] = {
    "squad11_train_44articles": Share(3600),
    "squad2_dev_half1": Share(2300, 2700),
    "squad2_dev_half2_derived": Share(900, 2300),
    "squad20_train_unanswerable": Share(0, 4000),
    "squad_train_sample": Share(1400),
    "squadshifts_new_wiki": Share(1600),
    "squad20_train_lowercased": Share(300, 300),
    "qamr_wiki": Share(2200),
    "qadiscourse": Share(500),
    "qasrl_gs": Share(150),
    "timeqa_human": Share(400, 300),
    "iirc_subtext": Share(600, 900),
    "nq_oracle_litm": Share(600),
    "clapnq_dev": Share(250, 250),
    "selqa": Share(350),
    "quoref_subset": Share(400),
    "multihop_small": Share(120),
    "multihop_more": Share(120),
    "boolq": Share(300),
    "condaqa": Share(200, 200),
}


def asked_in_sets(folder: Path, *, seed: int = 0) -> list[str]:
    """Return the questions of the sets in `folder` that can be reworded, in random order.

    Raises `TrainingError` when a set is missing.
    """
    rng = random.Random(seed)  # noqa: S311
    found = [lesson.question for lesson in _taken(folder, rng) if not lesson.verdict]
    return rng.sample(found, len(found))


def lessons(folder: Path, *, seed: int = 0) -> list[Lesson]:
    """Return the lessons of the sets in `folder`, in the order of training.

    Raises `TrainingError` when a set is missing.
    """
    rng = random.Random(seed)  # noqa: S311
    taken = list(_taken(folder, rng))
    answered = with_negatives(taken, rng=rng, found=3200, swaps=4500)
    proposed = [*claims(folder, rng), *proposals(taken, rng, most=2600)]
    every = [*answered, *(_in_our_form(lesson, rng) for lesson in proposed)]
    rng.shuffle(every)
    return every


def lessons_on_reasons(folder: Path, *, seed: int = 0) -> list[Lesson]:
    """Return lessons of which two in five ask for a reason, which question sets hardly do.

    Raises `TrainingError` when a set is missing.
    """
    rng = random.Random(seed)  # noqa: S311
    taken = list(_taken(folder, rng))
    asked = list(_on_reasons(folder, taken, rng))
    pool = [lesson for lesson in taken if lesson.spans]
    turned_round = (turned(lesson, rng) for lesson in rng.sample(pool, len(pool)))
    facts = [item for item in turned_round if item and not ASKS_REASON.search(item.question)]
    # Each is read twice, put in another way, but for half of those that do not answer.
    again = [lesson for lesson in asked if lesson.spans or rng.random() < 0.5]
    every = [*asked, *rng.sample(again, len(again) * _READ_AGAIN // 100), *facts[:_TURNED]]
    found = [_in_our_form(lesson, rng) for lesson in every]
    usual = lessons(folder, seed=seed)
    found += usual[: len(found) * 3 // 2]
    rng.shuffle(found)
    return found


def lessons_reworded(
    folder: Path, rewordings: Mapping[str, str], *, reader: Reader, seed: int = 0
) -> list[Lesson]:
    """Return lessons of which about half ask in the words of `rewordings`.

    `reader` tells which rewordings still ask for the answer. Raises `TrainingError` when a set is
    missing, or no question of the sets has a rewording.
    """
    rng = random.Random(seed)  # noqa: S311
    taken = list(_taken(folder, rng))
    asked = list(rewording.reworded(taken, rewordings, reader=reader))
    if not asked:
        raise TrainingError("none of the rewordings is of a question that these sets have")
    pool = [lesson for lesson in taken if lesson.spans]
    search = word_search(taken)
    missing = list(rewording.not_told(asked, pool=pool, search=search, rng=rng))
    # What has an answer is read twice, put in another way.
    again = [lesson for lesson in asked if lesson.spans]
    found = [_in_our_form(lesson, rng) for lesson in [*asked, *again, *missing]]
    found += lessons(folder, seed=seed)[: len(found)]
    rng.shuffle(found)
    return found


def own_lessons(records: Iterable[tuple[str, Mapping[str, Any]]], *, seed: int = 0) -> list[Lesson]:
    """Return the lessons of one's own records, with a negative for every second question.

    Each record comes with its place, which an error names. Raises `TrainingError` for a record in
    another form, and when no passage holds its answer.
    """
    rng = random.Random(seed)  # noqa: S311
    found: list[Lesson | None] = []
    for where, record in records:
        with well_formed(where):
            found.append(lesson_of(record, source=_OWN))
    taken = unique(lesson for lesson in found if lesson)
    if lacking := found.count(None):
        log.warning("%d of %d questions are left out: %s", lacking, len(found), _NOT_THERE)
    if not taken:
        raise TrainingError(f"there is no question to learn from: {_NOT_THERE}")
    return with_negatives(taken, rng=rng, found=len(taken) // 3, swaps=len(taken) // 6)


def with_negatives(
    taken: Sequence[Lesson], *, rng: random.Random, found: int, swaps: int
) -> list[Lesson]:
    """Return lessons and others that look answerable and are not, shuffled, in our form.

    `found` are on passages that a search by words brings for an answered question, and
    `swaps` on questions with a name, number or year changed.
    """
    search = word_search(taken)
    spans = [lesson for lesson in taken if lesson.spans and "qasrl" not in lesson.source]
    near: list[Lesson] = []
    for lesson in rng.sample(spans, len(spans)):
        if len(near) >= found:
            break
        near += beside(lesson, search(lesson.question), most=1)
    changed = (swapped(lesson, spans, rng) for lesson in rng.sample(spans, len(spans)))
    wrong = [lesson for lesson in changed if lesson][:swaps]
    every = [_in_our_form(lesson, rng) for lesson in [*taken, *near, *wrong]]
    rng.shuffle(every)
    return every


def _on_reasons(folder: Path, taken: Sequence[Lesson], rng: random.Random) -> Iterator[Lesson]:
    sets = {name: list(_records(folder / name / _DATA, name)) for name in (*SHARES, *_WITH_REASONS)}
    texts = list(dict.fromkeys(_texts(record for found in sets.values() for record in found)))
    vocabulary = Vocabulary.of(text for _, text in texts)
    yield from reasons(texts, vocabulary, rng, most=3000)
    asked = unique(
        lesson
        for name in SHARES
        if name not in _OTHERWISE
        for record in sets[name]
        if _wanted(record) and ASKS_REASON.search(record["question"])
        if (lesson := lesson_of(record, source=name))
    )
    wikinews = [record for record in sets["qasrl_gs"] if record["domain"] == "wikinews"]
    around = {record["sentence_id"]: record["context"] for record in _with_neighbours(wikinews)}
    asked += unique(discourse(_in_context(sets["qadiscourse"]), vocabulary))
    asked += unique(roles(sets["qasrl_gs"], around))
    yield from asked
    pool = [lesson for lesson in taken if lesson.spans]
    yield from not_told(asked, pool=pool, search=word_search([*taken, *asked]), rng=rng)


def _texts(records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield title and text of whatever records hold, but for the articles kept out."""
    for record in records:
        told = record.get("text") or record.get("context")
        single = [{"title": record.get("title"), "text": told}] if told else []
        for item in single or record.get("passages") or ():
            title = str(item.get("title") or "")
            if title.casefold() not in KEPT_OUT:
                yield title, " ".join(item["text"].split())


def _in_context(records: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield records, those of Wikinews with the sentences around theirs."""
    wikinews = [record for record in records if record["domain"] == "wikinews"]
    yield from _with_neighbours(wikinews)
    yield from (record for record in records if record["domain"] != "wikinews")


def _taken(folder: Path, rng: random.Random) -> Iterator[Lesson]:
    asked: set[str] = set()
    for name, share in SHARES.items():
        found = unique(
            lesson
            for record in _records(folder / name / _DATA, name)
            if _wanted(record) and (lesson := lesson_of(record, source=name))
        )
        fresh = [lesson for lesson in found if lesson.question.casefold() not in asked]
        for wanted, most in ((True, share.answered), (False, share.unanswerable)):
            kind = [lesson for lesson in fresh if lesson.answered is wanted]
            chosen = rng.sample(kind, min(most, len(kind)))
            asked |= {lesson.question.casefold() for lesson in chosen}
            yield from chosen


def _wanted(record: Mapping[str, Any]) -> bool:
    title = str(record.get("title") or "").casefold()
    return title not in KEPT_OUT and not record.get("in_squad_dev")


def _records(path: Path, name: str) -> Iterator[Mapping[str, Any]]:
    if not path.is_file():
        raise TrainingError(f"{path} is missing; give the folder that holds all sets of the mix")
    records = read_records(path)
    if name == "qamr_wiki":
        return _with_neighbours([r for r in records if r["domain"] == "wikinews"])
    if name == "clapnq_dev":
        return (_with_sentence(record) for record in records)
    return iter(records)


def _with_neighbours(records: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield records on one sentence with the sentences of the same article around it."""
    articles: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    for record in records:
        *_, article, paragraph, sentence = record["sentence_id"].split(":")
        articles[article][int(paragraph), int(sentence)] = record["context"]
    for record in records:
        *_, article, paragraph, sentence = record["sentence_id"].split(":")
        places = sorted(articles[article])
        at = places.index((int(paragraph), int(sentence)))
        near = places[max(0, at - 2) : at + 4]
        yield {**record, "context": " ".join(articles[article][place] for place in near)}


def _with_sentence(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record whose answer is the first sentence that was marked as its support."""
    selected = record.get("selected_sentences") or []
    first = next((s for sentences in selected for s in sentences if s), None)
    return {**record, "answers": [first] if first and record["answers"] else []}


def _in_our_form(lesson: Lesson, rng: random.Random) -> Lesson:
    """Return the lesson as the product meets it: a heading as of news, a question as typed."""
    parts = [lesson.heading] if lesson.heading else []
    if rng.random() < 0.6:
        day, month, year = rng.randint(1, 28), rng.choice(_MONTHS), rng.randint(1998, 2026)
        parts += [rng.choice(_PUBLISHERS), f"{day} {month} {year}"]
    question = lesson.question
    if rng.random() < 0.15:
        question = question.lower()
    if rng.random() < 0.1:
        question = question.rstrip(" ?")
    if rng.random() < 0.04:
        question = _mistyped(question, rng)
    return replace(lesson, heading=" · ".join(parts), question=question)


def _mistyped(question: str, rng: random.Random) -> str:
    at = rng.randrange(max(1, len(question) - 2))
    return question[:at] + question[at + 1 : at + 2] + question[at : at + 1] + question[at + 2 :]
