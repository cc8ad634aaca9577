"""What README and docs say is so: their Python runs, their commands, files and links exist."""

from __future__ import annotations

import ast
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from ui.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
}
# These speak of what was, and of files that are gone.
PAST = {"CHANGELOG.md", *(name for name in PAGES if name.startswith("docs/evaluation/"))}
NOTEBOOK = json.loads((ROOT / "docs" / "tutorial.ipynb").read_text(encoding="utf-8"))
MOST_LINES = 150


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield every `rag ...` in a block or between backquotes, with its page, split into words."""
    for name, text in PAGES.items():
        if name in PAST:
            continue
        shell = "\n".join([*blocks(text, "sh"), *blocks(text, "console")])
        lines = re.findall(r"^(?:\$ |.*&& )?(?:\.venv/bin/)?rag ([a-z].*)$", shell, re.MULTILINE)
        inline = re.findall(r"`rag ([a-z][^`]*)`", text)
        for line in (*lines, *inline):
            yield name, shlex.split(line.replace("...", ""), comments=True)


@pytest.mark.models
@pytest.mark.parametrize("name", [name for name, text in PAGES.items() if blocks(text, "python")])
def test_the_python_of_a_page_runs_in_order(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec("\n".join(blocks(PAGES[name], "python")), {})


@pytest.mark.models
def test_the_readme_shows_a_cited_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec("\n".join(blocks(PAGES["README.md"], "python")), {})
    shown = capsys.readouterr().out
    assert "three days" in shown
    assert "[1] Ferry strike closes harbour, 2024-05-02: " in shown


@pytest.mark.models
def test_the_cells_of_the_notebook_run_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    shown = [value for cell in code_cells(NOTEBOOK) if (value := run_cell(cell, names)) is not None]
    assert names["answer"].short.startswith("2.4 million")
    assert names["answer"] in shown
    assert "<mark" in names["answer"]._repr_html_()
    assert [short for _, short, _ in names["rows"]] == ["Paul Vella", "three days"]


def test_the_notebook_is_kept_without_what_it_shows():
    assert all(cell["outputs"] == [] for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code")
    assert len(code_cells(NOTEBOOK)) == 8


def code_cells(notebook: dict[str, Any]) -> list[str]:
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]


def run_cell(source: str, names: dict[str, Any]) -> object:
    """Run a cell as a notebook does, and return what its last line shows."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def test_the_readme_is_short():
    assert PAGES["README.md"].count("\n") <= MOST_LINES


def test_every_command_exists_with_its_options():
    wrong, seen, all_commands = [], set(), get_command(app)
    for name, words in commands():
        command: Any = all_commands
        # Groups of commands have `commands`; typer's classes are not those of click.
        while words and words[0] in getattr(command, "commands", {}):
            command, words = command.commands[words[0]], words[1:]
        if hasattr(command, "commands") and not command.invoke_without_command:
            wrong.append(f"{name}: rag {' '.join(words)}")
            continue
        seen.add(command.name)
        known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
        wrong += [f"{name}: rag {command.name} {w}" for w in options(words) if w not in known]
    assert {"chat", "ingest", "ask", "search", "eval", "reader", "reembed", "list"} <= seen
    assert wrong == []


def options(words: list[str]) -> list[str]:
    return [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]


def test_every_file_that_a_page_names_exists():
    wrong = []
    for name, text in PAGES.items():
        if name in PAST:
            continue
        files = set(re.findall(r"`((?:rag|ui|eval|tests|docs)/[\w./-]*)`", text))
        wrong += [f"{name}: {file}" for file in files if not (ROOT / file).exists()]
    assert "rag/store" in PAGES["README.md"]
    assert wrong == []


def test_every_module_that_a_page_runs_exists():
    wrong = []
    for name, text in PAGES.items():
        modules = (
            set(re.findall(r"python -m ((?:rag|eval)[\w.]*)", text)) if name not in PAST else ()
        )
        places = {module: ROOT.joinpath(*module.split(".")) for module in modules}
        wrong += [
            f"{name}: {module}"
            for module, place in places.items()
            if not (place.with_suffix(".py").exists() or place.is_dir())
        ]
    assert wrong == []


def test_every_link_to_a_file_leads_somewhere():
    wrong = []
    for name, text in PAGES.items():
        folder = (ROOT / name).parent
        links = re.findall(r"\]\(((?!https?://)[^)#\s]+)", text)
        wrong += [f"{name}: {link}" for link in links if not (folder / link).exists()]
    assert wrong == []


def test_every_json_example_is_json():
    examples = [
        line for text in PAGES.values() for line in "".join(blocks(text, "json")).splitlines()
    ]
    assert examples
    for line in examples:
        json.loads(line)


def test_every_room_stands_in_the_readme():
    rooms = {
        f"rag/{path.parent.name}"
        for path in (ROOT / "rag").glob("*/__init__.py")
        if path.parent.name != "__pycache__"
    }
    assert {room for room in rooms if f"`{room}`" not in PAGES["README.md"]} == set()


def test_the_check_before_landing_takes_the_test_command_from_the_readme():
    found = re.findall(r"^python3 -m venv .*pytest.*$", PAGES["README.md"], re.MULTILINE)
    assert len(found) == 1
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
