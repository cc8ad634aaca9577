"""Tell sentences that say something from the links and scraps that stand among them."""

from __future__ import annotations

import re

from rag.text.lexicon import MONTH_OR_SHORT
from rag.text.sentences import UNSPACED, words

# Lines that lead elsewhere, and who else wrote the story.
_LINK = re.compile(
    r"^[^«]*(?:»|Â»|>>)$|^(?:Watch|See|Listen to|Read|Learn)\b[^.!?]*$"
    r"|^(?:e-?mail to a friend|sound off below|read more|see also|related|also read|more on this"
    r"|click here|share this|view in browser|unsubscribe|sign up|subscribe|follow us)"
    r"\b[^.!?]{0,80}$"
    r"|^(?:read more|also read|see also|related(?: article| story)?|watch|more|iReport\.com"
    r"|(?:you )?(?:may|might) (?:also )?like|don['’]t miss|in other news|up next|recommended"
    r"|more (?:from|in|on) [^:.!?]{0,40})\s?:",
    re.IGNORECASE,
)
_CREDIT_LINE = re.compile(
    r".{0,120}\bcontributed to this (?:report|story|article)\.?", re.IGNORECASE | re.DOTALL
)
# What stands above a post of a live page, and nothing else.
_STAMP = re.compile(
    r"(?:(?:first |last )?(?:published|updated|posted|modified)\b[\s:]*(?:on|at)?\s*)?"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b,?\s*)?"
    rf"(?:\d{{1,2}} (?:{MONTH_OR_SHORT})\b\.?,?(?: \d{{4}})?,?\s*(?:at\s+)?)?"
    r"\d{1,2}[.:]\d\d(?:[.:]\d\d)?(?:\s*[ap]\.?m\b\.?)?(?:\s*(?-i:[A-Z]{2,5}))?\.?",
    re.IGNORECASE,
)


def is_quotable(sentence: str) -> bool:
    """Tell whether a sentence says something; a link, a time alone or a scrap does not."""
    bare = sentence.strip()
    if _LINK.search(bare) or _CREDIT_LINE.fullmatch(bare) or _STAMP.fullmatch(bare):
        return False
    return bool(UNSPACED.search(bare)) or len(words(bare)) > 1
