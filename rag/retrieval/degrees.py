"""Questions for the more or the less of two things, taken apart into what is asked of each.

"Which ship is longer, A or B?" asks "How long is A?" and "How long is B?".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# What is wanted of two figures. Of times to run a distance the faster is the lower.
Wants = Literal["more", "less", "difference", "faster", "slower", ""]

_DEGREES = {
    "longer": "long", "shorter": "short", "bigger": "big", "larger": "large", "smaller": "small",
    "taller": "tall", "higher": "high", "lower": "low", "heavier": "heavy", "lighter": "light",
    "older": "old", "younger": "young", "faster": "fast", "slower": "slow", "richer": "rich",
    "poorer": "poor", "stronger": "strong", "weaker": "weak", "deeper": "deep", "wider": "wide",
    "cheaper": "cheap", "dearer": "dear", "costlier": "costly", "deadlier": "deadly",
    "hotter": "hot", "colder": "cold", "warmer": "warm", "closer": "close", "worse": "bad",
    "better": "good", "further": "far", "farther": "far",
}  # fmt: skip
_LESS = frozenset("shorter smaller lower lighter younger poorer weaker cheaper closer".split())
# Of these more is not always a higher figure.
_EITHER = frozenset("worse better further".split())
# What came first has the lower date.
_ORDERS: dict[str, Wants] = {
    "earlier": "less", "first": "less", "sooner": "less", "before": "less",
    "later": "more", "last": "more", "after": "more",
}  # fmt: skip
_DEGREE = rf"(?P<degree>{'|'.join(_DEGREES)}|(?:more|less) (?!than\b)\w+)"
# What is dear or cheap is told by what it cost.
_COSTLY = r"(?P<degree>cheaper|dearer|costlier|(?:more|less) (?:expensive|costly))"
_ORDER = rf"(?P<order>{'|'.join(_ORDERS)}|more recent(?:ly)?)"
_MORE = r"(?P<more>more|less|fewer)"
_BE = r"(?P<verb>is|was|are|were)"
_AUX = r"(?P<aux>did|does|do|has|have|had|was|were|is|are)"
_WHICH = r"(?:which|what|who)\b"
_KIND = r"(?P<kind> .*?)?"
_KIND_BUT_BE = r"(?P<kind> (?!is |was |are |were ).*?)?"
_AT = r"(?:in|at|on|for|with|from|by|under|against|during|of)"
_NO_DEED = r"(?:is|was|are|were|the|an?|at|in|his|her|their|its|this|that|who|which|what)\b"
_HAPPENED = r"(?:comes?|came|happen(?:s|ed)|occur(?:s|red)|takes? place|took place|is|was|are|were)"
# "Won" and "sold" as in "were won by"; regular verbs end in "ed".
_DONE = r"(?:\w+ed|won|sold|made|lost|built|bought|spent|cast|sunk|shot|struck|hit|cut)\b"
_EITHER_OR = re.compile(r"^(?P<left>.+?),?\s+(?:or|than|and)\s+(?P<right>.+)$", re.I)
_THE_ONE = re.compile(r"^(?:the one|that)\b", re.I)
_OWNER = re.compile(rf"['’]s?(?=$| {_AT}\b)", re.I)
_PLACE_AND_REST = re.compile(rf"^({_AT}\s+(?:the\s+)?\S+)(\s+{_AT}\s.+)$", re.I)
_PLACE = re.compile(rf"^{_AT}\s+(?:the\s+)?\S+$", re.I)


@dataclass(frozen=True, slots=True)
class Degrees:
    """Two things, a question with "{}" in the place of either, and what is wanted of both.

    With `polar` a yes or no is asked for: whether the first has more, or less, than the second.
    """

    pair: tuple[str, str]
    form: str
    wants: Wants
    polar: bool = False


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of such questions, and what it asks of each thing.

    `asks` has "{thing}" in the place of either, "{rest}" for what goes on with the question, and
    other groups of `pattern` by their names; "{positive}" is "long" where `degree` is "longer".
    The two things are its groups `left` and `right`, or stand in its `tail`: "..., A or B". What
    is wanted is told by its group `order`, `more` or `degree`, unless `wants` says it.
    """

    pattern: re.Pattern[str]
    asks: str
    wants: Wants | None = None
    polar: bool = False

    def take_apart(self, asked: str) -> Degrees | None:
        """Return what is asked of each of two things; None for a question of another form."""
        match = self.pattern.match(asked)
        things, rest = _things(match) if match else (None, "")
        if match is None or things is None:
            return None
        told = {name: text or "" for name, text in match.groupdict().items()}
        told |= {name: told[name].lower() for name in ("verb", "aux") if name in told}
        told |= {"thing": "{}", "rest": rest, "positive": _positive(told.get("degree", ""))}
        wants = self.wants or _wanted(told)
        return Degrees(things, self.asks.format_map(told), wants, self.polar)


