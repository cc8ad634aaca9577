"""The seam behind which an archive's articles, chunks, vectors and texts live.

`folder` keeps them in a folder of this machine, `milvus` in collections of a Milvus server.
What lies above the store, such as ingest, retrieval and the archive, sees these protocols alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.embedding.embedder import Vectors
from rag.store.types import Candidate, Change, EmbedderIdentity, Examination, Known, Prepared
from rag.types import Article, Filter, Order


class Catalogue(Protocol):
    """What a store can list and count without searching; `rag.store.folder.catalog` says how."""

    def articles(
        self,
        *,
        where: Filter,
        limit: int | None,
        offset: int,
        order: Order = "newest",
        undated: bool = False,
    ) -> list[Article]:
        """Return articles in an order, or only the undated ones."""

    def ids(self, beginning: str, *, most: int) -> list[str]:
        """Return the first ids that begin with `beginning`, in order."""

    def fingerprints(self) -> npt.NDArray[np.uint64]:
        """Return `rag.store.identity.fingerprint` of every article, in order of the numbers."""

    def count(self, where: Filter, *, undated: bool = False) -> int:
        """Return the number of articles that pass, or of the undated ones among them."""

    def day_after(self, date: str, where: Filter) -> str | None:
        """Return the first day after `date` with an article that passes."""

    def day_before(self, date: str, where: Filter) -> str | None:
        """Return the last day before `date` with an article that passes."""

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles, chunks and linked near-duplicates."""

    def is_empty(self) -> bool:
        """Tell whether there is no chunk."""

    def publishers(self) -> list[tuple[str, int]]:
        """Return publishers with their numbers of articles, the busiest first."""

    def publisher_names(self) -> list[str]:
        """Return the publishers, in order."""

    def months(self) -> list[tuple[str, int]]:
        """Return the months of publication, ``YYYY-MM``, with their numbers of articles."""

    def languages(self) -> list[tuple[str, int]]:
        """Return the ISO 639 codes of languages with their numbers of articles, most first."""

    def dates(self) -> tuple[str | None, str | None]:
        """Return the first and last publication dates."""


class Records(Protocol):
    """What a store holds, read by id."""

    @property
    def catalog(self) -> Catalogue:
        """Its lists and counts."""

    @property
    def generation(self) -> int:
        """A number that grows with every write."""

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """What the vectors were made with; None in a store that has none yet."""

    def known(self, article_id: str) -> Known | None:
        """Return what is stored of the article with that id."""

    def article(self, article_id: str) -> Article | None:
        """Return the article with that id, or None."""

    def linked_to(self, article_id: str) -> list[Article]:
        """Return the other articles of the same group of near-duplicates, the newest first."""


class Storage(Protocol):
    """An open archive, as ingest, retrieval and the archive use it; all raise `ArchiveError`."""

    folder: Path

    def close(self) -> None:
        """Let go of what is open; the archive must not be used afterwards."""

    def reading(self) -> AbstractContextManager[Records]:
        """Provide what the archive holds."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep others of this machine from writing; `LockedError` when one already does."""

    def candidates(
        self, question: str, vector: Vectors, *, k: int, where: Filter
    ) -> list[Candidate]:
        """Return the `k` nearest passages and the `k` whose words fit best, in order of ingest.

        `vector` is the question's unit vector, shape (dimension,).
        """

    def find(self, words: str, *, k: int, where: Filter) -> list[Article]:
        """Return the `k` articles whose title and text fit `words` best by BM25, best first."""

    def texts_near(self, word: str, *, k: int) -> list[str]:
        """Return `k` texts that have a word one letter from `word`, none where one has it."""

    def set_embedder(self, identity: EmbedderIdentity) -> None:
        """Record what vectors will be made with."""

    def write(self, batch: Iterable[Prepared]) -> Change:
        """Write articles, replacing those of the same id; done again, it changes nothing."""

    def delete(self, article_id: str) -> bool:
        """Delete an article everywhere; False when there is none of that id."""

    def everything(self) -> Iterator[Prepared]:
        """Yield what the archive holds in the order of its ingest, as `write` takes it."""

    def whole_articles(self) -> Iterator[Article]:
        """Yield all articles in the order of their ingest."""

    def save(self) -> None:
        """Put away what many writes have left to be done."""

    def examine(self) -> Examination:
        """Read everything and check all that can be checked."""

    def backup(self, file: Path) -> Examination:
        """Copy the archive into `file`, as it is at one moment."""

    def begin_again(self) -> Path:
        """Return an empty place for an archive that is to take over from this one."""

    def take_over(self) -> None:
        """Close this archive and put the one made at `begin_again` in its place."""

    def destroy(self) -> None:
        """Delete what the archive holds outside its folder; it is to be closed then."""
