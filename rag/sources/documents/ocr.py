"""Recognise the text on pictures of pages, with the ``ocr`` extra."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError
from rag.sources import fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdf

_ASK = (
    f"{fields.NO_TEXT}: its pages are pictures; install text recognition with "
    "`pip install 'dateline-rag[ocr]'` and add it again"
)
_SURE = 0.5  # the probability from which a recognised line counts
_SAME_LINE = 0.6  # of a line's height; boxes nearer than this stand on one line
_GAP = 0.5  # of a letter's width; a wider gap is one between words
_PARAGRAPH = 1.9  # line heights from one line to the next at a new paragraph


def read_pages(reader: pypdf.PdfReader) -> Iterator[str]:
    """Yield the text of each page of a scanned PDF; raises `SourceError` without the extra."""
    if importlib.util.find_spec("rapidocr_onnxruntime") is None:
        raise SourceError(_ASK)
    # Imported here because it is optional, and loads its models.
    from rapidocr_onnxruntime import RapidOCR

    recognise = RapidOCR()
    for page in reader.pages:
        found: list[Any] = []
        for image in page.images:
            found += recognise(image.data, return_word_box=True)[0] or []
        yield page_text([_box(line) for line in found if float(line[2]) >= _SURE])


@dataclass(frozen=True, slots=True)
class Box:
    """A recognised line: where it stands, in pixels from the top left, and its text."""

    left: float
    top: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        """How high its letters stand."""
        return self.bottom - self.top


def _box(line: Sequence[Any]) -> Box:
    """Return a line of the library: its corners, text, certainty, and its letters' corners."""
    across, down = zip(*line[0], strict=True)
    letters = [(float(corners[0][0]), float(corners[1][0])) for corners in line[3]]
    text = spaced(line[4], letters) if len(letters) == len(line[4]) else line[1]
    return Box(float(min(across)), float(min(down)), float(max(down)), text)


def spaced(letters: Sequence[str], places: Sequence[tuple[float, float]]) -> str:
    """Return letters with a space at each wide gap, as the model sees words and not always gaps.

    `places` are where each letter begins and ends on the line.
    """
    if not places:
        return ""
    width = median(end - start for start, end in places)
    written = [letters[0]]
    for letter, before, (start, _end) in zip(letters[1:], places, places[1:], strict=False):
        gap = start - before[1] >= _GAP * width
        if gap and " " not in (letter, written[-1]) and letter not in ",.;:!?":
            written.append(" ")
        written.append(letter)
    return "".join(written)


def page_text(boxes: Sequence[Box]) -> str:
    """Return recognised boxes as lines from top to bottom, a blank one before a wide gap."""
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: (box.top, box.left)):
        if lines and box.top - lines[-1][0].top < _SAME_LINE * lines[-1][0].height:
            lines[-1].append(box)
        else:
            lines.append([box])
    written: list[str] = []
    for number, line in enumerate(lines):
        if number and line[0].top - lines[number - 1][0].top > _PARAGRAPH * line[0].height:
            written.append("")
        written.append(" ".join(b.text for b in sorted(line, key=lambda box: box.left)))
    return "\n".join(written)
