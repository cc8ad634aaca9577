"""Questions that ask for an overview and not for one fact, and what they are about."""

from __future__ import annotations

import re

from rag.text.lexicon import OPENING_VERBS, QUESTION_WORDS
from rag.text.sentences import content_words, words

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
    r"what(?:['’]?s| is| has been) (?:going on|happening|new|up) (?:in|with|around|at) ",
    r"what (?:has )?happened with ",
    r"what (?:are|were) the (?:\w+ )?(?:developments|events|highlights) (?:in|of|on|about|around) ",
    r"(?:what(?: is| are|['’]?s) )?(?:the |any |some )?(?:latest|news|updates?)(?: news| updates?)?"
    r" (?:in|of|on|about|from|with) ",
    r"why (?:is|are|was|were|has|have) (?=.+ in the (?:news|headlines)\W*$)",
    r"how (?:did|has|have) (?=.+ (?:unfold|unfolded|evolve|evolved|play out|played out)\W*$)",
)
_OPENING = re.compile(
    rf"(?:^|(?<=[.?!] ))(?:(?:please|can you|could you|would you) )*(?:{'|'.join(_OPENINGS)})", re.I
)
_CLOSING = re.compile(
    r" (?:(?:been )?in the (?:news|headlines)|unfold(?:ed)?|evolved?|play(?:ed)? out)(?=\W*$)", re.I
)
# How words that are typed as in a search by words end when they ask for all of a subject.
_AT_THE_END = re.compile(
    r",? (?:(?:latest|recent|all)(?: (?:news|updates?|developments))?|news|updates?|explained|"
    r"what(?: is|['’]?s) (?:it|that|this)(?: (?:all )?about)?|what happened)\W*$",
    re.I,
)
# "Tell me about how many ..." asks for one fact after all.
_NARROW = re.compile(
    r"(?:how (?:many|much|old|long|far)|when|where|who|whom|which|whether)\b", re.I
)

_ASKING = QUESTION_WORDS | OPENING_VERBS


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
    if opening is None:
        named = _AT_THE_END.sub("", asked)
        return asked if _ASKING.intersection(words(named)) or not content_words(named) else named
    if _NARROW.match(asked, opening.end()):
        return asked
    about = asked[: opening.start()] + _CLOSING.sub("", asked[opening.end() :])
    return about if content_words(about) else asked


def _one_line(text: str) -> str:
    return " ".join(text.split())
