"""Questions for reasons, made from clauses, and lessons from sentences that tell a reason.

Question sets hardly ask why: one in a hundred questions of SQuAD does. "The plant closed because
of a fire" answers "Why did the plant close?"; without its last five words it does not.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rag.text.sentences import sentences
from rag.training.reader.lessons import Lesson, window
from rag.training.reader.negatives import turned
from rag.types import Span

_LINK = (
    r"because of|because|due to|owing to|as a result of|on account of|thanks to|in order to"
    r"|in response to|in protest (?:at|against|over|of)|on suspicion of"
)
_END = r"(?P<end>[.!]?[\"”]?)"
_LAST = re.compile(
    rf"(?P<fact>[A-Z\"“][^;:]{{15,}}?),? (?P<link>{_LINK}) (?P<reason>[^;]{{6,}}?){_END}"
)
_FIRST = re.compile(
    r"(?P<link>Because of|Because|Due to|As a result of|Amid|Thanks to|In response to) "
    rf"(?P<reason>[^,;]{{6,}}), (?P<fact>[^;]{{15,}}?){_END}"
)
# "The mayor resigned after losing a vote": of some deeds the news tells reasons so.
_DEEDS = (
    "resigned|stepped down|sued|arrested|charged|convicted|jailed|fined|sacked|dismissed|fired|"
    "suspended|banned|cancelled|evacuated|closed|collapsed|apologised|apologized|withdrew|recalled|"
    "expelled|detained|deported|postponed|delayed|quit|abandoned|halted|criticised|criticized"
)
_AFTER = re.compile(
    rf"(?P<fact>[A-Z\"“][^;:]{{5,}}?\b(?:{_DEEDS})\b[^;:,]{{0,50}}?),? (?P<link>after|over|for) "
    r"(?P<reason>(?!the (?:first|second|third|\w+ time)|all\b|more|about|nearly|\d"
    rf"|\w+ (?:days|weeks|months|years|hours|seasons))[^;]{{12,}}?){_END}"
)
# Characters of a sentence that is looked at, and words of a question.
_LONG = (40, 420)
_ASKED = (5, 18)
_POINTS = re.compile(
    r"^(?:it|he|she|they|we|i|you|this|these|that|those|there|who|which|what|but|and|however|in|on"
    r"|at|as|while|when|after|if|although|though|during|for|by|with|from|to|so|or|also|then|many)\b"
    r"|[\"“”()\[\]]",
    re.I,
)
_POINTED = re.compile(r"^(?:of |the |a |an )?(?:it|him|her|them|this|that|which)\b", re.I)
_UNCLEAR = re.compile(
    r"\b(?:he|she|they|it|we|our|my|i|me|us|him|them|this|these|those|said|also|whose|which|when"
    r"|while|until|before|after|then|there|where|if|whether)\b| (?:the|a|an|of|to)\?$"
    r"|\b(?:and|but|or)\b.*\b(?:are|is|was|were|had|has|did|made|took)\b",
    re.I,
)
_AUXILIARY = re.compile(
    r"(?P<subject>\S+(?: \S+){0,8}?) (?P<verb>is|was|are|were|has|have|had|can|could|will|would"
    r"|must|should) (?P<rest>.+)"
)
# Words of a subject before its verb at most.
_SUBJECT = 8
_NO_SUBJECT = re.compile(r",|\b(?:that|who|which)\b|\b(?:to|and|said|not|by|been)$", re.I)
_IRREGULAR = (
    "became:become began:begin bought:buy broke:break brought:bring built:build came:come "
    "chose:choose drew:draw drove:drive fell:fall fled:flee fought:fight found:find gave:give "
    "got:get grew:grow held:hold kept:keep knew:know left:leave lost:lose made:make met:meet "
    "paid:pay rose:rise ran:run saw:see sent:send sold:sell spent:spend spoke:speak stood:stand "
    "stole:steal struck:strike swore:swear taught:teach threw:throw took:take told:tell "
    "thought:think wanted:want went:go withdrew:withdraw won:win wrote:write wore:wear "
    "rode:ride sank:sink shot:shoot sought:seek felt:feel led:lead hid:hide froze:freeze"
)
_DETAIL = re.compile(r",| (?:in|on|at|for|from|with|during|under|into|within|since|between) ")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What texts show of words: the base form of each past tense, and which are no names."""

    base: Mapping[str, str]
    common: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """Learn from texts: "closed" is of "close" where that word is frequent."""
        seen = Counter(word for text in texts for word in re.findall(r"\b[a-z]{2,}\b", text))
        base = dict(pair.split(":") for pair in _IRREGULAR.split())
        for word in seen:
            if word.endswith("ed") and word not in base:
                best = max(_stems(word), key=lambda form: seen.get(form, 0))
                if seen.get(best):
                    base[word] = best
        return cls(base, frozenset(word for word, times in seen.items() if times > 2))


