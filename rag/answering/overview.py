"""Broad questions, and the few sentences of several articles that answer them.

"What is known about the ferry strike?" has no single fact for an answer. Its sentences
are chosen by maximal marginal relevance (Carbonell and Goldstein, "The Use of MMR",
1998): each next sentence speaks to the question and says what is not yet said.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from rag.answering.evidence import Evidence, Overlap, Weighed
from rag.embedding.embedder import Embedder
from rag.store.identity import article_id
from rag.text.facts import names, numbers
from rag.text.sentences import content_words, stem, words
from rag.types import Confidence, Hit

# Chosen on `summhay-dev` (27 broad questions, 300 articles, 24 passages): the share of
# relevance against novelty, the least relevance as a share of the best sentence's, and
# what a number adds that the question does not give. Of the sentences so chosen .96 are
# of a right article and .39 have a third of an insight's words; of random ones from the
# same passages .84 and .24. Next to the .36 that _ON_SUBJECT .6 gives, _LAMBDA .3 gives .31
# and .7 .34, _FLOOR .6 .34 and _FACT 0 .29.
_LAMBDA, _FLOOR, _FACT = 0.5, 0.5, 0.3
# The least share of the subject's words that a sentence and its lead have, next to the most
# that any has: an earthquake elsewhere is not the one in Turkey.
_ON_SUBJECT = 0.5
# Logistic regression on the search's score and `Weighed.strength`: 80 questions of `newsqa-dev`
# asked with and without the article that answers, and 149 packaged ones. Both classes weighed
# the same there; the bias is lower by log(.8 / .2), so that the bar of .2 is at even odds.
_BIAS, _SCORE, _STRENGTH = -11.16, 9.15, 1.06
# Sentences this alike in meaning say the same.
_SAME = 0.9
_MOST_OF_ONE_ARTICLE = 2
_FEWEST_WORDS = 6

_SOURCES = r"(?:articles?|papers?|newspapers?|reports?|sources|archive|news|press|media|stories)"
_SUMMARY = r"(?:summary|overview|digest|timeline|chronology|recap|rundown|round-?up|outline)"
# How a broad question opens; its subject follows.
_OPENINGS = (
    r"(?:summari[sz]e|sum up|recap|outline) (?:for me )?",
    rf"(?:what is |(?:give|write|show|make)(?: me)? |i (?:want|need) )?(?:an? |the )?(?:[\w-]+ )?"
    rf"{_SUMMARY} (?:of|on|about) ",
    r"tell me (?:(?:more|something|everything|all) )?about ",
    r"(?:catch me up|bring me up to date|fill me in|brief me) (?:on|about) ",
    r"what(?: is|'s| was) (?:already )?known (?:so far )?about ",
    r"what (?:do (?:we|you)|can you) (?:know|tell me|say) about ",
    rf"what (?:do|does|did|have) (?:the |these |those |your |my )?(?:\w+ )?{_SOURCES} "
    r"(?:say|said|report|reported|write|written|tell us) (?:about|on) ",
    r"what (?:has|have) been (?:said|reported|written|published) (?:about|on) ",
    r"what(?: has been happening| is going on|'s going on) (?:in|with|around) ",
    r"what (?:are|were) the (?:\w+ )?(?:developments|events|highlights) (?:in|of|on|about|around) ",
    r"what(?: is| are|'?s) the (?:latest|news)(?: news)? (?:in|of|on|about|from|with) ",
    r"why (?:is|are|was|were|has|have) (?=.+ in the (?:news|headlines)\W*$)",
    r"how (?:did|has|have) (?=.+ (?:unfold|unfolded|evolve|evolved|play out|played out)\W*$)",
)
_OPENING = re.compile(
    rf"(?:^|(?<=[.?!] ))(?:(?:please|can you|could you|would you) )*(?:{'|'.join(_OPENINGS)})", re.I
)
_CLOSING = re.compile(
    r" (?:(?:been )?in the (?:news|headlines)|unfold(?:ed)?|evolved?|play(?:ed)? out)(?=\W*$)", re.I
)
# "Tell me about how many ..." asks for one fact after all.
_NARROW = re.compile(
    r"(?:how (?:many|much|old|long|far)|when|where|who|whom|which|whether)\b", re.I
)

_CAPTION = re.compile(
    r"^\W*(?:file )?(?:photo|image|picture|video|caption|watch)s?\s*[:/|(]|"
    r"\bphotos? (?:by|courtesy)\b|"
    r"getty images|/ ?(?:afp|ap|reuters)\b|\b(?:afp|ap|reuters) ?/|©|\b(?:is seen|pictured) here\b",
    re.I,
)
_CLOSED = re.compile(r"[.!…][\"'”’)]*$")
_LINKS = frozenset("and but so yet or then also still however meanwhile instead".split())
_PRONOUNS = frozenset(
    "he she it they him her them his hers its their theirs this that these those such i we you my "
    "our".split()
)


def is_broad(question: str) -> bool:
    """Tell whether `question` asks for an overview and not for one fact."""
    return subject(question) != _one_line(question)


def subject(question: str) -> str:
    """Return what a broad question is about, and any other question as it is.

    "What is known about the ferry strike?" is about "the ferry strike?"; its other
    words stand in no article and must not count against the sentences.
    """
    asked = _one_line(question)
    opening = _OPENING.search(asked)
    if opening is None or _NARROW.match(asked, opening.end()):
        return asked
    about = asked[: opening.start()] + _CLOSING.sub("", asked[opening.end() :])
    return about if content_words(about) else asked


def confidence(hits: Sequence[Hit], weighed: Weighed) -> Confidence:
    """Return how likely passages tell something of a broad question's subject."""
    score = max((hit.score for hit in hits), default=0.0)
    if weighed.strength <= 0:
        return Confidence(0.0, None, score)
    total = _BIAS + _SCORE * score + _STRENGTH * weighed.strength
    return Confidence(1 / (1 + math.exp(-total)), None, score)


