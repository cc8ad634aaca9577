"""The command that measures how fast Dateline is."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import BenchError
from ui.cli.console import errors, heard, note, output, write
from ui.cli.progress import work_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.bench.plan import Plan
    from eval.bench.steps import Outcome, Step


@heard
def bench(
    out: Annotated[
        Path,
        typer.Option(
            file_okay=False,
            help="Folder for the report, and for the indexes and environments of the systems; "
            "the same command goes on after a stop.",
        ),
    ] = Path("bench"),
    articles: Annotated[
        Path | None,
        typer.Option(help="What `rag ingest` takes; by default the sample.", exists=True),
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option(
            help="Questions about them, as for `rag eval`; those of nine words or more are used.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    peers: Annotated[
        str,
        typer.Option(
            help="Compare with these, separated by commas: floor, haystack, llamaindex, txtai. "
            "All except the floor are installed from the package index, 1 to 2 GB each."
        ),
    ] = "floor",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take only the first N articles.")
    ] = None,
    searches: Annotated[int, typer.Option(min=1, help="How many questions to search for.")] = 200,
    answers: Annotated[
        int, typer.Option(min=1, help="How many questions to answer per round; they take longest.")
    ] = 10,
    rounds: Annotated[
        int, typer.Option(min=1, help="How many times to measure, in alternating order.")
    ] = 2,
) -> None:
    """Measure ingest, start, search, answers, memory and disk, beside other systems.

    Nothing else should run meanwhile. Linux or macOS.
    """
    from eval.bench import figures, report, steps
    from eval.bench.machine import Machine
    from eval.bench.plan import gold_of

    systems = _systems(peers)
    plan = _plan(
        out, articles, questions, limit=limit, searched=searches, answered=answers, rounds=rounds
    )
    done, problem = _measure(steps.steps(systems, rounds=rounds), plan, out)
    if any(step.stage == "ingest" for step, _ in done):
        outcomes = figures.gather(done)
        found = report.build(outcomes, plan=plan, gold=gold_of(out), machine=Machine.here())
        for name, fact in report.facts(found).items():
            write(f"{name}: {fact}")
        for table in report.to_tables(found):
            output.print(table)
        write(f"Report: {report.write(found, out)}")
    if problem:
        raise typer.Exit(problem)


def _measure(
    ordered: Sequence[Step], plan: Plan, out: Path
) -> tuple[list[tuple[Step, Outcome]], int]:
    """Run the steps that have not run yet; return all outcomes and an exit status.

    A system that fails is left out from then on, and Ctrl-C ends the run. What was measured is
    reported in any case.
    """
    from eval.bench import steps

    done: list[tuple[Step, Outcome]] = []
    failed: set[str] = set()
    with work_bar() as bar:
        task = bar.add_task("Measuring", total=len(ordered), note="")
        for step in ordered:
            bar.update(task, description=step.name, advance=1)
            if step.system in failed:
                continue
            try:
                outcome = steps.load(step, folder=out) or steps.run(step, plan, folder=out)
            except BenchError as error:
                write(f"{step.name}: {error}", to=errors, style="red")
                failed.add(step.system)
            except KeyboardInterrupt:
                note("Stopped. To continue, give the same command again.")
                return done, 130
            else:
                done.append((step, outcome))
    return done, 1 if failed else 0


def _systems(peers: str) -> list[str]:
    from eval.bench.environments import PEERS

    wanted = [name.strip() for name in peers.split(",") if name.strip()]
    for name in wanted:
        if name not in PEERS:
            raise typer.BadParameter(f"no peer {name!r}; there are {', '.join(PEERS)}")
    return list(dict.fromkeys(wanted))


def _plan(
    out: Path,
    articles: Path | None,
    questions: Path | None,
    *,
    limit: int | None,
    searched: int,
    answered: int,
    rounds: int,
) -> Plan:
    from eval.bench.plan import prepare
    from eval.questions import load_questions, packaged_questions
    from rag import sources
    from rag.models.registry import BASE_GENERATOR, DEFAULT_EMBEDDER, DEFAULT_READER
    from rag.models.resolving import resolve

    # Dateline's reader is fetched and merged here too, so that no start pays for it.
    resolve(DEFAULT_READER, on_progress=note)
    models = [resolve(name, on_progress=note) for name in (DEFAULT_EMBEDDER, BASE_GENERATOR)]
    return prepare(
        sources.read([articles or Path(str(files("rag") / "sample"))]),
        load_questions(questions or packaged_questions()),
        folder=out,
        limit=limit,
        searched=searched,
        answered=answered,
        rounds=rounds,
        models=[(str(model.path), model.checksum) for model in models],
    )
