"""The real Haystack finds passages of an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes import BagOfWords

if TYPE_CHECKING:
    import rag

pytest.importorskip("haystack")
from haystack import Pipeline

from rag.frameworks.haystack import ArchiveRetriever


def found(pipeline: Pipeline, query: str, **options: object) -> list:
    return pipeline.run({"archive": {"query": query, **options}})["archive"]["documents"]


def test_a_component_finds_passages_with_their_places(town: rag.Archive) -> None:
    pipeline = Pipeline()
    pipeline.add_component("archive", ArchiveRetriever(town))
    first, second = found(pipeline, "How long was the harbour closed?")
    assert first.content == "The ferry strike closed the harbour for 3 days."
    assert first.score > second.score
    article = town.article(first.meta["article_id"])
    assert article.text[first.meta["start"] : first.meta["end"]] == first.content
    assert [item.meta["article_id"] for item in found(pipeline, "ferry", top_k=1)] == ["ferry"]


def test_a_pipeline_is_written_and_read(town: rag.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "rag.embedding.embedder.TransformerEmbedder.load", lambda *_, **__: BagOfWords()
    )
    pipeline = Pipeline()
    pipeline.add_component("archive", ArchiveRetriever(town, since="2024-05-03"))
    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["rag.frameworks.haystack"])
    again.warm_up()
    assert [item.meta["article_id"] for item in found(again, "ferry")] == ["crews"]
