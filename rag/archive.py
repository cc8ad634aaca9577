"""An archive of articles: ingest, search, browse, delete."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from rag.embedding.embedder import Embedder, TransformerEmbedder
from rag.errors import ArchiveError, MissingError
from rag.retrieval.search import search
from rag.retrieval.spelling import spelled
from rag.settings import Settings, archive_path
from rag.store import care
from rag.store.base import Storage
from rag.store.care import Examination
from rag.store.folder import FolderStorage
from rag.store.store import EmbedderIdentity
from rag.types import (
    ArchiveStats,
    Article,
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

# How many ids and names an error lists.
_SHOWN_IDS = 5
_SHOWN_NAMES = 20


class Archive:
    """A folder of indexed articles. Safe for use by several threads at once.

    Open one with `Archive.open`; use it as a context manager or call `close`.
    """

    def __init__(
        self, storage: Storage, *, settings: Settings, embedder: Embedder | None = None
    ) -> None:
        self._storage = storage
        self._settings = settings
        self._embedder: Embedder | None = None
        self._loading = Lock()
        if embedder is not None:
            self._embedder = self._checked(embedder)

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
        storage = FolderStorage.open(archive_path(path), create=create, settings=settings.index)
        try:
            name = embedder if isinstance(embedder, str | None) else embedder.id
            settings = dataclasses.replace(settings, embedder=_agreed(storage, name, settings))
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

    def embedder(self, *, on_progress: Callable[[str], None] | None = None) -> Embedder:
        """Return the embedding model, loading it at the first call.

        Raises `ModelError` when it cannot be had, `ArchiveError` when its weights
        are not those the archive's vectors were made with.
        """
        with self._loading:
            if self._embedder is None:
                name = self._settings.embedder
                self._embedder = TransformerEmbedder.load(name, on_progress=on_progress)
            # At every call, since another process may have made the first vectors since.
            return self._checked(self._embedder)

    def load(self) -> None:
        """Load the model of a search, so that the first one need not; raises as `embedder`."""
        self.embedder()

    def ingest(
        self,
        paths_or_articles: Source | Iterable[Source],
        *,
        columns: Mapping[str, str] | None = None,
        progress: Callable[[Progress], None] | None = None,
        private: bool = False,
    ) -> IngestReport:
        """Read articles from files, folders, addresses or records, and index them.

        An article whose id is known is replaced when it differs and left alone when
        it does not. Work is committed in batches, so an interruption loses none that
        `progress` has reported; running again goes on. `columns` maps our fields to a
        table's columns. What could not be read is in the report's `skipped`. Addresses
        of this machine and its network are read only with `private`.
        Raises `ArchiveError` while another process ingests into this archive.
        """
        # Imported here because its readers take half a second, for which a search need not wait.
        from rag.ingest.run import Ingest

        given = (
            [paths_or_articles]
            if isinstance(paths_or_articles, str | Path | Article)
            else paths_or_articles
        )
        run = Ingest(
            self._storage,
            embedder=self.embedder,
            chunk_tokens=self._settings.chunk_tokens,
            batch_articles=self._settings.batch_articles,
            progress=progress,
            limits=self._settings.reading,
        )
        with self._storage.exclusive():
            return run.run(given, columns=columns, private=private)

    def search(
        self,
        question: str,
        *,
        k: int = 8,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Iterable[str] | None = None,
        today: str | date | None = None,
    ) -> list[Hit]:
        """Return the `k` passages that fit `question` best, best first.

        `since` and `until` are inclusive publication dates; with either, articles
        without a date are left out. With `today` the time that the question itself names
        is heeded: "last week" leaves other articles out, "in May 2021" and "latest" prefer
        those of then. A question that asks several publishers something is also searched in
        parts. A blank question or an empty archive has no hits. Raises
        `ValueError` for a `k` below one, a bad date or an empty range.
        """
        where = Filter.read(since=since, until=until, publishers=publishers)
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
        """Return `question` with its slips of the finger mended by the articles' own words."""
        return spelled(question, storage=self._storage)

    def articles(
        self,
        *,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Iterable[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: Order = "newest",
        undated: bool = False,
    ) -> list[Article]:
        """Return the articles in an order, those without a date last.

        With `undated` only those without a date are returned.
        """
        where = Filter.read(since=since, until=until, publishers=publishers)
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
        undated: bool = False,
    ) -> int:
        """Return the number of articles; with a date, of those that have one.

        With `undated` those without a date are counted.
        """
        where = Filter.read(since=since, until=until, publishers=publishers)
        with self._storage.reading() as records:
            return records.catalog.count(where, undated=undated)

    def days_around(
        self,
        since: str | date | None,
        until: str | date | None,
        *,
        publishers: Iterable[str] | None = None,
    ) -> list[str]:
        """Return the last day before `since` and the first after `until` with an article."""
        where = Filter.read(since=since, until=until, publishers=publishers)
        with self._storage.reading() as records:
            catalog = records.catalog
            before = where.since and catalog.day_before(where.since, where.publishers)
            after = where.until and catalog.day_after(where.until, where.publishers)
        return [day for day in (before, after) if day]

    def article(self, article_id: str) -> Article:
        """Return one article; `MissingError` when there is none of that id."""
        with self._storage.reading() as records:
            found = records.article(article_id)
        if found is None:
            raise self._unknown(article_id)
        return found

    def full_id(self, beginning: str) -> str:
        """Return the one id that begins with `beginning`, or is it.

        Raises `ArchiveError` when there is none, or more than one.
        """
        with self._storage.reading() as records:
            found = records.catalog.ids(beginning, most=_SHOWN_IDS + 1)
        if beginning in found:
            return beginning
        if len(found) > 1:
            more = ", ..." if len(found) > _SHOWN_IDS else ""
            raise ArchiveError(
                f"several ids begin with {beginning!r}: {', '.join(found[:_SHOWN_IDS])}{more}; "
                "give more of it"
            )
        if not found or not beginning:
            raise self._unknown(beginning)
        return found[0]

    def check_publishers(self, names: Iterable[str]) -> None:
        """Raise `ValueError`, naming the known publishers, for a name that is none of them."""
        known = [name for name, _ in self.publishers()]
        folded = {name.casefold(): name for name in known}
        for name in names:
            if name.casefold() not in folded:
                near = get_close_matches(name.casefold(), folded, n=1)
                meant = f", did you mean {folded[near[0]]!r}" if near else ""
                raise ValueError(
                    f"no article is of publisher {name!r}{meant}; there are "
                    f"{_listed(known) or 'none'}"
                )

    def find(
        self,
        words: str,
        *,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Iterable[str] | None = None,
        limit: int = 20,
    ) -> list[Article]:
        """Return the articles whose title and text fit `words` best by BM25, best first.

        Raises `ValueError` for more words than a question may have, a bad date or an empty range.
        """
        words = readable_question(words)
        where = Filter.read(since=since, until=until, publishers=publishers)
        return self._storage.find(words, k=limit, where=where)

    def linked(self, article_id: str) -> list[Article]:
        """Return the near-duplicates of an article, the first ingested first."""
        with self._storage.reading() as records:
            return records.linked_to(article_id)

    def delete(self, article_id: str) -> None:
        """Delete one article; `MissingError` when there is none of that id."""
        with self._storage.exclusive():
            if not self._storage.delete(article_id):
                raise self._unknown(article_id)

    def publishers(self) -> list[tuple[str, int]]:
        """Return publishers with their numbers of articles, the busiest first."""
        with self._storage.reading() as records:
            return records.catalog.publishers()

    def months(self) -> list[tuple[str, int]]:
        """Return the months that articles are dated in, ``YYYY-MM``, with their numbers."""
        with self._storage.reading() as records:
            return records.catalog.months()

    def languages(self) -> list[tuple[str, int]]:
        """Return the ISO 639 codes of languages with their numbers of articles."""
        with self._storage.reading() as records:
            return records.catalog.languages()

    def stats(self) -> ArchiveStats:
        """Return counts, dates and the embedder of the archive."""
        with self._storage.reading() as records:
            articles, chunks, linked = records.catalog.counts()
            first, last = records.catalog.dates()
            return ArchiveStats(
                articles=articles,
                chunks=chunks,
                linked=linked,
                publishers=len(records.catalog.publisher_names()),
                first=first,
                last=last,
                generation=records.generation,
                embedder=self._settings.embedder,
            )

    def examine(self) -> Examination:
        """Read the whole archive and check all of it; a damaged index is built anew."""
        return self._storage.examine()

    def backup(self, file: str | Path) -> Examination:
        """Copy the archive into `file`, which must not exist, as it is at one moment.

        Other threads and processes read and write it meanwhile. `rag.restore` makes an
        archive of the copy. Raises `ArchiveError` when it cannot be written, or when the
        archive is damaged.
        """
        return self._storage.backup(Path(file))

    def size_on_disk(self) -> int:
        """Return the bytes that the archive's folder takes."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())

    def destroy(self) -> None:
        """Close the archive and delete its folder with everything in it.

        Raises `ArchiveError` while another process writes to it.
        """
        with self._storage.exclusive():
            self._storage.destroy()
            self.close()
        shutil.rmtree(self.folder)

    def move(self, folder: str | Path) -> None:
        """Close the archive and move it to another folder, which must not exist.

        Raises `ArchiveError` while another process writes to it, and when it cannot be moved.
        """
        target = archive_path(folder)
        if target.exists():
            raise ArchiveError(f"there is something at {target} already; choose another name")
        with self._storage.exclusive():
            self.close()
        try:
            self.folder.rename(target)
        except OSError as error:
            raise ArchiveError(
                f"{self.folder} cannot be moved to {target} ({error.strerror}); end what uses "
                "it, and check the rights of the folder"
            ) from error

    def reembed(
        self, embedder: Embedder | str, *, progress: Callable[[Progress], None] | None = None
    ) -> Archive:
        """Build the archive anew with another embedder and return it, open.

        This archive stays as it was until the new one is complete, and is closed
        then. Ids are kept, and so is what else lies in its folder.
        """
        settings = self._settings
        with self._storage.exclusive():
            with Archive.open(
                self._storage.begin_again(), embedder=embedder, settings=settings
            ) as new:
                # In the order of their first ingest, so that the same copy leads its group.
                new.ingest(self._storage.whole_articles(), progress=progress)
            self._storage.take_over()
        return Archive.open(self.folder, create=False, embedder=embedder, settings=settings)

    def _checked(self, embedder: Embedder) -> Embedder:
        """Return `embedder` if it is the one that made the archive's vectors."""
        with self._storage.reading() as records:
            known = records.embedder
        if known and known.checksum != embedder.checksum:
            raise _mismatch(self.folder, known, f"{embedder.id} ({embedder.checksum[:12]})")
        return embedder

    def _unknown(self, article_id: str) -> MissingError:
        return MissingError(
            f"no article {article_id!r} in {self.folder}; `rag articles list` shows the ids"
        )


def _listed(names: Sequence[str]) -> str:
    """Return names as a list, the first ones where there are many."""
    shown = ", ".join(names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def restore(file: str | Path, path: str | Path) -> Examination:
    """Make an archive in folder `path`, where there is none, of a backup; a name as for `open`.

    Its indexes are built when it is next opened. Raises `ArchiveError` when there is an
    archive already, or `file` is no whole backup.
    """
    return care.restore(Path(file), database=FolderStorage.database_in(archive_path(path)))


def _agreed(storage: Storage, name: str | None, settings: Settings) -> str:
    """Return the embedder to use: the archive's own, which `name` must not contradict."""
    with storage.reading() as records:
        known = records.embedder
    if known and name and known.id != name:
        raise _mismatch(storage.folder, known, name)
    return known.id if known else name or settings.embedder


def _mismatch(folder: Path, known: EmbedderIdentity, found: str) -> ArchiveError:
    return ArchiveError(
        f"{folder} was embedded with {known.id} ({known.checksum[:12]}), not with {found}; "
        f"open it with {known.id}, or embed it again with "
        f"`rag reembed --archive {folder} --embedder NAME`"
    )
