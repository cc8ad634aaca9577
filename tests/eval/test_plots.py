"""Bars and columns as SVG."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from eval import plots


def test_bars_have_the_lengths_of_their_values():
    drawn = plots.bars(
        {"": [plots.Bar("half <b>", 0.5, 0.4, 0.6), plots.Bar("$1", 1.0)]}, title='a "b"', most=1
    )
    tree = ElementTree.fromstring(drawn)
    assert tree.get("aria-label") == 'a "b"'
    assert tree.get("width") is None
    paths = [path.get("d") for path in tree.iter("{http://www.w3.org/2000/svg}path")]
    filled = [
        d
        for path, d in zip(tree.iter("{http://www.w3.org/2000/svg}path"), paths, strict=True)
        if "--dl-bar" in (path.get("style") or "")
    ]
    widths = [_width(d) for d in filled]
    assert widths[1] == pytest.approx(2 * widths[0])
    texts = [text.text for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert "half <b>" in texts
    assert "$1" in texts


def test_columns_name_a_dozen_at_the_most():
    drawn = plots.columns([plots.Bar(f"n{i}", i) for i in range(100)], title="t")
    texts = [t.text for t in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    named = [text for text in texts if text.startswith("n")]
    assert len(named) <= 12
    assert named[:2] == ["n0", "n9"]


def _width(path: str) -> float:
    numbers = [float(part) for part in path.replace("\n", " ").split() if part[0].isdigit()]
    return max(numbers[::2]) - min(numbers[::2])
