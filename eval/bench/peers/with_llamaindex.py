"""LlamaIndex: a `VectorStoreIndex` over `FaissVectorStore`, as its FAISS example sets it up.

With `HuggingFaceEmbedding`, `HuggingFaceLLM` and its own `SentenceSplitter`; the index is
persisted and loaded from storage as there.
"""

from __future__ import annotations

from pathlib import Path

import faiss
from harness import Heard, Job, read, serve
from llama_index.core import (
    Document,
    Settings,
    StorageContext,
    VectorStoreIndex,
    load_index_from_storage,
)
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore

_DIMENSION = 384


class LlamaIndex:
    """LlamaIndex with local models."""

    def __init__(self, job: Job) -> None:
        self._job = job
        # Its usual overlap, 200 tokens, is longer than a chunk.
        Settings.node_parser = SentenceSplitter(chunk_size=job.chunk_tokens, chunk_overlap=0)
        Settings.embed_model = HuggingFaceEmbedding(model_name=job.embedder)

    def ingest(self, articles: Path) -> int:
        documents = [
            Document(text=item["text"], metadata=_metadata(item), id_=item["id"])
            for item in read(articles)
        ]
        store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(_DIMENSION))
        storage = StorageContext.from_defaults(vector_store=store)
        index = VectorStoreIndex.from_documents(documents, storage_context=storage)
        index.storage_context.persist(persist_dir=self._job.folder)
        return int(store.client.ntotal)

    def open(self, *, answering: bool) -> None:
        store = FaissVectorStore.from_persist_dir(self._job.folder)
        storage = StorageContext.from_defaults(vector_store=store, persist_dir=self._job.folder)
        index = load_index_from_storage(storage_context=storage)
        self._retriever = index.as_retriever(similarity_top_k=self._job.passages)
        if answering:
            self._load_generator()
            self._engine = index.as_query_engine(
                similarity_top_k=self._job.passages, streaming=True
            )

    def search(self, question: str) -> list[str]:
        return [node.node.ref_doc_id for node in self._retriever.retrieve(question)]

    def answer(self, question: str, heard: Heard) -> str:
        text = ""
        for piece in self._engine.query(question).response_gen:
            heard(piece)
            text += piece
        return text

    def _load_generator(self) -> None:
        import torch
        from llama_index.llms.huggingface import HuggingFaceLLM

        Settings.llm = HuggingFaceLLM(
            model_name=self._job.generator,
            tokenizer_name=self._job.generator,
            context_window=2048,
            max_new_tokens=self._job.max_new_tokens,
            is_chat_model=True,
            device_map="cpu",
            model_kwargs={"dtype": torch.float32},
            generate_kwargs={"do_sample": False},
        )


def _metadata(article: dict[str, str]) -> dict[str, str]:
    return {"title": article["title"]} if article["title"] else {}


if __name__ == "__main__":
    serve(LlamaIndex)
