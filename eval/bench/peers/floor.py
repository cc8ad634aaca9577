"""sentence-transformers, a flat FAISS index and `model.generate`, with nothing around them.

As in "Semantic search" of the documentation of sentence-transformers and "Text generation"
of that of transformers; runs of whole words stand for a splitter.
"""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread
from typing import Any

import faiss
from harness import Heard, Job, read, serve
from sentence_transformers import SentenceTransformer

# English news has about four tokens in three words.
_WORDS_PER_TOKEN = 0.75
_SYSTEM = "Answer the question from the passages in one sentence."


class Floor:
    """The least that answers questions."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._embedder = SentenceTransformer(job.embedder)

    def ingest(self, articles: Path) -> int:
        passages = [part for item in read(articles) for part in self._split(item)]
        texts = [passage["text"] for passage in passages]
        vectors = self._embedder.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(self._file("index.faiss")))
        self._file("passages.json").write_text(json.dumps(passages), encoding="utf-8")
        return len(passages)

    def open(self, *, answering: bool) -> None:
        self._index = faiss.read_index(str(self._file("index.faiss")))
        self._passages = json.loads(self._file("passages.json").read_text(encoding="utf-8"))
        if answering:
            self._load_generator()

    def search(self, question: str) -> list[str]:
        return [passage["id"] for passage in self._nearest(question)]

    def answer(self, question: str, heard: Heard) -> str:
        from transformers import TextIteratorStreamer

        context = "\n\n".join(passage["text"] for passage in self._nearest(question))
        messages = [
            {"role": "system", "content": _SYSTEM},
            {"role": "user", "content": f"{context}\n\nQuestion: {question}"},
        ]
        prompt = self._tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        options = {"max_new_tokens": self._job.max_new_tokens, "do_sample": False}
        work = Thread(
            target=self._model.generate, kwargs={**prompt, **options, "streamer": streamer}
        )
        work.start()
        text = ""
        for piece in streamer:
            heard(piece)
            text += piece
        work.join()
        return text

    def _load_generator(self) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(self._job.generator)
        self._model: Any = AutoModelForCausalLM.from_pretrained(
            self._job.generator, dtype=torch.float32
        )

    def _nearest(self, question: str) -> list[dict[str, str]]:
        vector = self._embedder.encode([question], normalize_embeddings=True)
        _, rows = self._index.search(vector, self._job.passages)
        return [self._passages[row] for row in rows[0]]

    def _split(self, article: dict[str, str]) -> list[dict[str, str]]:
        words = article["text"].split()
        size = int(self._job.chunk_tokens * _WORDS_PER_TOKEN)
        runs = [" ".join(words[start : start + size]) for start in range(0, len(words), size)]
        return [{"id": article["id"], "text": f"{article['title']}\n{run}"} for run in runs]

    def _file(self, name: str) -> Path:
        return Path(self._job.folder) / name


if __name__ == "__main__":
    serve(Floor)
