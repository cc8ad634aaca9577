"""Press clippings: pages that each open with a paper's name and date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.sources.dumps import facts, is_sentence, unwrap, wrap_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LONGEST_TITLE = 100


@dataclass(slots=True)
class Clipping:
    """One story of a page, with what the page's first line says of paper and date."""

    title: str
    stated: Mapping[str, str]
    paragraphs: list[str] = field(default_factory=list)


def clippings(pages: Sequence[str]) -> list[Clipping]:
    """Return the stories of pages that are clippings, in order; none when they are not.

    Pages under the same paper and date are those of one document, unless there is only one.
    """
    sheets = [lines for page in pages if (lines := page.strip().split("\n")) != [""]]
    heads = [dict(facts(lines[0].strip())) for lines in sheets]
    named = all("date" in head and "publisher" in head for head in heads)
    apart = len({tuple(sorted(head.items())) for head in heads}) == len(heads)
    if not (heads and named and apart):
        return []
    return [
        story
        for lines, head in zip(sheets, heads, strict=True)
        for story in _stories("\n".join(lines[1:]), head)
    ]


def _stories(text: str, head: Mapping[str, str]) -> Iterator[Clipping]:
    """Yield the stories of one page: a block that opens with a headline begins one."""
    story: Clipping | None = None
    for block in filter(None, (block.strip() for block in text.split("\n\n"))):
        first, *rest = block.split("\n")
        titled = len(first) <= _LONGEST_TITLE and not is_sentence(first) and bool(rest)
        if story is None or titled:
            if story:
                yield story
            story = Clipping(first if titled else "", head)
        lines = rest if titled else [first, *rest]
        story.paragraphs += unwrap(lines, width=wrap_width([lines]))
    if story:
        yield story
