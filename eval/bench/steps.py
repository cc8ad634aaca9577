"""Run the steps of a benchmark, one at a time, each in a process of its own.

Each step saves its measurements to a file of its own, so that a benchmark goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.bench.environments import DATELINE, PARTS, command_of, packages_of, variables_of
from eval.bench.machine import busy_seconds
from eval.bench.peers.harness import MARK, Job
from eval.bench.plan import Plan
from rag.errors import BenchError

# In the folder of a benchmark.
_RUNS, _INDEXES, _LOGS, _ENVIRONMENTS = "runs", "indexes", "logs", "envs"
_SYSTEM_STAGES = ("ingest", "search", "answer")
_PART_STAGES = ("stages", "embedding", "generation")
# Getrusage counts in bytes on macOS and in KiB elsewhere.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
_LOG_END = 600


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of one system; `round` counts from 1."""

    system: str
    stage: str
    round: int

    @property
    def name(self) -> str:
        """Its name in files."""
        return f"{self.system}-{self.stage}-{self.round}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step measured.

    `first` is the time from starting the process to its first result in seconds, None for
    stages without one; `peak_memory` and `disk` are bytes. `elsewhere` is the share of the
    processor's time that other processes used meanwhile, None where the system does not
    tell. `measured` is as the script printed it.
    """

    started: str
    first: float | None
    peak_memory: int
    disk: int
    elsewhere: float | None
    measured: Mapping[str, Any]


def steps(systems: Sequence[str], *, rounds: int) -> list[Step]:
    """Return the steps in order; in every other round the systems come in reverse."""
    order = [DATELINE, *systems]
    found = [
        Step(system, stage, number)
        for number in range(1, rounds + 1)
        for stage in _SYSTEM_STAGES
        for system in (order if number % 2 else order[::-1])
    ]
    return [*found, *(Step(PARTS, stage, 1) for stage in _PART_STAGES)]


def load(step: Step, *, folder: Path) -> Outcome | None:
    """Return what the step measured, or None if it has not been run."""
    file = folder / _RUNS / f"{step.name}.json"
    return Outcome(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def run(step: Step, plan: Plan, *, folder: Path) -> Outcome:
    """Run a step and save what it measured; raises `BenchError` if it fails."""
    command = command_of(step.system, folder=folder / _ENVIRONMENTS)
    index = folder / _INDEXES / f"{step.system}-{step.round}"
    if step.stage not in ("search", "answer"):
        shutil.rmtree(index, ignore_errors=True)
    index.mkdir(parents=True, exist_ok=True)
    job = _job(step, plan, folder=folder, index=index)
    log = folder / _LOGS / f"{step.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    outcome = _watch(
        [*command, json.dumps(job._asdict())],
        variables=variables_of(step.system),
        index=index,
        log=log,
    )
    _write(folder / _RUNS / f"{step.name}.json", outcome)
    return outcome


def _job(step: Step, plan: Plan, *, folder: Path, index: Path) -> Job:
    few = step.stage == "answer"
    return Job(
        stage=step.stage,
        articles=str(plan.articles_file(folder)),
        questions=str(plan.questions_file(folder, round_=step.round if few else None)),
        folder=str(index),
        embedder=plan.embedder,
        generator=plan.generator,
        chunk_tokens=plan.chunk_tokens,
        passages=plan.passages,
        max_new_tokens=plan.max_new_tokens,
        packages=list(packages_of(step.system)),
    )


def _watch(
    command: Sequence[str], *, variables: Mapping[str, str], index: Path, log: Path
) -> Outcome:
    """Run a process to its end, listening to what it says of the protocol."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    first: float | None = None
    done: dict[str, Any] | None = None
    before = busy_seconds()
    with log.open("w", encoding="utf-8") as errors:
        started = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 - a script of ours
            command, env=variables, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            try:
                for said, heard in _said(process):
                    if said["event"] == "first":
                        first = heard - started
                    else:
                        done = said
            except BaseException:
                process.kill()
                raise
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - started
    if process.returncode or done is None:
        end = log.read_text(encoding="utf-8", errors="replace").strip()[-_LOG_END:]
        raise BenchError(
            f"{Path(command[-2]).name} ended with status {process.returncode}: {end}\n"
            f"All it said is in {log}; leave the system out, or run again to try once more"
        )
    done.pop("event")
    disk = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
    own = usage.ru_utime + usage.ru_stime
    elsewhere = _elsewhere(before, busy_seconds(), own=own, took=took)
    return Outcome(now, first, usage.ru_maxrss * _RSS_UNIT, disk, elsewhere, done)


def _elsewhere(
    before: float | None, after: float | None, *, own: float, took: float
) -> float | None:
    """Return the share of the processor's time that was neither idle nor the step's own."""
    if before is None or after is None:
        return None
    return max(0.0, after - before - own) / (took * (os.cpu_count() or 1))


def _said(process: subprocess.Popen[str]) -> Iterator[tuple[dict[str, Any], float]]:
    """Yield the lines of the protocol, each with the time at which it came."""
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    for line in process.stdout:
        if line.startswith(MARK):
            yield json.loads(line.removeprefix(MARK)), time.perf_counter()


def _write(file: Path, outcome: Outcome) -> None:
    """Write an outcome, complete or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    record = {name: getattr(outcome, name) for name in outcome.__dataclass_fields__}
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    fresh.replace(file)
