"""Score one answer, one ranking or one list of citations; no state and no files."""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rag.answering.marks import strip_date, strip_marks
from rag.errors import extra

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from eval.questions import Question
    from rag.types import Article, Citation

# A statement with the marks after it, of which only the marks are taken.
_MARKED = re.compile(r"[^\[\]]*?((?:\s*\[\d+(?:\s*[,;]\s*\d+)*\])+)")
_NUMBER = re.compile(r"\d+")
_ARTICLE = re.compile(r"\b(a|an|the)\b")
_PARTED = re.compile(r"['’]s\b|[-‐‑–—]", re.IGNORECASE)
_RESAMPLES = 2000
_POLARITY = frozenset({"yes", "no"})


def normalise_answer(text: str) -> str:
    """Return `text` in lower case without punctuation, articles and extra spaces.

    The normalisation of SQuAD's evaluate-v1.1.py (Rajpurkar et al. 2016), which
    knows ASCII only. News is typeset, so Unicode punctuation and currency signs go
    as well, and an em dash parts words; for ASCII text the result is the same.
    """
    kept = (mark for mark in text.lower().replace("—", " ") if not _is_punctuation(mark))
    return " ".join(_ARTICLE.sub(" ", "".join(kept)).split())


def is_yes_no(answers: Collection[str]) -> bool:
    """Tell whether the answer to a question is yes or no: an accepted answer is just that word.

    The accepted answers decide, not the question's kind, so this works for any file, and
    "No Time to Die" does not make a yes/no question.
    """
    return any(normalise_answer(answer) in _POLARITY for answer in answers)


def exact_match(text: str, answers: Collection[str]) -> bool:
    """Tell whether the answer equals an accepted one once both are normalised.

    Exact match of SQuAD v1.1 (Rajpurkar et al. 2016), without citation marks. For a
    yes/no question the answer's first word is judged, since the rest explains it.
    """
    given = _judged(text, answers)
    return any(given == normalise_answer(answer) for answer in answers)


def token_f1(text: str, answers: Collection[str]) -> float:
    """Return the best token F1 of the answer with an accepted one, from 0 to 1.

    Token F1 of SQuAD v1.1 (Rajpurkar et al. 2016), without citation marks. For a
    yes/no question the answer's first word is judged, as in `exact_match`.
    """
    given = _judged(text, answers).split()
    return max((_f1(given, normalise_answer(answer).split()) for answer in answers), default=0.0)


def contains_answer(text: str, answers: Collection[str]) -> bool:
    """Tell whether an accepted answer stands in `text` as whole words.

    Containment as in open-domain QA (`has_answer` of DrQA, Chen et al. 2017) on
    SQuAD's normalisation, except that hyphens part words and the possessive 's is
    dropped: "NASA's" holds "NASA" and "21-year-old" holds "21", but not "2".
    """
    words = f" {_parted(text)} "
    return any(f" {wanted} " in words for answer in answers if (wanted := _parted(answer)))


def gold_name(article: Article, gold: Collection[str]) -> str | None:
    """Return the gold name of `article`: its id, the name of its file, or its title.

    The file's name may be given with its suffix, with its folders, or without. None if it is
    not a gold article. This is the only place where the names in a file of questions meet the
    articles of an archive.
    """
    return next((name for name in gold if _is_called(article, name)), None)


def _is_called(article: Article, name: str) -> bool:
    if name in (article.id, article.title):
        return True
    if not article.source:
        return False
    file = PurePath(article.source)
    return name in (file.stem, file.name) or f"/{article.source}".endswith(f"/{name}")


class Ranking(NamedTuple):
    """How well a ranking finds gold articles, each from 0 to 1."""

    hit_at_1: float
    hit_at_4: float
    hit_at_10: float
    mrr_at_10: float
    ndcg_at_10: float


