"""Measure an archive as it grows; see `eval.bench.scale`."""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.scale.stages import STAGES, Measured, measure
from rag.settings import archive_path


def questions_in(path: Path, *, most: int) -> list[str]:
    """Return the questions of a file of JSON Lines, packed or not, that have six words."""
    data = path.read_bytes()
    lines = (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()
    found = (json.loads(line)["question"] for line in lines)
    return list(itertools.islice((each for each in found if len(each.split()) >= 6), most))


def table(results: Mapping[int, Measured]) -> str:
    """Return the measurements as rows, with one column per size."""
    rows: dict[str, dict[int, str]] = {}
    for size, stages in results.items():
        for stage, measured in stages.items():
            for name, value in _flat(measured):
                rows.setdefault(f"{stage}: {name}", {})[size] = value
    width = max(map(len, rows), default=0)
    lines = [" " * width + "".join(f"{size:>14,}" for size in results)]
    lines += [
        name.ljust(width) + "".join(f"{found.get(size, ''):>14}" for size in results)
        for name, found in rows.items()
    ]
    return "\n".join(lines)


def _flat(measured: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in measured.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}, ")
        elif isinstance(value, list):
            yield f"{prefix}{name}, median", f"{np.median(value):.3f}"
        elif value is not None:
            yield f"{prefix}{name}", f"{value:,.3f}" if isinstance(value, float) else str(value)


def main() -> None:
    """Run the measurements and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--archive", required=True, help="archive whose articles are to be repeated"
    )
    parser.add_argument("--questions", required=True, type=Path, help="questions, JSON Lines")
    parser.add_argument(
        "--sizes", default="10000,100000", help="numbers of chunks, separated by commas"
    )
    parser.add_argument("--stages", default=",".join(STAGES), help="with commas between")
    parser.add_argument("--out", required=True, type=Path, help="folder for archives and results")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    questions = questions_in(options.questions, most=200)
    results: dict[int, Measured] = {}
    for size in map(int, options.sizes.split(",")):
        file = options.out / f"{size}.json"
        results[size] = json.loads(file.read_text()) if file.exists() else {}
        for stage in options.stages.split(","):
            if stage in results[size]:
                continue
            # In a process of its own, whose memory is that of this stage alone.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                results[size][stage] = pool.submit(
                    measure,
                    stage,
                    options.out / str(size),
                    source=archive_path(options.archive),
                    size=size,
                    questions=questions,
                ).result()
            file.write_text(json.dumps(results[size], indent=2) + "\n", encoding="utf-8")
    print(table(results))  # noqa: T201


if __name__ == "__main__":
    main()
