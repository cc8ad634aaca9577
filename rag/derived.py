"""The indexes derived from the database, kept beside it and rebuilt when in doubt."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from rag.dense import DenseIndex
from rag.lexical import Document, LexicalIndex
from rag.store import Change, EmbedderIdentity, Indexable, Store

log = logging.getLogger(__name__)

_MANIFEST = "manifest.json"
_DENSE = "dense.faiss"
_PASSAGES = "passages"
_HEADLINES = "headlines"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the derived files were built from; written last, by atomic rename.

    `generation` is that of the database. `dense_sha256` is of the FAISS file.
    """

    format: int
    embedder: str
    checksum: str
    dimension: int
    chunk_tokens: int
    articles: int
    chunks: int
    generation: int
    dense_sha256: str

    def save(self, folder: Path) -> None:
        """Write the manifest into `folder`."""
        fresh = folder / f"{_MANIFEST}.new"
        fresh.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        fresh.replace(folder / _MANIFEST)

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read the manifest in `folder`; OSError, ValueError or TypeError when damaged."""
        return cls(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))


class Indexes:
    """The three indexes of one archive: vectors, passages and whole articles.

    `passages` and `dense` are keyed by chunk id, `headlines` by article key; it
    holds whole articles with their titles, whose BM25 score says what an article
    is about where a single passage only mentions it.
    """

    def __init__(
        self, dense: DenseIndex, passages: LexicalIndex, headlines: LexicalIndex, *, generation: int
    ) -> None:
        self.dense = dense
        self.passages = passages
        self.headlines = headlines
        self.generation = generation

    @classmethod
    def load(cls, folder: Path, store: Store) -> Indexes | None:
        """Load the indexes in `folder`; None when they do not fit the store."""
        try:
            return cls._read(folder, store)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            log.info("the indexes in %s do not fit: %s", folder, error)
            return None

    @classmethod
    def _read(cls, folder: Path, store: Store) -> Indexes:
        """Load the indexes; ValueError says how they differ from the store."""
        manifest = Manifest.load(folder)
        _expect("generation", manifest.generation, store.generation)
        digest = _sha256(folder / _DENSE)
        _expect("checksum of the vectors", digest, manifest.dense_sha256)
        indexes = cls(
            DenseIndex.load(folder / _DENSE),
            LexicalIndex.load(folder / _PASSAGES),
            LexicalIndex.load(folder / _HEADLINES),
            generation=manifest.generation,
        )
        articles, chunks, _ = store.counts()
        _expect("number of vectors", len(indexes.dense), chunks)
        _expect("number of passages", len(indexes.passages), chunks)
        _expect("number of articles", len(indexes.headlines), articles)
        # A writer commits to the database first, so that nothing has changed meanwhile.
        _expect("generation", manifest.generation, store.generation)
        return indexes

    @classmethod
    def rebuild(cls, folder: Path | None, store: Store) -> Indexes:
        """Build the indexes anew from the database, without embedding anything.

        They replace those in `folder`; when it is None they stay in memory.
        """
        identity = store.embedder
        indexes = cls(
            DenseIndex.build(identity.dimension if identity else 1),
            LexicalIndex.build(_fresh(folder, _PASSAGES)),
            LexicalIndex.build(_fresh(folder, _HEADLINES)),
            generation=store.generation,
        )
        everything = store.indexable()
        while batch := list(islice(everything, _BATCH)):
            indexes._add(batch)
        if folder:
            indexes._settle(folder)
            if identity:
                indexes.save(folder, store)
        return indexes

    def _settle(self, folder: Path) -> None:
        """Put the full-text folders just built in the places of the old ones."""
        for name in (_PASSAGES, _HEADLINES):
            _replace(folder / f"{name}.new", folder / name)
        self.passages = LexicalIndex.load(folder / _PASSAGES)
        self.headlines = LexicalIndex.load(folder / _HEADLINES)

    def apply(self, change: Change, store: Store) -> None:
        """Follow one write to the database, in memory and in the full-text folders.

        The vectors reach the disk with `save`. Until then the manifest names an
        older generation, so that a crash in between leads to a rebuild.
        """
        self.dense.remove(change.removed_chunks)
        self._add(
            store.indexable(change.written),
            removed_chunks=change.removed_chunks,
            removed_articles=change.removed_articles,
        )
        self.generation = store.generation

    def save(self, folder: Path, store: Store) -> None:
        """Write the vectors and the manifest, each by atomic rename."""
        identity = store.embedder
        assert identity is not None, "an archive with vectors has an embedder"  # noqa: S101
        fresh = folder / f"{_DENSE}.new"
        self.dense.save(fresh)
        digest = _sha256(fresh)
        fresh.replace(folder / _DENSE)
        articles, chunks, _ = store.counts()
        _manifest(identity, articles, chunks, self.generation, digest).save(folder)

    def _add(
        self,
        articles: Iterable[Indexable],
        *,
        removed_chunks: tuple[int, ...] = (),
        removed_articles: tuple[int, ...] = (),
    ) -> None:
        passages, headlines = [], []
        for item in articles:
            self.dense.add(item.chunk_ids, item.vectors)
            passages += _passages(item)
            headlines.append(_document(item, item.key, item.article.text))
        self.passages.update(remove=removed_chunks, add=passages)
        self.headlines.update(remove=removed_articles, add=headlines)


def _passages(item: Indexable) -> list[Document]:
    pairs = zip(item.chunk_ids, item.texts, strict=True)
    return [_document(item, chunk, text) for chunk, text in pairs]


def _document(item: Indexable, id_: int, text: str) -> Document:
    article = item.article
    return Document(id_, f"{article.title}\n{text}", article.date, article.publisher)


def _manifest(
    identity: EmbedderIdentity, articles: int, chunks: int, generation: int, digest: str
) -> Manifest:
    return Manifest(
        format=1,
        embedder=identity.id,
        checksum=identity.checksum,
        dimension=identity.dimension,
        chunk_tokens=identity.chunk_tokens,
        articles=articles,
        chunks=chunks,
        generation=generation,
        dense_sha256=digest,
    )


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise ValueError(f"{what} is {found}, the database has {wanted}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fresh(folder: Path | None, name: str) -> Path | None:
    """Return where the full-text index `name` is to be built, with nothing there yet."""
    if folder is None:
        return None
    fresh = folder / f"{name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    return fresh


def _replace(fresh: Path, folder: Path) -> None:
    """Put folder `fresh` in the place of `folder`."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    fresh.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
