"""An archive as a retriever of LangChain; needs the extra `langchain`."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag.archive import Archive
from rag.frameworks.passages import metadata, narrowed, passage_id


class ArchiveRetriever(BaseRetriever):  # type: ignore[misc, unused-ignore]
    """Finds the `k` passages that fit a question best, best first.

    `since` and `until` are inclusive publication dates, ``YYYY-MM-DD``. Articles mention all
    of `names`. A document's metadata say where its passage comes from.
    """

    archive: Archive
    k: int = 8
    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        wanted = narrowed(
            self.archive,
            k=self.k,
            since=self.since,
            until=self.until,
            publishers=self.publishers,
            names=self.names,
        )
        return [
            Document(id=passage_id(hit), page_content=hit.text, metadata=metadata(hit))
            for hit in wanted.find(query)
        ]
