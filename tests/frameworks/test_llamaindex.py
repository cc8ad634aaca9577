"""The real LlamaIndex finds passages of an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import rag

pytest.importorskip("llama_index.core")
from llama_index.core.schema import MetadataMode

from rag.frameworks.llamaindex import ArchiveRetriever


def test_a_retriever_finds_passages_with_their_places(town: rag.Archive) -> None:
    [found] = ArchiveRetriever(town, k=1).retrieve("How long was the harbour closed?")
    assert found.text == "The ferry strike closed the harbour for 3 days."
    about = found.node.metadata
    article = town.article(about["article_id"])
    assert article.text[about["start"] : about["end"]] == found.text
    told = found.node.get_content(MetadataMode.LLM)
    assert "date: 2024-05-02" in told
    assert "start" not in told


def test_a_retriever_is_narrowed(town: rag.Archive) -> None:
    late = ArchiveRetriever(town, since="2024-05-03").retrieve("ferry")
    assert [item.node.metadata["article_id"] for item in late] == ["crews"]
    with pytest.raises(ValueError, match="at least one"):
        ArchiveRetriever(town, k=0)
