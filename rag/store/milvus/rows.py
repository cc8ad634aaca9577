"""Articles and chunks as rows of Milvus, and back."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.index.terms import terms_of_text
from rag.store.identity import Signature, band_keys
from rag.store.milvus.client import Row
from rag.store.types import Prepared
from rag.types import Article, Filter

# Characters of an article in one row: four bytes each at most.
_CHARACTERS = 16_000
# Bytes of the terms in one row.
_TERMS = 60_000
# Characters of what an archive is listed and filtered by, alone.
_LISTED = 4_000
UNDATED = "undated"

HEAD = ("key", "version", "root", "added", "day", "chunks", "name", "language")


@dataclass(frozen=True, slots=True)
class Head:
    """What is stored of an article beside its text.

    `key` is a digest of its id. `version` is its content's hash, which its chunks carry too,
    and `root` the key of the article that leads its group of near-duplicates, blank when none
    does. `added` is a time in nanoseconds.
    """

    key: str
    version: str
    root: str
    added: int
    day: int
    chunks: int
    name: str
    language: str

    @classmethod
    def of(cls, row: Row) -> Head:
        """Return the head in a row."""
        return cls(*(row[name] for name in HEAD))


def key_of(article_id: str) -> str:
    """Return the key of an article's id: of 128 bits, so that two are never the same."""
    return hashlib.blake2b(article_id.encode(), digest_size=16).hexdigest()


def publisher_key(name: str | None) -> str:
    """Return a digest of a publisher without regard to case; blank when there is none."""
    if not name:
        return ""
    return hashlib.blake2b(name.casefold().encode(), digest_size=16).hexdigest()


def day_of(date: str | None) -> int:
    """Return a date as the number YYYYMMDD; 0 when there is none."""
    return int(date.replace("-", "")) if date else 0


def date_of(day: int) -> str:
    """Return a number YYYYMMDD as a date."""
    text = f"{day:08}"
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def partition_of(day: int) -> str:
    """Return the partition of a day: that of its year, or that of what has no date."""
    return f"y{day // 10_000:04}" if day else UNDATED


# Returns the keys of the articles that mention all of some names.
Mentioning = Callable[[Sequence[str]], Sequence[str]]


def condition(where: Filter, *, mentioning: Mentioning) -> str:
    """Return a filter as a condition on articles or chunks; blank when it lets all pass."""
    terms = []
    if where.since or where.until:
        # Day 0 means undated, and is left out of every range.
        terms.append(f"day >= {max(day_of(where.since), 1)}")
    if where.until:
        terms.append(f"day <= {day_of(where.until)}")
    if where.publishers:
        keys = sorted({publisher_key(name) for name in where.publishers})
        terms.append(f"publisher in {json.dumps(keys)}")
    if where.names:
        terms.append(f"key in {json.dumps(list(mentioning(where.names)))}")
    return " and ".join(terms)


def mention(name: str) -> str:
    """Return a condition on rows whose words have those of a name, one behind the other."""
    said = " ".join(terms_of_text(name))
    if not said:
        return 'pk == ""'
    # The words stand in the row with one space between them. Of letters and digits alone, they
    # hold none of the signs that stand for others.
    places = (said, f"{said} %", f"% {said}", f"% {said} %")
    return " or ".join(f'words like "{place}"' for place in places)


def _shared(key: str, prepared: Prepared) -> Row:
    """Return what each row of an article has."""
    return {
        "key": key,
        "version": prepared.content_hash,
        "day": day_of(prepared.article.date),
        "publisher": publisher_key(prepared.article.publisher),
    }


def rows_of_article(prepared: Prepared, *, root: str, added: int) -> list[Row]:
    """Return an article's rows, the first with what is told of the whole."""
    article = prepared.article
    key = key_of(article.id or "")
    shared = _shared(key, prepared)
    told = {
        **shared,
        "root": root,
        "added": added,
        "id": (article.id or "")[:_CHARACTERS],
        "title": article.title[:_LISTED],
        "name": (article.publisher or "")[:_LISTED],
        "language": (article.language or "")[:_LISTED],
        "chunks": len(prepared.chunks),
        "signature": prepared.signature.astype(np.int64).tolist(),
        "bands": bands(prepared.signature),
    }
    blank = {name: _BLANK[type(value)] for name, value in told.items()}
    texts, words = _pieces(article), _words_in_rows(article)
    count = max(len(texts), len(words))
    return [
        {
            **blank,
            **shared,
            **(told if part == 0 else {}),
            "pk": f"{key}-{part}",
            "part": part,
            "article": texts[part] if part < len(texts) else "",
            "words": words[part] if part < len(words) else "",
        }
        for part in range(count)
    ]


_BLANK: dict[type, object] = {str: "", int: 0, list: []}


def rows_of_chunks(prepared: Prepared) -> list[Row]:
    """Return the rows of an article's chunks."""
    article = prepared.article
    key = key_of(article.id or "")
    shared = _shared(key, prepared)
    return [
        {
            **shared,
            "pk": f"{key}-{chunk.position}",
            "position": chunk.position,
            "start": chunk.start,
            "end": chunk.end,
            "words": _words(f"{article.title}\n{chunk.text}", article.language)[0],
            "vector": vector.tolist(),
        }
        for chunk, vector in zip(prepared.chunks, prepared.vectors, strict=True)
    ]


def article_in(parts: Sequence[Row]) -> Article:
    """Return the article whose rows, in any order, have all its parts."""
    ordered = sorted(parts, key=lambda row: int(row["part"]))
    return Article(**json.loads("".join(row["article"] for row in ordered)))


def bands(signature: Signature) -> list[int]:
    """Return a signature's bands as whole numbers of 64 bits; copies share one."""
    return [int.from_bytes(band, "little", signed=True) for band in band_keys(signature)]


def _pieces(article: Article) -> list[str]:
    text = json.dumps(dataclasses.asdict(article), ensure_ascii=False)
    return [text[at : at + _CHARACTERS] for at in range(0, len(text), _CHARACTERS)]


def _words_in_rows(article: Article) -> list[str]:
    return _words(f"{article.title}\n{article.text}", article.language)


def _words(text: str, language: str | None) -> list[str]:
    """Return the terms of a text, joined, in as many pieces as rows hold them."""
    return list(_joined(terms_of_text(text, language=language))) or [""]


def _joined(terms: Sequence[str]) -> Iterator[str]:
    piece: list[str] = []
    size = 0
    for term in terms:
        size += len(term.encode()) + 1
        if size > _TERMS and piece:
            yield " ".join(piece)
            piece, size = [], len(term.encode()) + 1
        piece.append(term)
    if piece:
        yield " ".join(piece)