def quoted(
    question: str, evidence: Sequence[Evidence], *, embedder: Embedder, most: int
) -> tuple[Evidence, ...]:
    """Return at most `most` sentences of `evidence`, weighed for the subject of `question`.

    No two say the same, and no more than two are of one article when there are
    several. They are in order of publication and then of the text, undated last. Empty
    when no sentence can stand alone.
    """
    about = subject(question)
    overlap = Overlap(about, [item.quote for item in evidence])
    near = [overlap.of(f"{item.lead} {item.quote}") for item in evidence]
    able = [
        item
        for item, share in zip(evidence, near, strict=True)
        if share >= _ON_SUBJECT * max(near) and stands_alone(item.quote) and _names_it(about, item)
    ]
    enough = _FLOOR * max((item.relevance for item in able), default=0.0)
    told = [item for item in able if item.relevance >= enough and item.relevance > 0]
    given = numbers(question)
    worth = [item.relevance + _FACT * bool(numbers(item.quote) - given) for item in told]
    chosen = _diverse(told, worth, embedder=embedder, most=most) if told else []
    return tuple(sorted(chosen, key=_in_time))


def _names_it(about: str, item: Evidence) -> bool:
    """Tell whether a sentence, or what leads up to it, has a name of the subject, if it has any."""
    named = {stem(name) for name in names(f"- {about}")}
    return not named or not named.isdisjoint(map(stem, words(f"{item.lead} {item.quote}")))


def stands_alone(sentence: str) -> bool:
    """Tell whether `sentence` can be read without its article.

    Fragments, questions, captions, and sentences that open with a pronoun cannot.
    """
    found = words(sentence)
    opens_low = sentence.lstrip(" \"'“‘(")[:1].islower()
    if len(found) < _FEWEST_WORDS or opens_low or not _CLOSED.search(sentence.strip()):
        return False
    first = next((word for word in found if word not in _LINKS), "")
    return first not in _PRONOUNS and not _CAPTION.search(sentence)


def _diverse(
    items: Sequence[Evidence], worth: Sequence[float], *, embedder: Embedder, most: int
) -> list[Evidence]:
    """Pick the next best sentence by maximal marginal relevance until there are `most`."""
    vectors = embedder.embed_passages([item.quote for item in items])
    alike = vectors @ vectors.T
    share = np.array(worth) / max(worth)
    sources = [article_id(item.article) for item in items]
    limit = _MOST_OF_ONE_ARTICLE if len(set(sources)) > 1 else most
    used: Counter[str] = Counter()
    chosen: list[int] = []
    left = list(range(len(items)))
    while left and len(chosen) < most:
        said = alike[:, chosen].max(axis=1) if chosen else np.zeros(len(items))
        best = max(left, key=lambda i: _LAMBDA * share[i] - (1 - _LAMBDA) * said[i])
        chosen.append(best)
        used[sources[best]] += 1
        left = [i for i in left if alike[i, best] < _SAME and used[sources[i]] < limit]
    return [items[i] for i in chosen]


def _in_time(item: Evidence) -> tuple[bool, str, str, int]:
    return not item.article.date, item.article.date or "", article_id(item.article), item.start


def _one_line(text: str) -> str:
    return " ".join(text.split())
