"""An archive of articles: ingest, search, browse, delete."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rag.embedding.embedder import Embedder
from rag.retrieval.frequent import FrequentNames
from rag.retrieval.search import search
from rag.retrieval.spelling import spelled
from rag.settings import IN_FOLDER, Settings, StoreSettings, archive_path
from rag.store import moves, named
from rag.store.base import Storage
from rag.store.copying import copy
from rag.store.embedded import OwnEmbedder, agreed
from rag.store.folder import care
from rag.store.folder.storage import FolderStorage
from rag.store.named import unknown_article
from rag.store.opening import open_storage
from rag.store.types import Examination
from rag.types import (
    ArchiveStats,
    Article,
    CopyReport,
    Engine,
    Filter,
    Hit,
    IngestReport,
    Order,
    Progress,
    Query,
    calendar_date,
    readable_question,
)

if TYPE_CHECKING:
    from rag.ingest.run import Source
    from rag.store.shared.database import Shared


class Archive:
    """A folder of indexed articles. Safe for use by several threads at once.

    Open one with `Archive.open`; use it as a context manager or call `close`.
    """

    def __init__(
        self, storage: Storage, *, settings: Settings, embedder: Embedder | None = None
    ) -> None:
        self._storage = storage
        self._settings = settings
        self._names = FrequentNames(storage)
        self._embedder = OwnEmbedder(
            storage, name=settings.embedder, servers=settings.embedder_at, given=embedder
        )

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        create: bool = True,
        embedder: Embedder | str | None = None,
        settings: Settings | None = None,
    ) -> Archive:
        """Open the archive in folder `path`; with `create`, make one that is missing.

        A text without a slash is the name of an archive, as for `rag ask --archive`. An
        existing archive is read with the embedder it was built with. Naming another one, or
        handing over another one, raises `ArchiveError`, as do a missing archive without
        `create` and a damaged database. The embedding model itself is loaded when it is
        first needed.
        """
        settings = settings or Settings()
        storage = open_storage(archive_path(path), create=create, settings=settings)
        try:
            name = embedder if isinstance(embedder, str | None) else embedder.id
            name = agreed(storage, name, otherwise=settings.embedder)
            settings = dataclasses.replace(settings, embedder=name)
            given = None if isinstance(embedder, str | None) else embedder
            return cls(storage, settings=settings, embedder=given)
        except BaseException:
            storage.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the archive must not be used afterwards."""
        self._storage.close()

    @property
    def folder(self) -> Path:
        """The archive's folder."""
        return self._storage.folder

    @property
    def settings(self) -> Settings:
        """The settings in force, with the archive's own embedder."""
        return self._settings

    def shared(self) -> Shared:
        """Return the database of what users said and saved of this archive."""
        from rag.store.shared.database import Shared

        return Shared.of_archive(self.folder, url=self._settings.database)

    def embedder(self, *, on_progress: Callable[[str], None] | None = None) -> Embedder:
        """Return the embedding model, loading it at the first call.

        Raises `ModelError` when it cannot be loaded, `ArchiveError` when its weights
        are not those the archive's vectors were made with.
        """
        return self._embedder.get(on_progress=on_progress)

    def load(self) -> None:
        """Load the model for searches before the first one needs it; raises as `embedder`."""
        self.embedder()

    def ingest(
        self,
        paths_or_articles: Source | Iterable[Source],
        *,
        columns: Mapping[str, str] | None = None,
        progress: Callable[[Progress], None] | None = None,
        private: bool = False,
        engine: Engine = "local",
    ) -> IngestReport:
        """Read articles from files, folders, addresses or records, and index them.

        An article whose id is known is replaced when it differs and left alone when
        it does not. Work is committed in batches, so an interruption loses nothing that
        `progress` has reported; run it again to continue. `columns` maps our fields to a
        table's columns. What could not be read is in the report's `skipped`. Addresses
        of this machine and its network are read only with `private`. With the engine ``ray``
        articles are read and embedded on a cluster: see `rag.ingest.cluster`.
        Raises `ArchiveError` while another process ingests into this archive.
        """
        # Imported here because its readers take half a second, and a search does not need them.
        from rag.ingest.start import Wanted, ingest

        return ingest(
            Wanted(paths_or_articles, columns, private, engine),
            storage=self._storage,
            embedder=self._embedder,
            settings=self._settings,
            progress=progress,
        )

    def search(
        self,
        question: str,
        *,
        k: int = 8,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Iterable[str] | None = None,
        names: Iterable[str] | None = None,
        today: str | date | None = None,
    ) -> list[Hit]:
        """Return the `k` passages that fit `question` best, best first.

        `since` and `until` are inclusive publication dates; with either, articles
        without a date are left out. With `names`, so are articles that do not mention all of
        them. With `today` the time that the question itself names
        counts: "last week" leaves out all other articles, "in May 2021" and "latest" prefer
        articles of that time. A question that asks several publishers something is also searched in
        parts. A blank question or an empty archive has no hits. Raises
        `ValueError` for a `k` below one, a bad date or name, or an empty range.
        """
        where = Filter.read(since=since, until=until, publishers=publishers, names=names)
        return self.retrieve(Query(question, where, k=k, today=calendar_date(today)))

    def retrieve(self, query: Query) -> list[Hit]:
        """Return the passages that fit a query best, best first; as `search`."""
        return search(
            query,
            storage=self._storage,
            embedder=self.embedder,
            settings=self._settings.retrieval,
        )

    def spelled(self, question: str) -> str:
        """Return `question` with typing errors corrected by the articles' own words."""
        return spelled(question, storage=self._storage)

    def articles(
        self,
        *,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Iterable[str] | None = None,
        names: Iterable[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: Order = "newest",
        undated: bool = False,
    ) -> list[Article]:
        """Return the articles in an order, those without a date last.

        With `undated` only those without a date are returned.
        """
        where = Filter.read(since=since, until=until, publishers=publishers, names=names)
        with self._storage.reading() as records:
            return records.catalog.articles(
                where=where, limit=limit, offset=offset, order=order, undated=undated
            )

    def count(
        self,
        *,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Iterable[str] | None = None,
        names: Iterable[str] | None = None,
        undated: bool = False,
    ) -> int:
        """Return the number of articles; with a date, of those that have one.

        With `undated` those without a date are counted.
        """
        where = Filter.read(since=since, until=until, publishers=publishers, names=names)
        with self._storage.reading() as records:
            return records.catalog.count(where, undated=undated)

    def days_around(
        self,
        since: str | date | None,
        until: str | date | None,
        *,
        publishers: Iterable[str] | None = None,
        names: Iterable[str] | None = None,
    ) -> list[str]:
        """Return the last day before `since` and the first after `until` with an article."""
        where = Filter.read(since=since, until=until, publishers=publishers, names=names)
        with self._storage.reading() as records:
            return named.days_around(where, catalog=records.catalog)

    def article(self, article_id: str) -> Article:
        """Return one article; `MissingError` when there is none of that id."""
        with self._storage.reading() as records:
            return named.article(article_id, records=records, folder=self.folder)

    def full_id(self, beginning: str) -> str:
        """Return the one id that begins with, or is, `beginning`.

        Raises `MissingError` when there is none, and `AmbiguousError` when there is more than one.
        """
        with self._storage.reading() as records:
            return named.full_id(beginning, catalog=records.catalog, folder=self.folder)

    def check_publishers(self, names: Iterable[str]) -> None:
        """Raise `ValueError`, with the known publishers, for a name that is not one of them."""
        named.check_publishers(names, known=[name for name, _ in self.publishers()])

    def check_names(self, names: Sequence[str]) -> None:
        """Raise `ValueError`, with frequent names, where no article mentions all of `names`."""
        named.check_names(names, count=lambda some: self.count(names=some), known=self.names)

    def check_filter(self, where: Filter) -> None:
        """Raise `ValueError`, with what there is, for unknown publishers and names."""
        self.check_publishers(where.publishers)
        self.check_names(where.names)

    def find(
        self,
        words: str,
        *,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Iterable[str] | None = None,
        names: Iterable[str] | None = None,
        limit: int = 20,
    ) -> list[Article]:
        """Return the articles whose title and text fit `words` best by BM25, best first.

        Raises `ValueError` for more words than a question may have, a bad date or an empty range.
        """
        where = Filter.read(since=since, until=until, publishers=publishers, names=names)
        return self._storage.find(readable_question(words), k=limit, where=where)

    def linked(self, article_id: str) -> list[Article]:
        """Return the near-duplicates of an article, the first ingested first."""
        with self._storage.reading() as records:
            return records.linked_to(article_id)

    def delete(self, article_id: str) -> None:
        """Delete one article; `MissingError` when there is none of that id."""
        with self._storage.exclusive():
            if not self._storage.delete(article_id):
                raise unknown_article(article_id, self.folder)

    def publishers(self) -> list[tuple[str, int]]:
        """Return the publishers with their numbers of articles, most articles first."""
        with self._storage.reading() as records:
            return records.catalog.publishers()

    def names(self) -> list[tuple[str, int]]:
        """Return up to 20 frequent names with their numbers of articles, most articles first.

        They are looked for in the newest articles and counted in all of them, as a filter by the
        name lets them pass.
        """
        return list(self._names.counted())

    def months(self) -> list[tuple[str, int]]:
        """Return the months of the articles, ``YYYY-MM``, with their numbers of articles."""
        with self._storage.reading() as records:
            return records.catalog.months()

    def languages(self) -> list[tuple[str, int]]:
        """Return the ISO 639 codes of languages with their numbers of articles."""
        with self._storage.reading() as records:
            return records.catalog.languages()

    def stats(self) -> ArchiveStats:
        """Return counts, dates and the embedder of the archive."""
        with self._storage.reading() as records:
            return named.stats(records, embedder=self._settings.embedder)

    def examine(self) -> Examination:
        """Read the whole archive and check all of it; a damaged index is rebuilt."""
        return self._storage.examine()

    def backup(self, file: str | Path) -> Examination:
        """Copy the archive into `file`, which must not exist, as it is at one moment.

        Other threads and processes read and write it meanwhile. `rag.restore` makes an
        archive of the copy. Raises `ArchiveError` when it cannot be written, or when the
        archive is damaged.
        """
        return self._storage.backup(Path(file))

    def copy_to(
        self, target: Archive, *, progress: Callable[[Progress], None] | None = None
    ) -> CopyReport:
        """Copy all articles with their vectors into another archive, whatever store it is in.

        Articles that are already there are skipped, so that an interrupted copy continues when it
        is run again. Raises `ArchiveError` when the target has another embedder, or is this
        archive.
        """
        return copy(self._storage, target._storage, progress=progress)

    def size_on_disk(self) -> int:
        """Return the bytes that the archive's folder takes, without what is on a server."""
        return moves.size_on_disk(self.folder)

    def destroy(self) -> None:
        """Close the archive and delete its folder with everything in it.

        Raises `ArchiveError` while another process writes to it.
        """
        from rag.store.shared.database import forget_archive

        moves.destroy(self._storage)
        forget_archive(self.folder, url=self._settings.database)

    def move(self, folder: str | Path) -> None:
        """Close the archive and move it to another folder, which must not exist.

        Raises `ArchiveError` while another process writes to it, and when it cannot be moved.
        """
        from rag.store.shared.database import rename_archive

        target = archive_path(folder)
        moves.move(self._storage, target)
        rename_archive(self.folder, to=target, url=self._settings.database)

    def reembed(
        self, embedder: Embedder | str, *, progress: Callable[[Progress], None] | None = None
    ) -> Archive:
        """Rebuild the archive with another embedder and return it, open.

        This archive stays as it was until the new one is complete, and is closed
        then. Ids are kept, and so are the other files in its folder.
        """
        settings = dataclasses.replace(self._settings, store=StoreSettings(IN_FOLDER))
        with self._storage.exclusive():
            with Archive.open(
                self._storage.begin_again(), embedder=embedder, settings=settings
            ) as new:
                # In the order of their first ingest, so that the same copy leads its group.
                new.ingest(self._storage.whole_articles(), progress=progress)
            self._storage.take_over()
        return Archive.open(self.folder, create=False, embedder=embedder, settings=settings)


def restore(file: str | Path, path: str | Path) -> Examination:
    """Make an archive in folder `path` from a backup; a name works as for `open`.

    Its indexes are built when it is next opened. Raises `ArchiveError` when there is an
    archive already, or `file` is not a complete backup.
    """
    return care.restore(Path(file), database=FolderStorage.database_in(archive_path(path)))
