"""Split plain-text page dumps into clean articles.

A dump is what is left when web pages are saved as text: headlines printed twice,
captions two or four times, stray button labels, several articles in one file.
Everything here is a pure function of the text and works by general rules:

- a headline is a short line without a full stop, set off from the text around it;
- it opens an article when it is repeated within a few lines, or when it follows a
  large gap, a separator or a ``Title:`` label and leads to running text;
- what stands around it and is not running text is furniture, and goes;
- in doubt a line stays, because a stray line costs less than a lost paragraph.
"""

from rag.sources.dumps.assemble import DumpArticle
from rag.sources.dumps.bylines import agency_of, without_agency
from rag.sources.dumps.furniture import is_furniture
from rag.sources.dumps.layout import lead_title, same_line, unwrap, wrap_width
from rag.sources.dumps.lines import facts, is_sentence
from rag.sources.dumps.split import split_dump

__all__ = [
    "DumpArticle",
    "agency_of",
    "facts",
    "is_furniture",
    "is_sentence",
    "lead_title",
    "same_line",
    "split_dump",
    "unwrap",
    "without_agency",
    "wrap_width",
]
