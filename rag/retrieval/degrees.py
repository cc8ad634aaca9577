"""Questions for the more or the less of two things, taken apart into what is asked of each.

"Which ship is longer, A or B?" asks "How long is A?" and "How long is B?".
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
_COSTLY = frozenset("expensive costly cheap dear".split())
# Of these more is not always a higher figure.
_EITHER = frozenset("worse better further".split())
# What came first has the lower date.
_ORDERS: dict[str, Wants] = {
    "earlier": "less", "first": "less", "sooner": "less", "before": "less",
    "later": "more", "last": "more", "after": "more",
}  # fmt: skip
_DEGREE = rf"(?P<degree>{'|'.join(_DEGREES)}|(?:more|less) (?!than\b)\w+)"
_ORDER = rf"(?P<order>{'|'.join(_ORDERS)}|more recent(?:ly)?)"
_MORE = r"(?P<more>more|less|fewer)"
_BE = r"(?P<verb>is|was|are|were)"
_AUX = r"(?P<aux>did|does|do|has|have|had|was|were|is|are)"
_WHICH = r"(?:which|what|who)\b"
_AT = r"(?:in|at|on|for|with|from|by|under|against|during|of)"
_NO_DEED = r"(?:is|was|are|were|the|an?|at|in|his|her|their|its|this|that|who|which|what)\b"
_HAPPENED = r"(?:comes?|came|happen(?:s|ed)|occur(?:s|red)|takes? place|took place|is|was|are|were)"
# "Won" and "sold" as in "were won by"; regular verbs end in "ed".
_DONE = frozenset("won sold made lost built bought spent cast sunk shot struck hit cut".split())
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


def degrees(asked: str) -> Degrees | None:
    """Return what is asked of each of two things; None for a question that compares none."""
    for pattern, take_apart in _FORMS:
        if (match := pattern.match(asked)) and (found := take_apart(match)):
            return found
    return None


def _how_much(match: re.Match[str]) -> Degrees:
    """Take apart “How much faster was A than B?” and its like."""
    form = f"How {_positive(match['degree'])} {match['verb'].lower()} {{}}?"
    return Degrees((match["left"], match["right"]), form, "difference")


def _how_many_more(match: re.Match[str]) -> Degrees | None:
    """Take apart “How many more seats did A win than B?” and its like."""
    right = re.sub(r"\s+(?:did|does|do|had|has|have)$", "", match["right"], flags=re.I)
    if _PLACE.match(right):
        return None
    form = f"How many {match['noun']} {match['aux']} {{}} {match['deed']}?"
    return Degrees((match["left"], right), form, "difference")


def _which_is(match: re.Match[str]) -> Degrees | None:
    """Take apart “Which ship is longer, A or B?” and its like."""
    pair, rest = _pair(match)
    form = _of_degree(match["degree"], match["verb"], f"{{}}{rest}")
    return Degrees(pair, form, _direction(match["degree"])) if pair else None


def _which_came(match: re.Match[str]) -> Degrees | None:
    """Take apart “Which came first, A or B?” and its like."""
    pair, rest = _pair(match)
    return Degrees(pair, f"When was {{}}{rest}?", _order(match["order"])) if pair else None


def _which_did_first(match: re.Match[str]) -> Degrees | None:
    """Take apart “Who died first, A or B?” and its like."""
    pair, rest = _pair(match)
    form = f"When was it that {{}} {match['deed']}{rest}?"
    return Degrees(pair, form, _order(match["order"])) if pair else None


def _which_worth(match: re.Match[str]) -> Degrees | None:
    """Take apart “Which cost more, A or B?” and its like."""
    pair, rest = _pair(match)
    if match["verb"]:
        form = f"How much {match['verb']} {{}} worth{rest}?"
    else:
        form = f"How much did {{}} cost{rest}?"
    return Degrees(pair, form, _direction(match["more"])) if pair else None


def _which_lasted(match: re.Match[str]) -> Degrees | None:
    """Take apart “Which lasted longer, A or B?” and its like."""
    pair, rest = _pair(match)
    form = f"How {_positive(match['degree'])} was {{}}{rest}?"
    return Degrees(pair, form, _direction(match["degree"])) if pair else None


def _which_share(match: re.Match[str]) -> Degrees | None:
    """Take apart “Who got a bigger share of the vote in May, A or B?” and its like."""
    pair, rest = _pair(match)
    form = f"What {match['noun']}{rest} did {{}} get?"
    return Degrees(pair, form, _direction(match["degree"])) if pair else None


def _which_did(match: re.Match[str]) -> Degrees | None:
    """Take apart “Which film won more Oscars, A or B?” and its like."""
    pair, rest = _pair(match)
    verb = match["deed"].lower()
    many = f"How many {match['noun']}"
    passive = verb.endswith("ed") or verb in _DONE
    form = f"{many} were {verb} by {{}}{rest}?" if passive else f"{many} {{}} {verb}{rest}?"
    return Degrees(pair, form, _direction(match["more"])) if pair else None


def _did_more(match: re.Match[str]) -> Degrees | None:
    """Take apart “Did Japan win more golds in Tokyo or in Paris?” and its like."""
    pair, _ = _pair(match)
    form = f"How many {match['noun']} {match['aux'].lower()} {match['rest']} {{}}?"
    return Degrees(pair, form, _direction(match["more"])) if pair else None


def _more_did(match: re.Match[str]) -> Degrees | None:
    """Take apart “Did more people die in Turkey or in Syria?” and its like."""
    pair, _ = _pair(match)
    aux = match["aux"].lower()
    form = f"How many {match['noun']} {'' if aux == 'did' else f'{aux} '}{match['rest']} {{}}?"
    return Degrees(pair, form, _direction(match["more"])) if pair else None


def _was_higher(match: re.Match[str]) -> Degrees | None:
    """Take apart “Was turnout higher in May or in June?” and its like."""
    pair, _ = _pair(match)
    form = _of_degree(match["degree"], match["verb"], f"{match['rest']} {{}}")
    return Degrees(pair, form, _direction(match["degree"])) if pair else None


def _was_worth(match: re.Match[str]) -> Degrees | None:
    """Take apart “Was A worth more in May or in June?” and its like."""
    pair, _ = _pair(match)
    form = f"How much {match['verb'].lower()} {match['rest']} worth {{}}?"
    return Degrees(pair, form, _direction(match["more"])) if pair else None


def _is_higher(match: re.Match[str]) -> Degrees:
    """Take apart “Is A bigger than B?” and its like."""
    form = _of_degree(match["degree"], match["verb"], "{}")
    return Degrees((match["left"], match["right"]), form, _direction(match["degree"]), polar=True)


def _is_earlier(match: re.Match[str]) -> Degrees:
    """Take apart “Was A before B?” and its like."""
    pair = (match["left"], match["right"])
    return Degrees(pair, "When was {}?", _order(match["order"]), polar=True)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Degrees | None]], ...] = tuple(
    (re.compile(pattern, re.I), take_apart)
    for pattern, take_apart in (
        (
            rf"^(?:by )?how much {_DEGREE} {_BE} (?P<left>.+?) than (?P<right>.+)$",
            _how_much,
        ),
        (
            rf"^how many more (?P<noun>.+?) {_AUX} (?P<left>.+?) (?P<deed>\w+) than (?P<right>.+)$",
            _how_many_more,
        ),
        (
            rf"^{_WHICH}(?P<kind> (?!is |was |are |were ).*?)? {_HAPPENED} {_ORDER}\b"
            r"(?P<tail>[, ].+)$",
            _which_came,
        ),
        (
            rf"^{_WHICH}(?P<kind> .*?)? (?P<deed>(?!{_NO_DEED})\w+) {_ORDER}\b(?P<tail>,? .+)$",
            _which_did_first,
        ),
        (
            rf"^{_WHICH}(?P<kind> .*?)? (?:{_BE} worth|cost|costs) {_MORE}\b(?P<tail>,? .+)$",
            _which_worth,
        ),
        (
            rf"^{_WHICH}(?P<kind> (?!is |was |are |were ).*?)? {_BE} {_DEGREE}\b(?P<tail>[\W].+)$",
            _which_is,
        ),
        (
            rf"^{_WHICH}(?P<kind> .*?)? (?:got|had|won|received|has|took|gained) (?:the|an?) "
            rf"{_DEGREE} (?P<noun>\w+(?: of (?:the )?\w+)?)(?P<tail>.+)$",
            _which_share,
        ),
        (
            rf"^{_WHICH}(?P<kind> .*?)? (?:\w+) (?!more|less){_DEGREE}(?P<tail>,? .+)$",
            _which_lasted,
        ),
        (
            rf"^{_WHICH}(?P<kind> \w+(?: \w+)?)? (?P<deed>\w+) {_MORE} (?P<noun>[^,]+?)"
            r"(?P<tail>, .+)$",
            _which_did,
        ),
        (
            rf"^{_WHICH}(?P<kind> \w+)? (?P<deed>\w+) {_MORE} (?P<noun>\w+)(?P<tail> .+)$",
            _which_did,
        ),
        (
            rf"^{_AUX} {_MORE} (?P<noun>\w+) (?P<rest>\w+) (?P<tail>{_AT} .+)$",
            _more_did,
        ),
        (
            rf"^{_AUX} (?P<rest>.+?) {_MORE} (?P<noun>\w+) (?P<tail>{_AT} .+)$",
            _did_more,
        ),
        (rf"^{_BE} (?P<rest>.+?) worth {_MORE} (?P<tail>{_AT} .+)$", _was_worth),
        (rf"^{_BE} (?P<rest>.+?) {_DEGREE} (?P<tail>{_AT} .+ or .+)$", _was_higher),
        (rf"^{_BE} (?P<left>.+?) {_DEGREE} than (?P<right>.+)$", _is_higher),
        (rf"^{_BE} (?P<left>.+?) (?P<order>earlier|later) than (?P<right>.+)$", _is_earlier),
    )
)


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


def _of_degree(degree: str, verb: str, named: str) -> str:
    """Return what is asked of one thing; what is dear or cheap is told by what it cost."""
    positive = _positive(degree)
    if positive in _COSTLY:
        return f"How much did {named} cost?"
    return f"How {positive} {verb.lower()} {named}?"


def _direction(degree: str) -> Wants:
    """Return whether the higher or the lower figure has more of `degree`; empty if it varies."""
    opening = degree.lower().split()[0]
    if opening in ("faster", "slower"):
        return "faster" if opening == "faster" else "slower"
    if opening in _EITHER:
        return ""
    return "less" if opening in _LESS or opening in ("less", "fewer") else "more"


def _order(word: str) -> Wants:
    return _ORDERS.get(word.lower(), "more")


def _positive(degree: str) -> str:
    """Return "long" of "longer" and "expensive" of "more expensive"."""
    found = degree.lower()
    return _DEGREES.get(found, found.split()[-1])
