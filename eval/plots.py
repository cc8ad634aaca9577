"""Draw bar charts as SVG that takes the colours of the page around it."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.errors import extra

with extra("eval"):
    import matplotlib
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

# Colours that stand for the page's text and accent until the drawing is done.
_INK, _ACCENT = "#010203", "#040506"
# Sizes in inches, and the most columns that have their names below them.
_WIDTH, _NAMED = 7.0, 12
_SHADES = (_ACCENT, "#9aa5b1")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its name; `low` and `high` are the ends of an interval around `value`."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def bars(series: Mapping[str, Sequence[Bar]], *, title: str, most: float | None = None) -> str:
    """Return horizontal bars as an ``<svg>`` element; several series stand side by side.

    `title` is read out by screen readers; `most` is the end of the axis.
    """
    names = list(dict.fromkeys(bar.name for given in series.values() for bar in given))
    tall = 0.8 / max(1, len(series))
    figure = Figure(figsize=(_WIDTH, 0.5 + 0.2 * len(names) * (len(series) + 0.5)))
    axes = _axes(figure)
    for number, (label, given) in enumerate(series.items()):
        rows = [names.index(bar.name) + (number + 0.5) * tall - 0.4 for bar in given]
        shade = _SHADES[number % len(_SHADES)]
        axes.barh(rows, [bar.value for bar in given], tall * 0.9, color=shade, label=label)
        for row, bar in zip(rows, given, strict=True):
            if bar.low is not None and bar.high is not None:
                axes.plot([bar.low, bar.high], [row, row], color=_INK, linewidth=1)
    axes.set_yticks(range(len(names)), [_short(name) for name in names])
    axes.invert_yaxis()
    axes.set_xlim(0, most)
    if len(series) > 1:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return _svg(figure, title)


def columns(given: Sequence[Bar], *, title: str) -> str:
    """Return vertical bars, such as one per month, as an ``<svg>`` element."""
    figure = Figure(figsize=(_WIDTH, 2.4))
    axes = _axes(figure)
    axes.bar(range(len(given)), [bar.value for bar in given], color=_ACCENT)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    named = range(0, len(given), max(1, -(-len(given) // _NAMED)))
    axes.set_xticks(named, [given[i].name for i in named], rotation=45, ha="right")
    return _svg(figure, title)


def _axes(figure: Figure) -> Axes:
    axes = figure.add_subplot()
    axes.tick_params(colors=_INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_INK)
    return axes


def _short(name: str) -> str:
    # A dollar sign would begin a formula.
    text = name if len(name) <= 28 else f"{name[:27]}…"
    return text.replace("$", r"\$")


def _svg(figure: Figure, title: str) -> str:
    """Return the drawing without its size and declarations, named by `title`."""
    file = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "text.color": _INK}):
        figure.savefig(file, format="svg", bbox_inches="tight", transparent=True)
    drawn = file.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r' (?:width|height)="[^"]*pt"', "", drawn, count=2)
    drawn = re.sub(r"<(metadata|style)\b.*?</\1>", "", drawn, flags=re.DOTALL)
    label = html.escape(title)
    drawn = drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" class="dl-plot" ', 1)
    return drawn.replace(_INK, "currentColor").replace(_ACCENT, "var(--dl-bar, #2563eb)")
