"""An archive as a component of Haystack; needs the extra `haystack`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict

from rag.archive import Archive
from rag.frameworks.passages import metadata, narrowed, passage_id


@component
class ArchiveRetriever:
    """Finds the `k` passages that fit a question best, best first.

    `archive` is an open one, or the folder of one, which is opened when the pipeline warms up.
    `since` and `until` are inclusive publication dates, ``YYYY-MM-DD``. Articles mention all
    of `names`. A document's `meta` say where its passage comes from.
    """

    def __init__(
        self,
        archive: Archive | str,
        k: int = 8,
        since: str | None = None,
        until: str | None = None,
        publishers: Sequence[str] = (),
        names: Sequence[str] = (),
    ) -> None:
        # Haystack reads a component's settings from attributes of these names.
        self.archive, self.k = archive, k
        self.since, self.until, self.publishers = since, until, tuple(publishers)
        self.names = tuple(names)

    def warm_up(self) -> None:
        """Open the archive, if it is not open yet, and load the model of its searches."""
        self._opened().load()

    @component.output_types(documents=list[Document])  # type: ignore[untyped-decorator, unused-ignore]
    def run(self, query: str, top_k: int | None = None) -> dict[str, list[Document]]:
        """Return the passages for `query` as documents; `top_k` takes the place of `k`."""
        wanted = narrowed(
            self._opened(),
            k=self.k,
            since=self.since,
            until=self.until,
            publishers=self.publishers,
            names=self.names,
        )
        return {
            "documents": [
                Document(id=passage_id(hit), content=hit.text, meta=metadata(hit), score=hit.score)
                for hit in wanted.find(query, k=top_k)
            ]
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the settings of the component; the archive is named by its folder."""
        folder = self.archive if isinstance(self.archive, str) else str(self.archive.folder)
        settings: dict[str, Any] = default_to_dict(
            self,
            archive=folder,
            k=self.k,
            since=self.since,
            until=self.until,
            publishers=list(self.publishers),
            names=list(self.names),
        )
        return settings

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ArchiveRetriever:
        """Return the component of some settings."""
        made: ArchiveRetriever = default_from_dict(cls, data)
        return made

    def _opened(self) -> Archive:
        if isinstance(self.archive, str):
            self.archive = Archive.open(self.archive, create=False)
        return self.archive
