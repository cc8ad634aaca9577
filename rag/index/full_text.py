"""The full-text index: BM25 by tantivy, on English stems and on those of each text's language.

A text in another language is indexed twice: as an English question finds names and numbers
in it, and by its stems, for a question in its own language. At 100,000 chunks tantivy
answers in 2 ms where SQLite's FTS5 takes 170.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import tantivy
from tantivy import FieldType, Occur, Query

from rag.index import Ids, footers
from rag.index.faults import IndexFault, faults
from rag.index.terms import phrase, stems_of_question
from rag.text.sentences import STOPWORDS, is_english, stem, words
from rag.types import Filter

# Texts that a thread keeps in memory before it writes them as a part of the index.
_HEAP_BYTES = 64_000_000
_THREADS = min(4, os.cpu_count() or 1)
# Bytes of an index up to which its checksums are read as it is opened: 30 ms, and 100,000 chunks.
_READ_WHOLE = 64_000_000
# A publisher is one term of its field; tantivy leaves out longer terms.
_LONGEST_TERM = 60_000
_FIELDS = frozenset({"id", "text", "stems", "language", "day", "publisher"})
_MOST_LANGUAGES = 200
# Up to so many ids are looked for one by one, at 4 us each. Of more, the best of all texts are
# looked at, and so many times as many if too few of those have one of the ids; so often at most.
_FEW = 20_000
_FURTHER, _STEPS = 8, 4


@dataclass(frozen=True, slots=True)
class Document:
    """A text to index, with what searches filter by; `date` is ``YYYY-MM-DD``.

    `language` is an ISO 639 code; English when None.
    """

    id: int
    text: str
    date: str | None
    publisher: str | None
    language: str | None = None


class LexicalIndex:
    """Texts by id in a folder of their own. Scores are BM25, higher is better."""

    def __init__(
        self,
        index: tantivy.Index,
        folder: Path | None = None,
        *,
        links: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self._index = index
        self._folder = folder
        # Gone with the index.
        self._links = links
        # By itself it would follow what another process writes into its folder, and no
        # longer fit the other indexes.
        self._index.config_reader("manual")
        self._writer: tantivy.IndexWriter | None = None
        self._languages: tuple[str, ...] | None = None

    @classmethod
    def build(cls, folder: Path | None) -> LexicalIndex:
        """Create an empty index in `folder`, which must not exist; in memory when None."""
        if folder is None:
            return cls(tantivy.Index(_schema()))
        with faults():
            folder.mkdir(parents=True)
            return cls(tantivy.Index(_schema(), path=str(folder), reuse=False), folder)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open the index in `folder`; `IndexFault` when it is missing or damaged."""
        with faults():
            if not folder.is_dir() or not tantivy.Index.exists(str(folder)):
                raise IndexFault(f"no full-text index in {folder}")
            if _fields_in(folder) != _FIELDS:
                raise IndexFault(f"the full-text index in {folder} is of an earlier version")
            if footers.size(folder) <= _READ_WHOLE:
                footers.check(folder)
            # tantivy cannot open what it cannot put a lock file into.
            ours = os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
            links = None if ours else _links(folder)
            opened = tantivy.Index.open(links.name if links else str(folder))
            loaded = cls(opened, folder, links=links)
            # A file that is gone may show only when its part of the index is first read.
            loaded.search("a", k=1, where=Filter())
            return loaded

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)

    @property
    def in_memory(self) -> bool:
        """Whether there is no folder."""
        return self._folder is None

    @property
    def commit(self) -> int:
        """Number of the last commit in the folder, which only grows; 0 in memory."""
        if self._folder is None:
            return 0
        with faults():
            return int(json.loads((self._folder / "meta.json").read_text("utf-8"))["opstamp"])

    def fill(self, documents: Iterable[Document]) -> None:
        """Add the documents of a whole archive, with several threads."""
        with faults():
            self._writer = self._index.writer(_HEAP_BYTES * _THREADS, _THREADS)
        self.update(remove=(), add=documents)
        self.finish_merging()

    def update(self, *, remove: Sequence[int], add: Iterable[Document], seen: bool = True) -> None:
        """Remove and add documents in one commit, seen by the next search.

        Unless `seen`, searches see it only after `reload`.

        Tantivy's writer stays open, and joins small parts of the index behind the
        searches' back, until `finish_merging`.
        """
        with faults():
            writer = self._writer or self._index.writer(_HEAP_BYTES, 1)
        self._writer = None
        try:
            with faults():
                if remove:
                    # Deleting by term takes a Python integer for a signed one and finds nothing.
                    gone = Query.term_set_query(self._index.schema, "id", list(remove))
                    writer.delete_documents_by_query(gone)
            for document in add:
                with faults():
                    writer.add_document(_to_tantivy(document))
            with faults():
                writer.commit()
        except BaseException:
            _abandon(writer)
            raise
        self._writer = writer
        if seen:
            self.reload()

    def finish_merging(self) -> None:
        """Wait until parts of the index that are being joined are, and let others write."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with faults():
                writer.wait_merging_threads()
            self.reload()

    def check(self) -> None:
        """Read all files; `IndexFault` when one is not as it was written."""
        if self._folder is not None:
            footers.check(self._folder)

    def reload(self) -> None:
        """See what has been written to the folder, by another process as well."""
        with faults():
            self._index.reload()
        self._languages = None

    def search(
        self, question: str, *, k: int, where: Filter, within: Ids | None = None
    ) -> dict[int, float]:
        """Return the ids of the `k` best texts with their BM25 scores, best first.

        With `within`, shape (n, 2), only ids from the first to the second of one of its rows
        are found. Function words are left out: on `newsqa-dev` they cost BM25 two points of
        answer-in-passages@4. A question of nothing else is searched whole.
        """
        text = self._words_query(question, self.languages)
        if text is None or (within is not None and not len(within)):
            return {}
        conditions = self._conditions(where)
        # A query of terms alone skips documents that cannot be among the best.
        query = Query.boolean_query([(Occur.Must, text), *conditions]) if conditions else text
        return self._best(query, k) if within is None else self._best_within(query, k, within)

    def _best_within(self, query: Query, k: int, within: Ids) -> dict[int, float]:
        """Return the `k` best texts among the ids of some ranges."""
        count = int((within[:, 1] - within[:, 0] + 1).sum())
        takes = [] if count <= _FEW else [k * _FURTHER**step for step in range(_STEPS)]
        for take in takes:
            best = self._best(query, take)
            passing = dict(islice(_passing(best, within), k))
            if len(passing) == k or len(best) < take:
                return passing
        ids = np.concatenate([np.arange(first, last + 1) for first, last in within])
        named = Query.term_set_query(self._index.schema, "id", ids.tolist())
        only = (Occur.Must, Query.const_score_query(named, 0.0))
        return self._best(Query.boolean_query([(Occur.Must, query), only]), k)

    def _best(self, query: Query, k: int) -> dict[int, float]:
        with faults():
            searcher = self._index.searcher()
            hits = searcher.search(query, k).hits
            ids = searcher.fast_field_values("id", [address for _, address in hits])
        # The field is set on every document, so no value is None.
        return {int(id_ or 0): float(score) for id_, (score, _) in zip(ids, hits, strict=True)}

    def near(self, word: str, *, k: int) -> list[int]:
        """Return the ids of `k` texts that have a word one letter from `word`.

        Empty when a text has the word itself. Letters that have changed places count as one.
        """
        term = stem(word.casefold())
        with faults():
            searcher = self._index.searcher()
            if searcher.doc_freq("text", term):
                return []
            hits = searcher.search(Query.fuzzy_term_query(self._index.schema, "text", term), k).hits
            ids = searcher.fast_field_values("id", [address for _, address in hits])
        return [int(id_ or 0) for id_ in ids]

    def mentioning(self, names: Sequence[str]) -> list[int]:
        """Return the ids of all texts that mention every one of `names`."""
        query = Query.boolean_query([(Occur.Must, self._mention(name)) for name in names])
        with faults():
            searcher = self._index.searcher()
            # Scored by nothing, so that none is sorted.
            hits = searcher.search(Query.const_score_query(query, 0.0), max(1, searcher.num_docs))
            ids = searcher.fast_field_values("id", [address for _, address in hits.hits])
        return [int(id_ or 0) for id_ in ids]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its texts other than English, as ISO 639 codes."""
        if self._languages is None:
            counted = {"by": {"terms": {"field": "language", "size": _MOST_LANGUAGES}}}
            with faults():
                found = self._index.searcher().aggregate(Query.all_query(), counted)
            self._languages = tuple(sorted(each["key"] for each in found["by"]["buckets"]))
        return self._languages

    def _words_query(self, question: str, languages: Sequence[str]) -> Query | None:
        """Return a query for the words of a question, in English and the languages given."""
        found = words(question)
        terms = [word for word in found if word not in STOPWORDS] or found
        if not terms:
            return None
        # Quoted, so that no word of the question is read as an operator.
        english = self._index.parse_query(" ".join(f'"{term}"' for term in terms), ["text"])
        others = [
            Query.term_query(self._index.schema, "stems", f"{language}:{term}")
            for language in languages
            for term in stems_of_question(question, language)
        ]
        if not others:
            return english
        return Query.boolean_query([(Occur.Should, query) for query in (english, *others)])

    def _mention(self, name: str) -> Query:
        """Return a query for the words of a name, one behind the other."""
        return self._index.parse_query(f'"{phrase(name)}"', ["text"])

    def _conditions(self, where: Filter) -> list[tuple[Occur, Query]]:
        """Return a filter as conditions that pass or fail and leave the score alone."""
        conditions = []
        if where.since or where.until:
            # Day 0 means undated, and is left out of every range.
            first, last = _day(where.since) or 1, _day(where.until) or 99_999_999
            conditions.append(
                Query.range_query(self._index.schema, "day", FieldType.Unsigned, first, last)
            )
        if where.publishers:
            names = [name.casefold()[:_LONGEST_TERM] for name in where.publishers]
            conditions.append(Query.term_set_query(self._index.schema, "publisher", names))
        conditions += map(self._mention, where.names)
        return [(Occur.Must, Query.const_score_query(each, 0.0)) for each in conditions]


