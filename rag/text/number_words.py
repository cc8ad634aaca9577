"""Numbers written in English words: "one and a half million", "half a dozen", "twenty-one"."""

from __future__ import annotations

import re

_UNITS = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {
    **{word: float(value) for value, word in enumerate([*_UNITS, *_TEENS], start=1)},
    **{word: 10.0 * value for value, word in enumerate(_TENS, start=2)},
}
_MULTIPLES = {"dozen": 12.0, "hundred": 1e2}
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

_unit, _teen, _ten = ("|".join(words) for words in (_UNITS, _TEENS, _TENS))
_scale, _multiple = "|".join(_SCALES), "|".join(_MULTIPLES)
_below_hundred = rf"(?:(?:{_ten})(?:[ -](?:{_unit})\b)?|{_teen}|{_unit})"
_below_thousand = (
    rf"(?:(?:{_below_hundred}|an?)[ -](?:{_multiple})(?: and {_below_hundred}\b)?|{_below_hundred})"
)
_scaled = rf"(?:(?:{_below_thousand}(?: and a half)?|an?)[ -](?:{_scale}))"
_rest = rf"(?:,? (?:and )?(?:{_scaled}|{_below_thousand})\b)*"
# "One" alone is mostly no number: "one of them", "the one who".
PHRASE = (
    rf"(?:half an? (?:{_multiple}|{_scale})|{_scaled}{_rest}|(?!one\b(?![ -](?:{_multiple})"
    rf"|[ -](?:{_scale})| and a half)){_below_thousand}(?: and a half)?)(?![\w])"
)
_FOUND = re.compile(rf"(?<![\w-]){PHRASE}", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+")


def spelled_numbers(text: str) -> list[float]:
    """Return the numbers from two on that `text` writes in words, in order."""
    return [_value(match[0].lower()) for match in _FOUND.finditer(text)]


def _value(phrase: str) -> float:
    """Return the value of a phrase that `PHRASE` matches."""
    total, current = 0.0, 0.0
    for word in _WORD.findall(phrase):
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "half":
            current += 0.5
        elif word in _MULTIPLES:
            current = (current or 1.0) * _MULTIPLES[word]
        elif word in _SCALES:
            total, current = total + (current or 1.0) * _SCALES[word], 0.0
    return total + current