def degrees(asked: str) -> Degrees | None:
    """Return what is asked of each of two things; None for a question that compares none."""
    found = (form.take_apart(asked) for form in _FORMS)
    return next((each for each in found if each), None)


def _form(pattern: str, asks: str, *, wants: Wants | None = None, polar: bool = False) -> _Form:
    return _Form(re.compile(f"^{pattern}$", re.I), asks, wants, polar)


_FORMS = (
    # How much faster was A than B? How many more seats did A win than B?
    _form(
        rf"(?:by )?how much {_DEGREE} {_BE} (?P<left>.+?) than (?P<right>.+)",
        "How {positive} {verb} {thing}?",
        wants="difference",
    ),
    _form(
        rf"how many more (?P<noun>.+?) {_AUX} (?P<left>.+?) (?P<deed>\w+) than (?!{_AT}\s)"
        r"(?P<right>.+?)(?:\s+(?:did|does|do|had|has|have))?",
        "How many {noun} {aux} {thing} {deed}?",
        wants="difference",
    ),
    # Which came first, A or B? Who died first, A or B?
    _form(
        rf"{_WHICH}{_KIND_BUT_BE} {_HAPPENED} {_ORDER}\b(?P<tail>[, ].+)",
        "When was {thing}{rest}?",
    ),
    _form(
        rf"{_WHICH}{_KIND} (?P<deed>(?!{_NO_DEED})\w+) {_ORDER}\b(?P<tail>,? .+ or .+)",
        "When was it that {thing} {deed}{rest}?",
    ),
    # Which was worth more, A or B? Which cost more?
    _form(
        rf"{_WHICH}{_KIND} {_BE} worth {_MORE}\b(?P<tail>,? .+)",
        "How much {verb} {thing} worth{rest}?",
    ),
    _form(
        rf"{_WHICH}{_KIND} (?:cost|costs) {_MORE}\b(?P<tail>,? .+)",
        "How much did {thing} cost{rest}?",
    ),
    # Which car is cheaper, A or B? Which ship is longer?
    _form(
        rf"{_WHICH}{_KIND_BUT_BE} {_BE} {_COSTLY}\b(?P<tail>[\W].+)",
        "How much did {thing}{rest} cost?",
    ),
    _form(
        rf"{_WHICH}{_KIND_BUT_BE} {_BE} {_DEGREE}\b(?P<tail>[\W].+)",
        "How {positive} {verb} {thing}{rest}?",
    ),
    # Who got a bigger share of the vote in May, A or B? Which lasted longer, A or B?
    _form(
        rf"{_WHICH}{_KIND} (?:got|had|won|received|has|took|gained) (?:the|an?) "
        rf"{_DEGREE} (?P<noun>\w+(?: of (?:the )?\w+)?)(?P<tail>.+)",
        "What {noun}{rest} did {thing} get?",
    ),
    _form(
        rf"{_WHICH}{_KIND} (?:\w+) (?!more|less){_DEGREE}(?P<tail>,? .+)",
        "How {positive} was {thing}{rest}?",
    ),
    # Which film won more Oscars, A or B? Which team has more?
    *(
        _form(rf"{_WHICH}{kind} (?P<deed>{deed}) {_MORE} {counted}", asks)
        for kind, counted in (
            (r"(?P<kind> \w+(?: \w+)?)?", r"(?P<noun>[^,]+?)(?P<tail>, .+)"),
            (r"(?P<kind> \w+)?", r"(?P<noun>\w+)(?P<tail> .+)"),
        )
        for deed, asks in (
            (_DONE, "How many {noun} were {deed} by {thing}{rest}?"),
            (r"\w+", "How many {noun} {thing} {deed}{rest}?"),
        )
    ),
    # Did more people die in Turkey or in Syria? Did Japan win more golds in Tokyo or in Paris?
    _form(
        rf"did {_MORE} (?P<noun>\w+) (?P<deed>\w+) (?P<tail>{_AT} .+)",
        "How many {noun} {deed} {thing}?",
    ),
    _form(
        rf"{_AUX} {_MORE} (?P<noun>\w+) (?P<deed>\w+) (?P<tail>{_AT} .+)",
        "How many {noun} {aux} {deed} {thing}?",
    ),
    _form(
        rf"{_AUX} (?P<who>.+?) {_MORE} (?P<noun>\w+) (?P<tail>{_AT} .+)",
        "How many {noun} {aux} {who} {thing}?",
    ),
    # Was A worth more in May or in June? Was turnout higher in May or in June?
    _form(
        rf"{_BE} (?P<who>.+?) worth {_MORE} (?P<tail>{_AT} .+)",
        "How much {verb} {who} worth {thing}?",
    ),
    _form(
        rf"{_BE} (?P<who>.+?) {_COSTLY} (?P<tail>{_AT} .+ or .+)",
        "How much did {who} {thing} cost?",
    ),
    _form(
        rf"{_BE} (?P<who>.+?) {_DEGREE} (?P<tail>{_AT} .+ or .+)",
        "How {positive} {verb} {who} {thing}?",
    ),
    # Is A bigger than B? Was A later than B?
    _form(
        rf"{_BE} (?P<left>.+?) {_COSTLY} than (?P<right>.+)",
        "How much did {thing} cost?",
        polar=True,
    ),
    _form(
        rf"{_BE} (?P<left>.+?) {_DEGREE} than (?P<right>.+)",
        "How {positive} {verb} {thing}?",
        polar=True,
    ),
    _form(
        rf"{_BE} (?P<left>.+?) (?P<order>earlier|later) than (?P<right>.+)",
        "When was {thing}?",
        polar=True,
    ),
)