def _passing(best: dict[int, float], within: Ids) -> Iterator[tuple[int, float]]:
    """Yield the texts whose ids lie in one of some ranges, which do not overlap."""
    ranges = within[np.argsort(within[:, 0])]
    ids = np.array(list(best), np.int64)
    places = np.searchsorted(ranges[:, 0], ids, side="right") - 1
    inside = (places >= 0) & (ids <= ranges[places, 1])
    return ((id_, best[id_]) for id_ in ids[inside].tolist())


def _fields_in(folder: Path) -> frozenset[str]:
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    return frozenset(field["name"] for field in meta["schema"])


def _abandon(writer: tantivy.IndexWriter) -> None:
    """Forget what was not committed, and give up the lock on the folder at once.

    Without it the lock lasts as long as the error that ended the work is held anywhere.
    """
    with suppress(IndexFault), faults():
        writer.rollback()
    with suppress(IndexFault), faults():
        writer.wait_merging_threads()


def _links(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a folder of links to the files of one that cannot be written."""
    links = tempfile.TemporaryDirectory(prefix="dateline-")
    for file in folder.iterdir():
        if file.suffix != ".lock":
            Path(links.name, file.name).symlink_to(file.resolve())
    return links


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem")
    builder.add_text_field("stems", stored=False, tokenizer_name="whitespace")
    builder.add_text_field("language", stored=False, tokenizer_name="raw", fast=True)
    builder.add_unsigned_field("day", stored=False, indexed=True, fast=True)
    builder.add_text_field("publisher", stored=False, tokenizer_name="raw")
    return builder.build()


def _to_tantivy(document: Document) -> tantivy.Document:
    made = tantivy.Document()
    made.add_unsigned("id", document.id)
    made.add_text("text", document.text)
    if language := document.language if not is_english(document.language) else None:
        stems = (stem(word, language=language) for word in words(document.text))
        made.add_text("stems", " ".join(f"{language}:{each}" for each in stems))
        made.add_text("language", language)
    made.add_unsigned("day", _day(document.date))
    if document.publisher:
        made.add_text("publisher", document.publisher.casefold()[:_LONGEST_TERM])
    return made


def _day(date: str | None) -> int:
    """Return a date as the number YYYYMMDD; 0 when there is none."""
    return int(date.replace("-", "")) if date else 0
