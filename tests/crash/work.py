"""What the killed processes do to an archive, and what must hold afterwards."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import rag
from rag import Archive, Article, Settings
from rag.settings import IndexSettings
from tests.fakes import FakeEmbedder

KINDS = ("new", "edit", "delete", "rebuild", "reembed", "backup")
# Small, so that files of vectors are renewed and batches committed all the time.
SETTINGS = Settings(batch_articles=3, index=IndexSettings(pending=4, pending_share=0.1))
# Versions of articles by number; 0 is none.
State = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of work: its kind, and the version that each article has after it."""

    kind: str
    after: dict[int, int]
    copy: str = ""


class Unwilling(FakeEmbedder):
    """Embeds nothing: what is lost cannot be made again in secret."""

    def embed_passages(self, texts):
        raise AssertionError(f"asked to embed {len(texts)} passages again")


def embedder_of(folder: Path, *, willing: bool) -> FakeEmbedder:
    """Return the embedder that an archive was made with, of the two there are."""
    kind = FakeEmbedder if willing else Unwilling
    for name in ("fake", "other"):
        try:
            made = kind(id=name, checksum=name[0] * 64)
            Archive.open(folder, embedder=made, settings=SETTINGS).close()
        except rag.ArchiveError:
            continue
        return made
    raise AssertionError("the archive has neither embedder")


def article(number: int, version: int) -> Article:
    """Return one version of an article; only its own words find it."""
    text = f"Storm {word(number, version)} closes the harbour. " + f"Filler {number}. " * 60
    return Article(f"Title {number}", text, id=f"a{number}", date="2024-05-01")


def word(number: int, version: int) -> str:
    """Return the word that one version of an article alone has."""
    return f"w{number}v{version}w"


def draw(state: State, *, chance: random.Random, count: int) -> Step:
    """Draw the next piece of work; `count` is how many there were."""
    held = [number for number, version in state.items() if version]
    kind = chance.choice(KINDS if len(held) > 6 else ("new",))
    after = dict(state)
    if kind == "new":
        first = len(state)
        after |= {first + n: 1 for n in range(chance.randint(1, 10))}
    elif kind == "edit":
        for number in chance.sample(held, min(len(held), chance.randint(1, 6))):
            after[number] += 1
    elif kind == "delete":
        after[chance.choice(held)] = 0
    return Step(kind, after, f"copy-{count}" if kind == "backup" else "")


def do(step: Step, state: State, folder: Path, *, begun: Callable[[], None]) -> None:
    """Do one piece of work; `begun` is called once the archive is open."""
    made = embedder_of(folder, willing=True)
    if step.kind == "rebuild":
        for path in folder.iterdir():
            if not path.name.startswith("archive.sqlite"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        begun()
    with Archive.open(folder, embedder=made, settings=SETTINGS) as archive:
        if step.kind != "rebuild":
            begun()
        if step.kind in ("new", "edit"):
            archive.ingest([article(n, v) for n, v in step.after.items() if state.get(n) != v])
        elif step.kind == "delete":
            [gone] = [n for n, version in step.after.items() if state[n] != version]
            archive.delete(f"a{gone}")
        elif step.kind == "reembed":
            name = "other" if made.id == "fake" else "fake"
            archive.reembed(FakeEmbedder(id=name, checksum=name[0] * 64)).close()
        elif step.kind == "backup":
            archive.backup(folder.parent / step.copy)


def check(folder: Path, *, state: State, step: Step) -> dict[int, int]:
    """Check an archive whose last piece of work may or may not be done; return its state.

    `state` is what was acknowledged before that work. Raises `AssertionError`.
    """
    with Archive.open(
        folder, create=False, embedder=embedder_of(folder, willing=False), settings=SETTINGS
    ) as archive:
        assert archive.examine().faults == ()
        found = {item.id: item for item in archive.articles()}
        held = {
            number: _version(found.pop(f"a{number}", None), number, state.get(number, 0), version)
            for number, version in step.after.items()
        }
        assert not found, f"articles that nobody wrote: {sorted(found)}"
        for number, version in held.items():
            _check_search(archive, number, version)
    copy = folder.parent / step.copy
    if step.copy and copy.exists():
        _check_copy(copy, state)
    return held


def _version(found: Article | None, number: int, before: int, after: int) -> int:
    """Return which version was found; only the one before the work and the one after may be."""
    version = next((v for v in (before, after) if v and found == article(number, v)), 0)
    assert version or found is None, f"a{number} is neither as before nor as after: {found}"
    assert version in (before, after), f"a{number} is lost: {before} or {after}, not {version}"
    return version


def _check_search(archive: Archive, number: int, version: int) -> None:
    for other in range(1, version + 2):
        hits = archive.search(word(number, other), k=1)
        said = [hit for hit in hits if word(number, other) in hit.text]
        assert bool(said) == (other == version), f"a{number}, version {other} of {version}"


def _check_copy(copy: Path, state: State) -> None:
    back = copy.with_name("back")
    shutil.rmtree(back, ignore_errors=True)
    rag.restore(copy, back)
    with Archive.open(
        back, create=False, embedder=embedder_of(back, willing=False), settings=SETTINGS
    ) as restored:
        assert {item.id for item in restored.articles()} == {
            f"a{number}" for number, version in state.items() if version
        }
    shutil.rmtree(back)
