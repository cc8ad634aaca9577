"""The table of fitted numbers says what the code says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "fitted-numbers.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if "`rag/" in line
]


def numbers_in(text: str) -> set[float]:
    """Return the magnitudes of all numbers of a text: a sign may stand apart in code."""
    return {float(found) for found in re.findall(r"\d*\.?\d+", text)}


def constants_of(path: Path) -> set[float]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    values = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return {float(value) for value in values if type(value) in (int, float)}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_has_the_numbers_of_its_module_and_names_its_script(row):
    _name, value, where, _chosen_on, script = row
    found = constants_of(ROOT / where.strip("`"))
    assert numbers_in(value) <= found, f"{where} does not have {numbers_in(value) - found}"
    modules = re.findall(r"python -m ([\w.]+)", script)
    assert modules or script.startswith("by hand")
    places = [ROOT.joinpath(*module.split(".")) for module in modules]
    assert all(place.is_dir() or place.with_suffix(".py").is_file() for place in places)


def test_all_rows_were_read():
    assert len(ROWS) == PAGE.count("| `rag/") == 29


def test_a_wrong_number_is_found():
    assert not numbers_in("-9.24; .27") <= constants_of(ROOT / "rag/answering/found.py")