def _things(found: re.Match[str]) -> tuple[tuple[str, str] | None, str]:
    """Return the two things that a question compares, and what stands before them in its tail."""
    told = found.groupdict()
    return _pair(found) if "tail" in told else ((found["left"], found["right"]), "")


def _wanted(told: dict[str, str]) -> Wants:
    """Return what the words "first", "more" or "longer" of a question want."""
    if "order" in told:
        return _ORDERS.get(told["order"].lower(), "more")
    return _direction(told.get("more") or told["degree"])


def _pair(found: re.Match[str]) -> tuple[tuple[str, str] | None, str]:
    """Return the two things of "..., A or B", and what stands before them.

    "The one in Hull" is the fire there, if fires are compared, and "Hull's" the fire of Hull.
    """
    rest, named = _tail(found["tail"])
    match = _EITHER_OR.match(named)
    if not match:
        return None, ""
    kind = (found.groupdict().get("kind") or "").strip()
    left, right = _alike(match["left"].strip(" ,"), match["right"].strip(" ,"))
    left, right = (_of_kind(name, kind) for name in (left, right))
    return (left, right), rest


def _tail(text: str) -> tuple[str, str]:
    """Split what follows a degree into what goes on with the question, and "A or B"."""
    rest, comma, named = text.rpartition(", ")
    if comma and _EITHER_OR.match(named):
        return (f" {rest.strip(' ,')}" if rest.strip(" ,") else ""), named
    return "", text.strip(" ,:")


def _alike(left: str, right: str) -> tuple[str, str]:
    """Give to "in Hull" what follows "in Rye in May"."""
    match = _PLACE_AND_REST.match(right)
    return (f"{left}{match[2]}", right) if match and _PLACE.match(left) else (left, right)


def _of_kind(name: str, kind: str) -> str:
    if not kind:
        return name
    if kind.lower().startswith("of "):
        return name if _THE_ONE.match(name) else f"{name} {kind}"
    owned = _OWNER.sub(lambda match: f"{match[0]} {kind}", name, count=1)
    return _THE_ONE.sub(f"the {kind}", owned)


def _direction(degree: str) -> Wants:
    """Return whether the higher or the lower figure has more of `degree`; empty if it varies."""
    opening = degree.lower().split()[0]
    if opening in ("faster", "slower"):
        return "faster" if opening == "faster" else "slower"
    if opening in _EITHER:
        return ""
    return "less" if opening in _LESS or opening in ("less", "fewer") else "more"


def _positive(degree: str) -> str:
    """Return "long" of "longer" and "expensive" of "more expensive"."""
    found = degree.lower()
    return _DEGREES.get(found, found.rpartition(" ")[2])
