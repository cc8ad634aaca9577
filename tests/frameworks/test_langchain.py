"""The real LangChain finds passages of an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

if TYPE_CHECKING:
    import rag
    from rag.frameworks.langchain import ArchiveRetriever


@pytest.fixture
def retriever() -> type[ArchiveRetriever]:
    """Return the class; what it imports takes long, which a process without these tests spares."""
    pytest.importorskip("langchain_core")
    from rag.frameworks.langchain import ArchiveRetriever

    return ArchiveRetriever


def test_a_retriever_finds_passages_with_their_places(
    town: rag.Archive, retriever: type[ArchiveRetriever]
) -> None:
    [found] = retriever(archive=town, k=1).invoke("How long was the harbour closed?")
    assert found.page_content == "The ferry strike closed the harbour for 3 days."
    about = found.metadata
    article = town.article(about["article_id"])
    assert article.text[about["start"] : about["end"]] == found.page_content
    assert (about["publisher"], about["url"]) == ("Gazette", "https://news.example/ferry")


def test_a_retriever_is_a_part_of_a_chain(
    town: rag.Archive, retriever: type[ArchiveRetriever]
) -> None:
    from langchain_core.runnables import RunnableLambda

    chain = retriever(archive=town) | RunnableLambda(
        lambda found: [item.metadata["article_id"] for item in found]
    )
    assert chain.invoke("harbour closed") == ["ferry", "crews"]
    assert anyio.run(chain.ainvoke, "harbour closed") == ["ferry", "crews"]


def test_a_retriever_is_narrowed(town: rag.Archive, retriever: type[ArchiveRetriever]) -> None:
    late = retriever(archive=town, since="2024-05-03")
    assert [item.metadata["article_id"] for item in late.invoke("ferry")] == ["crews"]
    of = retriever(archive=town, publishers=("gazette",))
    assert [item.metadata["article_id"] for item in of.invoke("ferry")] == ["ferry"]
    named = retriever(archive=town, names=("Work",))
    assert [item.metadata["article_id"] for item in named.invoke("ferry")] == ["crews"]
    with pytest.raises(ValueError, match="at least one"):
        retriever(archive=town, k=0).invoke("ferry")
