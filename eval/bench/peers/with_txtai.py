"""txtai: `Embeddings` with content, its `Segmentation`, and its `RAG` pipeline.

Set up as on the page "RAG" of its documentation; the splitter is Chonkie's, which
`Segmentation` uses, as the others need files that are fetched from a network. Answers come
whole: its streaming fails when a piece takes longer than five seconds.
"""

from __future__ import annotations

from pathlib import Path

from harness import Heard, Job, read, serve
from txtai import RAG, Embeddings
from txtai.pipeline import Segmentation

# What Chonkie counts; English news has a little over four characters per token.
_CHARACTERS_PER_TOKEN = 4
_TEMPLATE = """
  Answer the following question using the provided context.

  Question:
  {question}

  Context:
  {context}
"""


class Txtai:
    """txtai with local models."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._embeddings = Embeddings(path=job.embedder, content=True)

    def ingest(self, articles: Path) -> int:
        size = self._job.chunk_tokens * _CHARACTERS_PER_TOKEN
        split = Segmentation(chunker="sentence", chunk_size=size, chunk_overlap=0)
        self._embeddings.index(
            (f"{item['id']}#{number}", f"{item['title']} {text}".strip())
            for item in read(articles)
            for number, text in enumerate(split(item["text"]))
        )
        self._embeddings.save(self._job.folder)
        return int(self._embeddings.count())

    def open(self, *, answering: bool) -> None:
        self._embeddings.load(self._job.folder)
        if answering:
            self._rag = RAG(
                self._embeddings,
                self._job.generator,
                template=_TEMPLATE,
                context=self._job.passages,
                task="language-generation",
                dtype="float32",
                output="flatten",
            )

    def search(self, question: str) -> list[str]:
        found = self._embeddings.search(question, self._job.passages)
        return [row["id"].rpartition("#")[0] for row in found]

    def answer(self, question: str, heard: Heard) -> str:
        text = self._rag(
            question,
            defaultrole="user",
            # By default 512, prompt included, for which these passages are too long.
            maxlength=2048,
            max_new_tokens=self._job.max_new_tokens,
            do_sample=False,
        )
        heard(text)
        return str(text)


if __name__ == "__main__":
    serve(Txtai)
