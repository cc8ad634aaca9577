"""The cell that is asked for in a row of a table, which a text has as a line.

`rag.sources.grid` writes it: "Tarn: Winner Ivo Grant, Votes 987, Turnout 58%."
"""

from __future__ import annotations

from itertools import dropwhile

from rag.text.sentences import stem, words


def asked_cell(question: str, span: str, sentence: str) -> str:
    """Return the value of the one cell of `span` whose column the question names.

    Where the sentence is no row, or no one cell is asked for, that is the span as it is.
    """
    cells = span.rstrip(".").split(", ")
    if len(cells) < 2 or not _is_row(sentence):
        return span
    asked = set(map(stem, words(question)))
    named = [cell for cell in cells if stem(cell.split()[0].lower()) in asked]
    if len(named) != 1:
        return span
    value = dropwhile(lambda word: stem(word.lower()) in asked, named[0].split())
    return " ".join(value) or span


def _is_row(sentence: str) -> bool:
    """Tell whether a sentence is a name, a colon, and cells that begin with their columns."""
    head, colon, rest = sentence.partition(": ")
    cells = rest.rstrip(".").split(", ")
    return bool(head and colon) and all(
        cell[:1].isalpha() and len(cell.split()) > 1 and ":" not in cell for cell in cells
    )
