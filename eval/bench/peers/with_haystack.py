"""Haystack: two pipelines over an `InMemoryDocumentStore`, as its "Get Started" sets them up.

The components of sentence-transformers and transformers are those of its integrations. The
document store is the in-memory one, which is saved to disk and loaded again.
"""

from __future__ import annotations

from pathlib import Path

from harness import Heard, Job, read, serve
from haystack import Document, Pipeline
from haystack.components.builders import ChatPromptBuilder
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.dataclasses import ChatMessage, StreamingChunk
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

_WORDS_PER_TOKEN = 0.75
_TEMPLATE = [
    ChatMessage.from_system(
        """
Given these documents, answer the question.
Documents:
{% for document in documents %}
{{ document.content }}
{% endfor %}
"""
    ),
    ChatMessage.from_user("Question: {{ question }}\nAnswer:"),
]


class Haystack:
    """Haystack with local models."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._file = str(Path(job.folder) / "documents.json")
        self._embedder = SentenceTransformersDocumentEmbedder(
            model=job.embedder, meta_fields_to_embed=["title"], progress_bar=False
        )
        if job.stage == "ingest":
            # Loads the model, which is done by itself at the first document.
            self._embedder.warm_up()

    def ingest(self, articles: Path) -> int:
        size = int(self._job.chunk_tokens * _WORDS_PER_TOKEN)
        pipeline = Pipeline()
        pipeline.add_component("splitter", DocumentSplitter(split_by="word", split_length=size))
        pipeline.add_component("embedder", self._embedder)
        pipeline.add_component("writer", DocumentWriter(document_store=self._store))
        pipeline.connect("splitter", "embedder")
        pipeline.connect("embedder", "writer")
        documents = [
            Document(content=item["text"], meta={"title": item["title"], "article": item["id"]})
            for item in read(articles)
        ]
        pipeline.run({"splitter": {"documents": documents}})
        self._store.save_to_disk(self._file)
        return int(self._store.count_documents())

    def open(self, *, answering: bool) -> None:
        self._store = InMemoryDocumentStore.load_from_disk(self._file)
        self._searching = self._searcher()
        if answering:
            self._answering = self._answerer()

    def search(self, question: str) -> list[str]:
        found = self._searching.run({"embedder": {"text": question}})
        return [document.meta["article"] for document in found["retriever"]["documents"]]

    def answer(self, question: str, heard: Heard) -> str:
        def tell(chunk: StreamingChunk) -> None:
            heard(chunk.content)

        inputs = {
            "embedder": {"text": question},
            "prompt": {"question": question},
            "llm": {"streaming_callback": tell},
        }
        return str(self._answering.run(inputs)["llm"]["replies"][0].text)

    def _searcher(self) -> Pipeline:
        pipeline = Pipeline()
        pipeline.add_component(
            "embedder",
            SentenceTransformersTextEmbedder(model=self._job.embedder, progress_bar=False),
        )
        pipeline.add_component(
            "retriever",
            InMemoryEmbeddingRetriever(document_store=self._store, top_k=self._job.passages),
        )
        pipeline.connect("embedder.embedding", "retriever.query_embedding")
        return pipeline

    def _answerer(self) -> Pipeline:
        import torch
        from haystack_integrations.components.generators.transformers import (
            TransformersChatGenerator,
        )

        pipeline = self._searcher()
        pipeline.add_component(
            "prompt", ChatPromptBuilder(template=_TEMPLATE, required_variables="*")
        )
        pipeline.add_component(
            "llm",
            TransformersChatGenerator(
                model=self._job.generator,
                task="text-generation",
                generation_kwargs={
                    "max_new_tokens": self._job.max_new_tokens,
                    "do_sample": False,
                },
                huggingface_pipeline_kwargs={"dtype": torch.float32},
            ),
        )
        pipeline.connect("retriever.documents", "prompt.documents")
        pipeline.connect("prompt.prompt", "llm.messages")
        return pipeline


if __name__ == "__main__":
    serve(Haystack)
