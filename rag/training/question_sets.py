"""Make the training data of the generator's adapter from public question sets.

``python -m rag.training.question_sets FOLDER OUT`` takes the folders named in `TAKEN` from FOLDER,
each with a ``data.jsonl.gz``, and writes ``train.jsonl`` and ``held_out.jsonl`` to OUT for
``rag train``. Where the sets come from, and their licences, is in the model card.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from pathlib import Path
from typing import Any

# The most records from each set; sets with many questions per text are cheap.
TAKEN = {
    "squad2_dev_half1": 10_000,
    "squad2_dev_half2_derived": 10_000,
    "squadshifts_new_wiki": 10_000,
    "squad_train_sample": 2_000,
    "nq_oracle_litm": 300,
    "boolq": 400,
    "multihop_small": 100,
}
# Articles of the first set kept out of training, to measure on.
HELD_OUT = ("Normans", "Oxygen", "Rhine")


def prepare(folder: Path, *, seed: int = 0) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the records to train on, and those held out."""
    train: list[dict[str, Any]] = []
    held_out: list[dict[str, Any]] = []
    for name, most in TAKEN.items():
        records = [record for record in _records(folder / name) if not record.get("in_squad_dev")]
        if name == "boolq":
            records = _balanced(records, seed=seed)
        held_out += [record for record in records if record.get("title") in HELD_OUT]
        train += [record for record in records if record.get("title") not in HELD_OUT][:most]
    return train, held_out


def _records(folder: Path) -> list[dict[str, Any]]:
    with gzip.open(folder / "data.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _balanced(records: list[dict[str, Any]], *, seed: int) -> list[dict[str, Any]]:
    """Return as many records answered by yes as by no, in turn."""
    records = [{**record, "answers": [record["answers"][0].capitalize()]} for record in records]
    random.Random(seed).shuffle(records)  # noqa: S311
    yes = [record for record in records if record["answers"] == ["Yes"]]
    no = [record for record in records if record["answers"] == ["No"]]
    return [record for pair in zip(yes, no, strict=False) for record in pair]


def main(folder: str, out: str) -> None:
    """Write the two files."""
    train, held_out = prepare(Path(folder))
    Path(out).mkdir(parents=True, exist_ok=True)
    for name, records in (("train", train), ("held_out", held_out)):
        lines = (json.dumps(record, ensure_ascii=False) for record in records)
        (Path(out) / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
