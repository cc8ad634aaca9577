"""A system that does next to nothing, for the tests of the benchmark: words are its index."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "eval" / "bench" / "peers"))

from harness import Heard, Job, read, serve


class Stub:
    def __init__(self, job: Job) -> None:
        self._file = Path(job.folder) / "articles.json"
        print("a library says something")

    def ingest(self, articles: Path) -> int:
        known = {item["id"]: item["text"] for item in read(articles)}
        self._file.write_text(json.dumps(known), encoding="utf-8")
        return len(known)

    def open(self, *, answering: bool) -> None:
        self._known = json.loads(self._file.read_text(encoding="utf-8"))

    def search(self, question: str) -> list[str]:
        words = set(question.casefold().split())
        return [id_ for id_, text in self._known.items() if words & set(text.casefold().split())]

    def answer(self, question: str, heard: Heard) -> str:
        heard("")
        heard("I do ")
        heard("not know.")
        return "I do not know."


if __name__ == "__main__":
    if "fail" in sys.argv[1]:
        sys.exit("the model is missing")
    serve(Stub)
