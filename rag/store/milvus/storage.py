"""An archive whose articles, chunks, vectors and texts lie on a Milvus server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rag.embedding.embedder import Vectors
from rag.errors import ArchiveError
from rag.settings import StoreSettings
from rag.store.locking import held, writing_lock
from rag.store.milvus import schema, searching
from rag.store.milvus.client import Client
from rag.store.milvus.place import Place
from rag.store.milvus.records import MilvusRecords
from rag.store.milvus.writing import Writer
from rag.store.types import Candidate, Change, EmbedderIdentity, Examination, Prepared
from rag.types import Article, Filter


class MilvusStorage:
    """The collections of one archive. Safe for use by several threads at once.

    Several machines may search and ingest at the same time; deleting is for one at a time.
    """

    def __init__(self, folder: Path, place: Place, client: Client) -> None:
        self.folder = folder
        self.place = place
        self._client = client
        self._records = MilvusRecords(client, place)
        self._writer = Writer(client, place, self._records)
        self._writing = writing_lock(folder)

    @classmethod
    def open(cls, folder: Path, place: Place) -> MilvusStorage:
        """Open the archive that lies at `place`.

        Raises `ArchiveError` when the server cannot be reached or has no such archive.
        """
        client = Client(place)
        if not client.has(place.values):
            client.close()
            raise ArchiveError(
                f"there is no archive at {place.uri} of the name that {folder} is noted under "
                f"({place.collections}); check the server and its database, or remove {folder}"
            )
        return cls._caught_up(folder, place, client)

    @classmethod
    def join(cls, folder: Path, settings: StoreSettings, *, create: bool) -> MilvusStorage | None:
        """Open the archive of that folder's name on the server of the settings.

        With `create` it is made where there is none; without, None is returned then. It is
        noted in `folder`.
        """
        place = Place.of(folder, settings)
        client = Client(place)
        if not client.has(place.values):
            if not create:
                client.close()
                return None
            client.check_version()
            schema.make_articles(client, place)
            # The last to be made, since it tells that there is an archive.
            schema.make_values(client, place)
        place.save(folder)
        return cls._caught_up(folder, place, client)

    @classmethod
    def _caught_up(cls, folder: Path, place: Place, client: Client) -> MilvusStorage:
        """Return the archive as the last one to write to it has left it."""
        names = (place.values, place.articles, place.chunks)
        for name in filter(client.has, names):
            client.catch_up(name)
        return cls(folder, place, client)

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    @contextmanager
    def reading(self) -> Iterator[MilvusRecords]:
        """Provide what the archive holds."""
        yield self._records

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other processes of this machine from writing."""
        with held(self._writing, self.folder):
            yield

    def candidates(
        self, question: str, vector: Vectors, *, k: int, where: Filter
    ) -> list[Candidate]:
        """Return the `k` nearest passages and the `k` whose words fit best, in order of ingest."""
        return searching.candidates(
            question,
            vector,
            client=self._client,
            place=self.place,
            records=self._records,
            k=k,
            where=where,
        )

    def find(self, words: str, *, k: int, where: Filter) -> list[Article]:
        """Return the `k` articles whose title and text fit `words` best by BM25, best first."""
        return searching.find(
            words, client=self._client, place=self.place, records=self._records, k=k, where=where
        )

    def texts_near(self, word: str, *, k: int) -> list[str]:  # noqa: ARG002
        """Return nothing: Milvus looks for words as they are."""
        return []

    def set_embedder(self, identity: EmbedderIdentity) -> None:
        """Record what vectors will be made with, and make room for them."""
        if not self._client.has(self.place.chunks):
            schema.make_chunks(self._client, self.place, dimension=identity.dimension)
        self._records.values.set_note("embedder", json.dumps(asdict(identity)))

    def write(self, batch: Iterable[Prepared]) -> Change:
        """Write articles, replacing those of the same id; done again, it changes nothing."""
        return self._writer.write(list(batch))

    def delete(self, article_id: str) -> bool:
        """Delete an article everywhere; False when there is none of that id."""
        return self._writer.delete(article_id)

    def everything(self) -> Iterator[Prepared]:
        """Yield what the archive holds in the order of its ingest."""
        return self._records.prepared()

    def whole_articles(self) -> Iterator[Article]:
        """Yield all articles in the order of their ingest."""
        return (each.article for each in self.everything())

    def save(self) -> None:
        """Do nothing: the server looks after its own files."""

    def examine(self) -> Examination:
        """Count all chunks against the articles they belong to."""
        identity = self._records.embedder
        chunks: Counter[tuple[str, str]] = Counter()
        if identity:
            rows = self._client.scan(self.place.chunks, 'key != ""', ["key", "version"])
            chunks.update((row["key"], row["version"]) for row in rows)
        articles = total = 0
        faults = []
        for head in self._records.heads():
            articles += 1
            total += head.chunks
            found = chunks.pop((head.key, head.version), 0)
            if found != head.chunks:
                faults.append(
                    f"article {head.key} has {found} of its {head.chunks} passages; ingest it again"
                )
        stray = chunks.total()
        if stray:
            faults.append(f"{stray} passages belong to no article; a write was interrupted")
        return Examination(articles, total, tuple(faults), identity.id if identity else "")

    def backup(self, file: Path) -> Examination:
        """Refuse: a server is backed up as a whole, or an archive copied into a folder first."""
        raise ArchiveError(
            f"an archive on a Milvus server is not backed up into a file such as {file}; copy it "
            f"into a folder with `rag archives copy {self.folder.name} NAME --to folder` and back "
            "that up, or back up the server with its own tool"
        )

    def begin_again(self) -> Path:
        """Refuse: an archive on a server is not rebuilt in its place."""
        raise ArchiveError(
            "an archive on a Milvus server is not embedded again in its place; copy it into a "
            f"folder with `rag archives copy {self.folder.name} NAME --to folder`, run `rag "
            "reembed` there, and copy it back under a new name"
        )

    def take_over(self) -> None:
        """Refuse, as `begin_again`."""
        self.begin_again()

    def destroy(self) -> None:
        """Delete the archive's collections."""
        for name in (self.place.values, self.place.articles, self.place.chunks):
            if self._client.has(name):
                self._client.drop(name)
