"""The style of the pages: contrast as WCAG 2 asks for in both themes, and rules that hold."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

ASSETS = files("ui.web").joinpath("assets")
TOKENS = ASSETS.joinpath("tokens.css").read_text(encoding="utf-8")
LEAST = 4.5
GROUNDS = ("paper", "card", "tint")
# What is written in each colour, and the grounds that it stands on.
PAIRS = [
    *((ink, ground) for ink in ("ink", "quiet", "accent", "warn", "differ") for ground in GROUNDS),
    ("accent-deep", "paper"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("mark-ink", "mark"),
]


def colours(theme: str) -> dict[str, str]:
    """Return the colours of a theme; the dark one keeps what it does not name."""
    light, _, rest = TOKENS.partition(".dark,")
    dark = rest.partition(":root .gradio-container")[0]
    named = [re.findall(r"--dl-([\w-]+): #([0-9a-f]{6});", css) for css in (light, dark)]
    return dict(named[0]) | (dict(named[1]) if theme == "dark" else {})


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    # The lightest grey that may be written on white.
    assert contrast("767676", "ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_its_grounds(theme: str) -> None:
    found = colours(theme)
    ratios = {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < LEAST} == {}


@pytest.mark.parametrize("name", ["base.css", "chat.css", "pages.css"])
def test_no_rule_of_a_media_query_names_the_container_that_gradio_puts_it_in(name):
    css = ASSETS.joinpath(name).read_text(encoding="utf-8")
    inside = re.findall(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", css)
    assert inside
    assert [rules for rules in inside if ".gradio-container" in rules] == []
