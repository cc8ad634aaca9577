"""The kind of answer that a question wants, and whether a span is of that kind."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.text.facts import NUMBER_WORDS
from rag.text.lexicon import ASKS_NAME, ASKS_TIME, MONTH_OR_SHORT, OPENING_VERBS, WEEKDAY
from rag.text.sentences import words


class Wanted(StrEnum):
    """What a question asks for."""

    MONEY = "money"
    SHARE = "share"
    DURATION = "duration"
    EXTENT = "extent"
    LENGTH = "length"
    NUMBER = "number"
    CLOCK = "clock"
    DATE = "date"
    TIME = "time"
    NAME = "name"
    PROPER_NAME = "proper_name"
    REASON = "reason"
    YES_NO = "yes_no"
    ANYTHING = "anything"


# Kinds whose answers hold a figure, in digits or in words.
FIGURES = frozenset(
    {
        *(Wanted.MONEY, Wanted.SHARE, Wanted.DURATION, Wanted.EXTENT, Wanted.LENGTH),
        *(Wanted.NUMBER, Wanted.CLOCK),
    }
)
_ASKING = "(?:who|whom|whose|what|when|where|why|how|which)"
_ASKS = (
    # "Why did she leave when he came?" asks for no time.
    (Wanted.REASON, r"^\W*(?:\w+\W+)?why\b"),
    (
        Wanted.YES_NO,
        rf"^(?:{'|'.join(OPENING_VERBS)})(?:n't)? (?!many\b|much\b)|"
        rf"^(?!{_ASKING}\b).*(?:, (?:{'|'.join(OPENING_VERBS)})(?:n't)? "
        r"(?:it|he|she|they|this|that|there)\b[^,]*|\byes (?:or|/) no\b.*|\byes/no\b.*|"
        r"\b(?:right|correct|true)\W*)$",
    ),
    # "How much more did petrol cost?" may be told in dollars or in percent, and rates that are
    # raised are told in points.
    (
        Wanted.NUMBER,
        r"\bhow much (?:more|less|higher|lower|cheaper|dearer)\b|"
        r"\bhow much .*\b(?:raise|rise|lose)\b.*\b(?:rates?|tax(?:es)?|prices?|tariffs?|pay|wages?|"
        r"weight|time|ground|support|value|percent)\b",
    ),
    (
        Wanted.MONEY,
        r"\bhow much (?:\w+ )*(?:cost|costs|paid|pay|worth|spend|spent|raise|raised|owe|owed|earn|"
        r"earned|lose|lost|money|fined|fine|price)\b|"
        r"\bhow much (?:did|does|do|was|were|is|are|will) [^?]*\b(?:cost|pay|spend|raise|owe|"
        r"earn|sell for|sold for|buy|worth|fined)\b|"
        r"\bwhat (?:price|sum|fine)\b|\b(?:price|cost) of\b.*\bhow much\b",
    ),
    (
        Wanted.SHARE,
        r"\b(?:what|which) (?:percentage|percent|share|proportion)\b|\bhow many percent",
    ),
    (
        Wanted.DURATION,
        r"\bhow long (?:did|does|do|has|have|had|will)\b|\bhow many "
        r"(?:years|months|weeks|days|hours|minutes|seconds)\b",
    ),
    (Wanted.EXTENT, r"\bhow long (?:was|were|is|are)\b"),
    (Wanted.LENGTH, r"\bhow (?:far|tall|deep|wide)\b"),
    (
        Wanted.NUMBER,
        # A tower, inflation or a turnout may be high.
        r"\bhow (?:many|old|big|large|high|fast|heavy|hot|cold|strong)\b|"
        r"\b(?:what|which) (?:(?:was|is|were|are) the (?:\w+ )?)?"
        r"(?:number|age|score|chances?|odds|probability)\b|"
        r"^\W*(?:the )?(?:\w+ )?number of\b|\bdeath toll\b",
    ),
    # "How much did the club offer?": money or not, it is a figure.
    (Wanted.NUMBER, rf"\bhow much (?:{'|'.join(sorted(OPENING_VERBS))})\b"),
    (Wanted.CLOCK, r"\b(?:what|which) (?:time|hour)\b(?! of)|\bhow late\b"),
    (Wanted.DATE, r"\b(?:what|which) (?:year|date|day|month)\b"),
    (Wanted.TIME, ASKS_TIME.pattern),
    (
        Wanted.PROPER_NAME,
        r"^\W*(?:what(?: is| was| are| were|['’]s) )?(?:the )?(?:full |last |first |real )?"
        r"names? of\b|\b(?:what|who) (?:is|was|are|were) [^?]*\b(?:called|named)\W*$",
    ),
    (Wanted.REASON, r"\bwhy\b|\bhow come\b|\bwhat (?:caused|was the (?:cause|reason))\b"),
    (
        Wanted.NAME,
        # Which ship, which jeweller: whatever it is, it has a name.
        rf"{ASKS_NAME.pattern}|^(?:\w+ )?which (?!of\b)\w",
    ),
)  # fmt: skip
_SHORT_FORM = re.compile(
    r"\bwhat (?:does|do|did) (?:the )?([\w.]{2,9}) stand for\b|"
    r"\bwhat (?:is|was) (?:the )?([\w.]{2,9}) "
    r"(?:short for|an? (?:acronym|abbreviation) (?:of|for))\b",
    re.I,
)
_ASKED = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in _ASKS)
_NUMBER = re.compile(
    r"\d|\b(?:no one|nobody|none|one|both|all|most|several|a few|a couple|a pair|"
    r"scores|dozens?|hundreds?|thousands?|millions?|billions?|half|halves|quarters?|thirds?|"
    rf"twice|double|triple|{'|'.join(NUMBER_WORDS)}|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b",
    re.I,
)
_TIME = re.compile(
    rf"\b(?:{MONTH_OR_SHORT}|{WEEKDAY}|"
    r"today|tonight|yesterday|tomorrow|morning|noon|midnight|afternoon|evening|night|dawn|"
    r"spring|summer|autumn|fall|winter|years?|months?|weeks?|days?|hours?|minutes?|century|decade|"
    r"christmas|easter|ago|after|before|when|during|since|until|[ap]\.?m)\b|\b(?:1\d|20)\d\d\b|"
    r"\d\d?[:.]\d\d",
    re.I,
)
# "More than five years" is no time of day or year, but "five years later" and "in two weeks" are.
_SPELL = re.compile(
    rf"(?:(?:more|less) than |about |around |nearly |almost |over |some |at least )?"
    rf"(?:\d+|an?|several|many|{'|'.join(NUMBER_WORDS)}|half an?)(?: and a half)? "
    r"(?:years?|months?|weeks?|days?|hours?|minutes?|decades?)",
    re.I,
)
_PLACED_IN_TIME = re.compile(r"\b(?:in|within|after|every)\W+(?:the )?$", re.I)
_GOES_ON_IN_TIME = re.compile(
    r"^\W*(?:ago|after|afterwards|before|later|earlier|from|since|into)\b", re.I
)
_CLOCK = re.compile(
    r"\d[:.]\d\d|\d ?[ap]\.?m\b|\b(?:noon|midday|midnight|dawn|dusk)\b|\bo['’]?clock\b|"
    r"\b(?:minutes?|seconds?)\b|\b\d{4} (?:hours|GMT|UTC)\b|"
    r"\b(?:in the|this|that) (?:morning|afternoon|evening)\b",
    re.I,
)
_DURATION = re.compile(
    r"\b(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|decades?|century|centuries|since|"
    r"until|overnight|forever)\b|-(?:year|month|week|day|hour|minute)\b|\d:\d\d",
    re.I,
)
_LENGTH = re.compile(
    r"\b(?:met(?:re|er)s?|kilomet(?:re|er)s?|km|miles?|feet|foot|ft|inch(?:es)?|yards?|cm|mm|m|"
    r"light[- ]years?|parsecs?|leagues?|blocks?|storeys?)\b|"
    r"\d(?:m|km|ft)\b|-(?:met(?:re|er)|mile|foot|kilomet(?:re|er))\b",
    re.I,
)
_MONEY = re.compile(
    r"[$€£¥]|\b(?:dollars?|euros?|pounds?|yen|yuan|rupees?|francs?|roubles?|rubles?|pesos?|cents?|"
    r"pence|usd|eur|gbp|money|free|nothing)\b",
    re.I,
)
_CAUSE = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|caused by|result of|over|for|after|by|from|of|with)"
    r"\W+(?:(?:a|an|the|its|his|her|their) )?$",
    re.I,
)
# "In the state of Delaware" tells where, and "in order to" tells why.
_PLACE = re.compile(
    r"(?:in(?! order\b)|at|on|near|inside|outside|across) (?:\w+ )?[A-Z]|"
    r"(?:in|at|on|near) the (?:state|city|town|county|province|region|street)\b"
)
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|near|across)(?: the \w+(?: of)?)? $|\bthe (?:state|city|town) of $", re.I
)
# What stands in a place and is none: "in New York" is no prison.
_INSTITUTIONS = (
    "prison|jail|hospital|clinic|school|university|college|hotel|museum|airport|stadium|arena|"
    "court|church|mosque|bank|company|firm|team|club|newspaper|paper|channel|airline|agency|party|"
    "film|movie|song|book|ship|boat|plane|bridge|tower|station|shop|store|restaurant|theatre|"
    "theater|factory|plant|laboratory|lab"
)
_ASKS_INSTITUTION = re.compile(rf"\b(?:which|what) (?:\w+ )?(?:{_INSTITUTIONS})\b", re.I)
_INSTITUTION = re.compile(rf"\b(?:{_INSTITUTIONS})s?\b", re.I)
_SHARE = re.compile(r"%|\bper ?cent\b|\bhalf\b|\bthirds?\b|\bquarters?\b|\bfifths?\b", re.I)
_FITS = {
    Wanted.MONEY: _MONEY,
    Wanted.SHARE: _SHARE,
    Wanted.DURATION: _DURATION,
    Wanted.LENGTH: _LENGTH,
    # Of a ship or of a war.
    Wanted.EXTENT: re.compile(f"{_DURATION.pattern}|{_LENGTH.pattern}", re.I),
    Wanted.NUMBER: _NUMBER,
    Wanted.CLOCK: _CLOCK,
    Wanted.DATE: _TIME,
    Wanted.TIME: _TIME,
}


def wanted(question: str) -> Wanted:
    """Return the kind of answer that `question` wants."""
    asked = question.strip()
    return next((kind for kind, pattern in _ASKED if pattern.search(asked)), Wanted.ANYTHING)


def short_form(question: str) -> str:
    """Return what "What does DART stand for?" asks the long form of; empty for other questions."""
    found = _SHORT_FORM.search(question)
    return (found[1] or found[2]).replace(".", "") if found else ""


def fits(kind: Wanted, span: str, *, before: str = "", after: str = "") -> bool | None:
    """Tell whether `span` is of a kind; None where its words do not tell.

    `before` and `after` are the text around it. A unit may follow, as in "11.4 kilometres",
    and a cause of one or two words needs a word that makes it one, as in "because of fog".
    """
    times = (Wanted.DATE, Wanted.TIME)
    if kind in times and _SPELL.fullmatch(span.strip()):
        # "Six days after it ran aground" names no day.
        placed = _PLACED_IN_TIME.search(before) or _GOES_ON_IN_TIME.match(after)
        return kind is Wanted.TIME and placed is not None
    if kind in _FITS:
        # Only a figure has its unit after it.
        near = f"{span}{after[:14]}" if kind not in times and _NUMBER.search(span) else span
        return _FITS[kind].search(near) is not None
    if kind is Wanted.NAME:
        return not _only_figures(span)
    if kind is Wanted.PROPER_NAME:
        return not (_only_figures(span) or _SOMEBODY.match(span) or span.islower())
    if kind is Wanted.REASON:
        if _PLACE.match(span) or (span[:1].isupper() and _PLACE_BEFORE.search(before)):
            return False
        return len(words(span)) > 2 or _CAUSE.search(before) is not None
    return None


def tells_only_where(question: str, span: str, *, before: str) -> bool:
    """Tell whether a span is the place of something, where `question` asks which one it is.

    "Which prison is he in?" is not answered by "in New York".
    """
    return bool(
        _ASKS_INSTITUTION.search(question)
        and before.endswith("in ")
        and span[:1].isupper()
        and not _INSTITUTION.search(span)
    )


def _only_figures(span: str) -> bool:
    """Tell whether a span is a number or a time and no name."""
    left = [word for word in words(_TIME.sub(" ", span)) if not word[:1].isdigit()]
    return not any(word for word in left if word not in _LITTLE)


# "A person in Hull" is no name.
_SOMEBODY = re.compile(r"\W*(?:an?|one|some|another|his|her|their)\b", re.I)
_LITTLE = frozenset("a an the of in on at to by and or for from about around than more".split())
