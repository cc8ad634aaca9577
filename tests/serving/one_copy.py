"""One copy of `rag serve` with stand-ins for the models: FOLDER DATABASE HOST PORT."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import rag
from rag import Settings, reading
from rag.embedding.embedder import TransformerEmbedder
from tests.fakes import BagOfWords, FakeReader
from ui.api.app import serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.reading import Reading
    from rag.types import Passage

# Seconds that a question is read, so that one is in work whenever a copy is killed.
SLOWLY = 0.3


class SlowReader(FakeReader):
    """Takes its time as a real one does, and leaves the processor alone."""

    def read(self, question: str, passages: Sequence[Passage], **options: object) -> list[Reading]:
        time.sleep(SLOWLY)
        return super().read(question, passages)


def main(folder: str, database: str, host: str, port: str) -> None:
    """Serve the archive in `folder` until the process is killed."""
    slow = SlowReader()
    reading.load_reader = lambda *_name, **_options: slow
    TransformerEmbedder.load = lambda *_, **__: BagOfWords()
    settings = Settings(database=database)
    with rag.Archive.open(folder, embedder=BagOfWords(), settings=settings) as archive:
        serve(archive, host=host, port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
