"""Split the exports of news databases: one file, a cover sheet, many articles.

Nexis, Factiva, ProQuest, Europresse and their like write each article as a head of short
lines (headline, paper, date, byline, length), the text, and a foot of labels; a line such
as ``2 of 40 DOCUMENTS``, ``End of Document`` or ``Document ABCD0000...`` parts it from the
next. The same rules serve plain text, Word, PDF and HTML, once these are lines.
"""

from rag.sources.exports.found import articles_in, several_note

__all__ = ["articles_in", "several_note"]
