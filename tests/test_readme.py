"""The README's Python runs, and its commands are ones that exist."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ui.cli import app

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.models
def test_the_python_snippets_run_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    snippets = _blocks("python")
    assert len(snippets) == 2
    exec("\n".join(snippets), {})
    shown = capsys.readouterr().out
    assert "three days" in shown
    assert "[1] Ferry strike closes harbour, 2024-05-02: " in shown


def test_every_command_of_the_readme_exists() -> None:
    used = set(re.findall(r"(?:^|`|/|\$ )rag ([a-z]+)", README, flags=re.MULTILINE))
    assert {"chat", "ingest", "ask", "eval"} <= used
    shown = CliRunner().invoke(app, ["--help"]).output
    assert {name for name in used if not re.search(rf"\b{name}\b", shown)} == set()


def test_every_module_of_the_readme_exists() -> None:
    root = Path(__file__).parent.parent
    named = set(re.findall(r"`((?:rag|ui|eval)(?:/\w+)*(?:\.py)?)`", README))
    assert {"rag/sources", "rag/store/store.py", "ui"} <= named
    assert [name for name in named if not (root / name).exists()] == []
