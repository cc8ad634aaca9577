"""Recognise the text on pictures of pages, with the ``ocr`` extra."""

from __future__ import annotations

import importlib.util
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
            found += recognise(image.data)[0] or []
        yield page_text([_Box(box, text) for box, text, sure in found if float(sure) >= _SURE])


class _Box:
    """A recognised line: where it stands, in pixels, and its text."""

    def __init__(self, corners: Sequence[Sequence[float]], text: str) -> None:
        across, down = zip(*corners, strict=True)
        self.left, self.top, self.bottom = min(across), min(down), max(down)
        self.text = text

    @property
    def height(self) -> float:
        return self.bottom - self.top


def page_text(boxes: Sequence[_Box]) -> str:
    """Return recognised boxes as lines from top to bottom, a blank one before a wide gap."""
    lines: list[list[_Box]] = []
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
