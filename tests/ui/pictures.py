"""Pictures of the pages, small ones, and what has changed between two of them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

FOLDER = Path(__file__).with_name("pictures")
# A picture is kept at a quarter of its size and compared in cells of this many of its pixels, 8
# of the page: letters are blurred into the grey of a line, whatever smooths them.
_SCALE, _CELL = 4, 2
_COLOURS = 32
# Two cells are alike if no channel of 255 differs by more than this.
_ALIKE = 10
# A change counts from so many cells in each direction, 24 pixels: less is a line that wraps
# elsewhere or the time that an answer took, more is a part of the page.
_PART = 3
_LINE = "line"


def small(png: bytes) -> Image.Image:
    """Return a screenshot as it is kept."""
    with Image.open(io.BytesIO(png)) as page:
        reduced = page.convert("RGB").reduce(_SCALE)
    return reduced.quantize(_COLOURS, dither=Image.Dither.NONE)


def keep(picture: Image.Image, name: str, *, line: float) -> None:
    """Write a picture, with the width of a line of text in the fonts that it was taken with."""
    FOLDER.mkdir(exist_ok=True)
    noted = PngImagePlugin.PngInfo()
    noted.add_text(_LINE, f"{line:.1f}")
    picture.save(FOLDER / f"{name}.png", optimize=True, pnginfo=noted)


def kept(name: str) -> tuple[Image.Image, float]:
    """Return a picture and that width."""
    with Image.open(FOLDER / f"{name}.png") as picture:
        picture.load()
        return picture, float(picture.info[_LINE])


def changed(now: Image.Image, before: Image.Image) -> list[tuple[int, int]]:
    """Return where parts of a page differ, as the pixels of the page from its left and top.

    A cell may have moved by one. What has moved further, is gone, is new or has another colour
    differs.
    """
    one, other = _cells(now), _cells(before)
    if one.shape != other.shape:
        return [(0, 0)]
    differs = ~_found(one, other) | ~_found(other, one)
    windows = np.lib.stride_tricks.sliding_window_view(differs, (_PART, _PART))
    side = _SCALE * _CELL
    return [(int(x) * side, int(y) * side) for y, x in np.argwhere(windows.all((2, 3)))]


def _cells(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB").reduce(_CELL), np.int16)


def _found(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return for each cell of `one` whether `other` has its like there or next to it."""
    around = np.pad(other, ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width, _ = one.shape
    places = [(down, across) for down in range(3) for across in range(3)]
    near = [around[down : down + height, across : across + width] for down, across in places]
    return np.any([np.abs(one - each).max(2) <= _ALIKE for each in near], axis=0)
