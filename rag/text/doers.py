"""Who does what a question asks about, where a sentence tells it of somebody else.

"Charles became king when his mother died" does not say when Charles died.
"""

from __future__ import annotations

import re

from rag.text.lexicon import NAME, OPENING_VERBS
from rag.text.sentences import STOPWORDS, WORD, stem, words

_ASKED = re.compile(
    r"\b(?:when|where|why|how)\s+(?:did|does|do|will|has|have|had)(?:n['’]?t)?\s+(?P<told>.+)",
    re.IGNORECASE | re.DOTALL,
)
# A clause with its own subject, "his mother, Ann Borg," or "Ann Borg", and the verb.
_CLAUSE = re.compile(
    r"\b(?:when|as|after|before|while|because|since|until|once)\s+"
    rf"(?P<doer>(?:his|her|its|their)\s+[a-z]+(?:,?\s+{NAME},?)?|{NAME})\s+"
    r"(?P<verb>[a-z]+)\b"
)


# "Who crowned Charles?": the verb of what is asked for.
_OPENING = rf"(?:{'|'.join(sorted(OPENING_VERBS))})\b"
_BY_WHOM = re.compile(
    rf"^\W*(?:and\s+)?(?:who|(?:which|what)\s+(?!{_OPENING})\w+)\s+(?:has\s+|have\s+|had\s+)?"
    rf"(?P<verb>(?!{_OPENING})[a-z]+)\s+(?!by\b)\w",
    re.IGNORECASE,
)
# "(Queen Camilla), his wife, was crowned": to whom it was done.
_DONE_TO = re.compile(
    r"^(?:,[^,;.]{1,60},)?\s*(?:who\s+|has\s+|have\s+|had\s+|[a-z]+ly\s+)*"
    r"(?:was|were|been|be|being|is|are)\s+(?:(?:also|then|later|[a-z]+ly)\s+)*(?P<verb>[a-z]+)\b"
)
# "The telescope is named after James Webb": he did nothing of what is told of it.
_NAMED_AFTER = re.compile(
    r"\b(?:named (?:after|for)|called after|in (?:honou?r|memory) of) (?:[a-z]+ )*$",
    re.IGNORECASE,
)
_ASKS_NAMESAKE = re.compile(r"\b(?:nam\w+|called|honou?r\w*|memory|memorial)\b", re.IGNORECASE)


def is_namesake(question: str, before: str) -> bool:
    """Tell whether what follows `before` only gave its name to what `question` asks about."""
    return bool(_NAMED_AFTER.search(before)) and not _ASKS_NAMESAKE.search(question)


def is_done_to(question: str, after: str) -> bool:
    """Tell whether what `question` asks about is done to what stands before `after`, not by it.

    "Who crowned Charles?" is not answered by "Queen Camilla, his wife, was crowned".
    """
    asked, told = _BY_WHOM.search(question), _DONE_TO.search(after)
    if not asked or not told:
        return False
    return stem(asked["verb"].lower()) == stem(told["verb"])


def does_another(question: str, sentence: str) -> bool:
    """Tell whether a sentence says of another one what `question` asks of somebody it names.

    Only where the sentence names whom the question asks about as well: one that does not may
    call him by another name.
    """
    asked = _ASKED.search(question)
    if not asked:
        return False
    known = {stem(word) for word in words(asked["told"]) if word not in STOPWORDS}
    told = WORD.findall(sentence)
    named = any(word[:1].isupper() and stem(word.lower()) in known for word in told)
    verbs = [stem(word) for word in told if word.islower() and stem(word) in known]
    others = [
        stem(match["verb"])
        for match in _CLAUSE.finditer(sentence)
        if known.isdisjoint(map(stem, words(match["doer"])))
    ]
    return named and any(
        verbs.count(verb) == others.count(verb) for verb in others if verb in known
    )
