"""Imports point the way the data flows, and nothing heavy is imported early."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the records to the user. A module imports only from the rows above its own, and a
# module of a package also from that package.
ORDER = (
    ("rag.types", "rag.errors"),
    ("rag.text",),
    ("rag.sources", "rag.models"),
    ("rag.settings",),
    ("rag.embedding",),
    ("rag.index",),
    ("rag.store",),
    ("rag.ingest", "rag.retrieval"),
    ("rag.archive",),
    ("rag.reading", "rag.generation"),
    ("rag.answering",),
    ("rag",),
    ("rag.training", "rag.frameworks"),
    ("eval",),
    ("ui",),
)
RANK = {stage: rank for rank, stages in enumerate(ORDER) for stage in stages}
MODULES = sorted(path for name in ("rag", "ui", "eval") for path in (ROOT / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
HEAVY = ("torch", "transformers", "sentence_transformers", "gradio", "openai", "peft")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or place.is_dir()


@cache
def statements(path: Path) -> tuple[ast.stmt, ...]:
    """Return all statements of a file; expressions are passed over, as none imports."""
    found: list[ast.stmt] = []
    left: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while left:
        node = left.pop()
        if isinstance(node, ast.stmt):
            found.append(node)
        inner = (getattr(node, name, ()) for name in ("body", "orelse", "finalbody", "handlers"))
        left += [each for part in (*inner, getattr(node, "cases", ())) for each in part]
    return tuple(found)


@cache
def imports(path: Path) -> set[str]:
    """Return the modules that a file imports anywhere, also inside functions."""
    found: set[str] = set()
    for node in statements(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import; write it in full"
            module = node.module or ""
            inner = {f"{module}.{alias.name}" for alias in node.names}
            modules = {name for name in inner if is_module(name)}
            found |= modules or {module}
    return found


def stage(module: str) -> str | None:
    """Return the entry of `ORDER` that a module belongs to; None for another library."""
    if module.partition(".")[0] not in ("rag", "ui", "eval"):
        return None
    while module not in RANK and "." in module:
        module = module.rpartition(".")[0]
    return module


def own(path: Path) -> set[str]:
    return {found for name in imports(path) if (found := stage(name))}


def test_every_module_has_its_place():
    homeless = [name for name in map(name_of, MODULES) if stage(name) == "rag" and name != "rag"]
    assert homeless == [], "add them to ORDER"


def test_the_package_shows_the_same_order():
    import rag

    rows = [line[4:] for line in (rag.__doc__ or "").splitlines() if line.startswith("    ")]
    shown = [tuple(f"rag.{name}" for name in row.split("  ")[0].split(", ")) for row in rows]
    own = [row for row in ORDER if row[0].startswith("rag.")]
    assert shown == own


def late_imports(path: Path) -> list[str]:
    """Return what a module imports though it does not come before it."""
    here = stage(name_of(path))
    later = {name for name in own(path) if name != here and RANK[name] >= RANK[here]}
    return [f"{name_of(path)} imports {name}" for name in sorted(later)]


def test_no_module_imports_a_later_one():
    assert [fault for path in MODULES for fault in late_imports(path)] == []


def test_a_late_import_is_found(tmp_path, monkeypatch):
    module = tmp_path / "rag" / "text" / "wrong.py"
    module.parent.mkdir(parents=True)
    module.write_text("def f():\n    import rag.archive\n")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert late_imports(module) == ["rag.text.wrong imports rag.archive"]


def test_imports_are_found_in_every_form():
    vectors = own(ROOT / "rag" / "index" / "vectors.py")
    assert vectors == {"rag.index", "rag.embedding"}
    # `from rag import sources`, and an import inside a function.
    assert "rag.sources" in own(ROOT / "rag" / "ingest" / "run.py")
    assert "rag.models" in own(ROOT / "rag" / "embedding" / "embedder.py")
    assert {"eval", "ui", "rag"} <= own(ROOT / "ui" / "cli" / "evaluation.py")


def test_types_and_errors_import_nothing_of_ours():
    types = (ROOT / "rag" / "types").glob("*.py")
    assert set().union(*map(own, types)) == {"rag.types"}
    assert own(ROOT / "rag" / "errors.py") == set()


def test_eval_the_builtin_is_not_hidden():
    assert [str(path) for path in (*MODULES, *TESTS) if hides_eval(path)] == []


def hides_eval(path: Path) -> bool:
    """Tell whether a file says `import eval`; `from eval.x import ...` is the way."""
    if not re.search(r"\bimport\b.*\beval\b", path.read_text(encoding="utf-8")):
        return False
    aliases = [
        alias for node in statements(path) if isinstance(node, ast.Import) for alias in node.names
    ]
    return "eval" in {alias.asname or alias.name.partition(".")[0] for alias in aliases}


def loaded_by(program: str, names: set[str]) -> list[str]:
    """Run a program that says `tell()` at times; return what of `names` was loaded each time."""
    tell = f'def tell(): print("LOADED", *sorted({names!r} & set(sys.modules)))'
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{tell}\n{program}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    lines = map(str.strip, done.stdout.splitlines())
    return [line for line in lines if line.startswith(("LOADED", "Usage"))]


def test_nothing_heavy_is_imported_before_it_is_needed():
    program = """
import rag.sources.worker
late = "charset_normalizer docx feedparser httpx numpy pyarrow pypdf trafilatura"
files = set(late.split()) & set(sys.modules)
assert not files, f"a file waits for what files of other kinds need: {files}"
import rag
tell()
import rag.archive, rag.embedding.embedder, rag.models.registry, rag.text.question_time
tell()
import ui.cli
sys.argv = ["rag", "--help"]
try:
    ui.cli.main()
except SystemExit as done:
    assert not done.code, done
tell()
"""
    assert loaded_by(program, {*HEAVY, "dateparser", "huggingface_hub"}) == [
        "LOADED",
        "LOADED",
        "Usage: rag [OPTIONS] COMMAND [ARGS]...",
        "LOADED",
    ]


@pytest.mark.slow
def test_the_chat_page_does_not_wait_for_what_other_pages_need():
    late = {*HEAVY, "matplotlib", "rag.sources"} - {"gradio"}
    assert loaded_by("import ui.web.app; tell()", late) == ["LOADED"]
