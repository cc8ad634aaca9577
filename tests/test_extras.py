"""The core does without the libraries of the extras, and says which extra is missing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TABLE = (ROOT / "docs" / "reference" / "dependencies.md").read_text(encoding="utf-8")
# What the extras bring, by the names that are imported; the core has the others by itself.
BLOCKED = (
    "fastapi_offline gguf ir_measures matplotlib mcp mwparserfromhell odf openai openpyxl peft "
    "prometheus_client pyarrow pybtex rapidocr_onnxruntime rispy striprtf warcio watchfiles"
).split()

WITHOUT = f"""
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""

CORE = """
import rag, rag.reading
from tests.fakes import BagOfWords, FakeReader
rag.reading.load_reader = lambda *_, **__: FakeReader()
import rag.embedding.embedder
rag.embedding.embedder.TransformerEmbedder.load = lambda *_, **__: BagOfWords()
from ui.web import app
with rag.Archive.open(sys.argv[1]) as archive:
    archive.ingest(rag.Article("Strike", "The ferry strike closed the harbour for 3 days."))
    app.build(archive).close()
from ui.cli import main
question = "How many days did the ferry strike close the harbour?"
sys.argv = ["rag", "ask", "-q", "-a", sys.argv[1], question]
main()
"""

# What asks for each extra, with an error that says so.
LACKS = {
    "formats": """
from pathlib import Path
from rag.sources import read
for name, data in (("a.parquet", b"PAR1PAR1"), ("a.rtf", rb"{\\rtf1 A strike.}")):
    Path(sys.argv[1], name).write_bytes(data)
skipped = []
list(read([sys.argv[1]], on_skip=skipped.append))
assert len(skipped) == 2, skipped
assert len({item.reason for item in skipped if "not installed" in item.reason}) == 2, skipped
raise LookupError(skipped[0].reason)
""",
    "eval": "from eval import report",
    "generate": "from rag.generation import load_generator; load_generator('http://x.example#m')",
    "bibliography": """
import rag
from rag.frameworks.bibliography import to_ris
to_ris([rag.Article("Strike", "A strike.")])
""",
    "serve": """
from typer.testing import CliRunner
from ui.cli import app
raise LookupError(CliRunner().invoke(app, ["serve"]).exception)
""",
    "watch": """
import rag
from ui.watching.watch import Watch
from tests.fakes import BagOfWords
Watch(rag.Archive.open(sys.argv[1] + "/a", embedder=BagOfWords()), [], every=60)
""",
}
# One process for all: each takes a second to start.
EACH = f"""
import json
said = {{}}
for extra, program in {LACKS!r}.items():
    try:
        exec(program)
    except Exception as error:
        said[extra] = str(error)
print(json.dumps(said))
"""


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + program, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@pytest.mark.slow
def test_the_core_answers_and_builds_the_pages_without_any_extra(tmp_path: Path) -> None:
    done = run(CORE, tmp_path / "archive")
    assert done.returncode == 0, done.stderr
    assert "closed the harbour for 3 days. [1]" in done.stdout


def test_what_is_missing_is_told_with_its_extra(tmp_path: Path) -> None:
    done = run(EACH, tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    wrong = {
        extra: said.get(extra)
        for extra in LACKS
        if f"pip install 'dateline-rag[{extra}]'" not in said.get(extra, "")
    }
    assert wrong == {}


def names(requirements: list[str]) -> set[str]:
    found = {Requirement(item).name.lower() for item in requirements}
    return found - {"dateline-rag"}


def listed(heading: str) -> str:
    return TABLE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_the_table_lists_the_libraries_of_the_core() -> None:
    cells = re.findall(r"^\| ([^|]+) \|", listed("Core"), re.MULTILINE)[1:]
    assert {name for cell in cells for name in cell.split(", ")} == names(PROJECT["dependencies"])
    assert f"| the core | {len(PROJECT['dependencies'])} |" in TABLE


def test_the_table_lists_the_extras() -> None:
    rows = re.findall(r"^\| (`.+?`) \| ([^|]*) \|", listed("Extras"), re.MULTILINE)
    extras = {name for cell, _ in rows for name in re.findall(r"`(\w+)`", cell)}
    assert extras == PROJECT["optional-dependencies"].keys() - {"all"}
    for cell, libraries in rows:
        for extra in re.findall(r"`(\w+)`", cell):
            if extra != "dev":
                own = names(PROJECT["optional-dependencies"][extra])
                assert own <= set(re.split(r", (?:and )?", libraries))


def test_the_readme_installs_all_that_it_shows() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install -c .ci/constraints.txt '.[all]' && .venv/bin/rag chat" in readme
    [everything] = PROJECT["optional-dependencies"]["all"]
    assert {"eval", "formats", "serve", "mcp"} <= Requirement(everything).extras