def ranking(ranked_ids: Sequence[str], gold: Collection[str]) -> Ranking:
    """Return hit@k (any gold article among the first k), MRR@10 and nDCG@10 of a ranking.

    Computed by `ir_measures` (MacAvaney et al. 2022) as Success@k, RR@10 and nDCG@10.
    """
    with extra("eval"):
        import ir_measures
        from ir_measures import RR, Success, nDCG

    if not ranked_ids or not gold:
        return Ranking(0.0, 0.0, 0.0, 0.0, 0.0)
    measures = (Success @ 1, Success @ 4, Success @ 10, RR @ 10, nDCG @ 10)
    qrels = {"q": dict.fromkeys(gold, 1)}
    run = {"q": {name: -float(rank) for rank, name in enumerate(ranked_ids)}}
    found = ir_measures.calc_aggregate(measures, qrels, run)
    return Ranking(*(float(found[measure]) for measure in measures))


def citation_precision(citations: Sequence[Citation], question: Question) -> float:
    """Return the share of citations that support the answer, from 0 to 1.

    A citation counts when its article is gold and, where the question has gold
    sentences, its quote overlaps one (either holds the other, normalised) or holds
    an accepted answer; "yes" and "no" are too common for the latter. It is the
    precision of ALCE (Gao et al. 2023) with gold labels in place of an NLI model;
    an answer without citations scores 0, as there.
    """
    if not citations:
        return 0.0
    return sum(_supports(citation, question) for citation in citations) / len(citations)


def citation_recall(text: str, citations: Sequence[Citation], question: Question) -> float:
    """Return the share of the answer's statements that are supported by their citations.

    A statement is the text before a run of marks; support means the same as in
    `citation_precision`. It is the recall of ALCE (Gao et al. 2023) with gold labels.
    """
    numbered = {citation.number: citation for citation in citations}
    parts = _MARKED.findall(text)
    rest = re.search(r"\w", _MARKED.sub("", text)) is not None
    marks = [[int(number) for number in _NUMBER.findall(part)] for part in parts]
    statements = len(marks) + rest
    supported = sum(
        any(n in numbered and _supports(numbered[n], question) for n in given) for given in marks
    )
    return supported / statements if statements else 0.0


def percentile(values: Sequence[float], q: float) -> float | None:
    """Return the `q`-th percentile, `q` from 0 to 100; None without values.

    NumPy's default: linear interpolation between ranks (Hyndman & Fan 1996, type 7).
    """
    return float(np.percentile(values, q)) if values else None


class Interval(NamedTuple):
    """A mean with the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


def interval(values: Sequence[float]) -> Interval:
    """Return the mean and its 95 % interval by the percentile bootstrap (Efron 1979).

    2,000 resamples from a fixed seed: the same values give the same interval. NaN
    without values.
    """
    if not len(values):
        return Interval(math.nan, math.nan, math.nan)
    known = np.asarray(values, dtype=float)
    drawn = np.random.default_rng(0).choice(known, (_RESAMPLES, known.size)).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(float(known.mean()), float(low), float(high))


def _is_punctuation(mark: str) -> bool:
    category = unicodedata.category(mark)
    return mark in string.punctuation or category.startswith("P") or category == "Sc"


def _judged(text: str, answers: Collection[str]) -> str:
    given = normalise_answer(strip_date(strip_marks(text)))
    return " ".join(given.split()[:1]) if is_yes_no(answers) else given


def _f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    shared = (Counter(given) & Counter(wanted)).total()
    return 2 * shared / (len(given) + len(wanted)) if shared else 0.0


def _parted(text: str) -> str:
    return normalise_answer(_PARTED.sub(" ", text))


def _supports(citation: Citation, question: Question) -> bool:
    if gold_name(citation.article, question.gold_articles) is None:
        return False
    if not question.gold_sentences or _overlaps(citation.quote, question.gold_sentences):
        return True
    return not is_yes_no(question.answers) and contains_answer(citation.quote, question.answers)


def _overlaps(quote: str, sentences: Collection[str]) -> bool:
    return contains_answer(quote, sentences) or any(
        contains_answer(sentence, (quote,)) for sentence in sentences
    )
