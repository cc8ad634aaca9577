"""Run Dateline as a measured system, in the protocol of the others.

    python -m eval.bench.dateline JOB

It uses only the Python interface, with the default settings.
"""

from __future__ import annotations

from pathlib import Path

import rag
from eval.bench.peers.harness import Heard, Job, serve


class Dateline:
    """Dateline as its users have it."""

    def __init__(self, job: Job) -> None:
        ingesting = job.stage == "ingest"
        self._archive = rag.Archive.open(job.folder, create=ingesting)
        self._passages = job.passages
        if ingesting:
            self._archive.embedder()

    def ingest(self, articles: Path) -> int:
        """Index the articles of a file; return the number of chunks."""
        return self._archive.ingest(articles).chunks

    def open(self, *, answering: bool) -> None:
        """Do nothing: the models are loaded when they are first needed."""

    def search(self, question: str) -> list[str]:
        """Return the article ids of the best passages, best first."""
        hits = self._archive.search(question, k=self._passages)
        return [hit.article.id or "" for hit in hits]

    def answer(self, question: str, heard: Heard) -> str:
        """Return the answer to a question."""
        text = ""
        for piece in rag.stream(question, archive=self._archive):
            if isinstance(piece, str):
                heard(piece)
                text += piece
        return text


if __name__ == "__main__":
    serve(Dateline)