@dataclass(frozen=True, slots=True)
class _Told:
    """A question, the text with its reason at `reason`, and the text without it."""

    question: str
    heading: str
    text: str
    reason: Span
    without: str


def reasons(
    texts: Iterable[tuple[str, str]], vocabulary: Vocabulary, rng: random.Random, *, most: int
) -> Iterator[Lesson]:
    """Yield lessons on at most `most` reasons that texts, each with its heading, tell.

    Beside every second one stands a lesson on what the text does not tell: its reason is left out,
    or something else is asked for.
    """
    found = [told for heading, text in texts for told in _told(heading, text, vocabulary)]
    for told in rng.sample(found, min(most, len(found))):
        lesson = _lesson(told)
        yield lesson
        if rng.random() < 0.5:
            yield (rng.random() < 0.5 and turned(lesson, rng)) or _left_out(told)


def why(fact: str, vocabulary: Vocabulary) -> str:
    """Return the question for the reason of a clause; empty where it would not stand alone."""
    fact = fact.strip(' "“”,')
    if _POINTS.search(fact):
        return ""
    match = _AUXILIARY.fullmatch(fact)
    if match and not _NO_SUBJECT.search(match["subject"]):
        subject = _lowered(match["subject"], vocabulary)
        return _clear(f"Why {match['verb']} {subject} {_short(match['rest'])}?")
    words = fact.split()
    for count in range(1, min(_SUBJECT, len(words) - 1) + 1):
        subject, verb = " ".join(words[:count]), words[count]
        if verb in vocabulary.base and not _NO_SUBJECT.search(subject):
            rest = f"{vocabulary.base[verb]} {_short(' '.join(words[count + 1 :]))}".rstrip()
            return _clear(f"Why did {_lowered(subject, vocabulary)} {rest}?")
    return ""


def _told(heading: str, text: str, vocabulary: Vocabulary) -> Iterator[_Told]:
    for place in sentences(text):
        sentence = text[place.start : place.end]
        if not _LONG[0] <= len(sentence) <= _LONG[1]:
            continue
        match = next((m for p in (_FIRST, _LAST, _AFTER) if (m := p.fullmatch(sentence))), None)
        if not match or _POINTED.match(match["reason"]):
            continue
        if question := why(match["fact"], vocabulary):
            yield _of(match, question, heading, text, place)


def _of(match: re.Match[str], question: str, heading: str, text: str, place: Span) -> _Told:
    start, end = match.span("reason")
    left = match["fact"][:1].upper() + match["fact"][1:] + match["end"]
    without = text[: place.start] + left + text[place.end :]
    return _Told(question, heading, text, Span(place.start + start, place.start + end), without)


def _lesson(told: _Told) -> Lesson:
    text = window(told.text, told.reason)
    moved = told.text.find(text)
    span = Span(told.reason.start - moved, told.reason.end - moved)
    answer = (text[span.start : span.end],)
    return Lesson(told.question, told.heading, text, (span,), None, "reasons", answer)


def _left_out(told: _Told) -> Lesson:
    around = Span(told.reason.start, told.reason.start)
    text = window(told.without, around)
    return Lesson(told.question, told.heading, text, (), None, "reasons/left_out")


def _clear(question: str) -> str:
    """Return a question that is short and stands alone; none of another."""
    short = _ASKED[0] <= len(question.split()) <= _ASKED[1]
    return question if short and not _UNCLEAR.search(question) else ""


def _lowered(subject: str, vocabulary: Vocabulary) -> str:
    first = subject.split()[0]
    common = first.lower() in vocabulary.common or first in ("The", "A", "An")
    return subject[0].lower() + subject[1:] if common else subject


def _short(rest: str) -> str:
    """Return what is said of a subject, every second time without its details, as one asks."""
    if len(rest.split()) % 2 == 0:
        return rest
    cuts = (m.start() for m in _DETAIL.finditer(rest) if " " in rest[: m.start()])
    return rest[: next(cuts, None)]


def _stems(past: str) -> list[str]:
    """Return what "stopped", "closed" or "tried" may be the past tense of."""
    forms = [past[:-1], past[:-2]]
    if past.endswith("ied"):
        forms.append(past[:-3] + "y")
    if len(past) > 4 and past[-3] == past[-4]:
        forms.append(past[:-3])
    return forms
