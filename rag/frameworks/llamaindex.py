"""An archive as a retriever of LlamaIndex; needs the extra `llamaindex`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.archive import Archive
from rag.frameworks.passages import metadata, narrowed, passage_id
from rag.types import Hit


class ArchiveRetriever(BaseRetriever):  # type: ignore[misc, unused-ignore]
    """Finds the `k` passages that fit a question best, best first.

    `since` and `until` are inclusive publication dates, ``YYYY-MM-DD``. Articles mention all
    of `names`. A node's metadata say where its passage comes from. `options` are those of
    LlamaIndex's own retrievers.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        k: int = 8,
        since: str | None = None,
        until: str | None = None,
        publishers: Sequence[str] = (),
        names: Sequence[str] = (),
        **options: Any,
    ) -> None:
        self._wanted = narrowed(
            archive, k=k, since=since, until=until, publishers=publishers, names=names
        )
        super().__init__(**options)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(hit) for hit in self._wanted.find(query_bundle.query_str)]


def _node(hit: Hit) -> NodeWithScore:
    about = metadata(hit)
    # The model that reads a passage is only told where it is from.
    told = {"title", "date", "publisher"}
    node = TextNode(
        id_=passage_id(hit),
        text=hit.text,
        metadata=about,
        excluded_llm_metadata_keys=sorted(about.keys() - told),
        excluded_embed_metadata_keys=sorted(about.keys() - told),
    )
    return NodeWithScore(node=node, score=hit.score)
