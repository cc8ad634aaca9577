"""A search by words (BM25) over the passages of the lessons, for passages that do not answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import tantivy

from rag.training.reader.lessons import Lesson

# Heading and text of the passages found for a question, best first.
Search = Callable[[str], list[tuple[str, str]]]

_FOUND = 8
_HEAP = 100_000_000
# Of sets whose contexts are lone sentences or lower case, a passage is easily told.
_LEFT_OUT = ("qasrl_gs", "boolq", "boolq_more", "condaqa", "squad20_train_lowercased")


def word_search(lessons: Iterable[Lesson]) -> Search:
    """Return a function that finds the passages of `lessons` with most of a question's words."""
    texts: dict[str, tuple[str, str]] = {}
    for lesson in lessons:
        if lesson.source not in _LEFT_OUT:
            texts.setdefault(lesson.text[:60], (lesson.heading, lesson.text))
    items = list(texts.values())
    index = _index(items)
    searcher = index.searcher()

    def search(question: str) -> list[tuple[str, str]]:
        words = " ".join(re.findall(r"\w+", question)).lower()
        if not words:
            return []
        found = searcher.search(index.parse_query(words, ["text"]), _FOUND).hits
        return [items[searcher.doc(address).to_dict()["number"][0]] for _, address in found]

    return search


def _index(items: list[tuple[str, str]]) -> tantivy.Index:
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("text", stored=False, tokenizer_name="en_stem")
    schema.add_integer_field("number", stored=True, indexed=True)
    index = tantivy.Index(schema.build())
    writer = index.writer(_HEAP, 1)
    for number, (heading, text) in enumerate(items):
        writer.add_document(tantivy.Document(text=f"{heading}\n{text}", number=number))
    writer.commit()
    index.reload()
    return index
