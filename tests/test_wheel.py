"""The wheel holds all files of the packages: adapters, samples, questions, the pages' own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("rag", "ui", "eval")
# The second is for readers of the repository.
_NOT_PACKED = shutil.ignore_patterns("__pycache__", "README.md")


@pytest.mark.slow
def test_the_wheel_is_complete(tmp_path: Path) -> None:
    """`.ci/run` installs it into an empty environment and asks it a question."""
    source = tmp_path / "source"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=_NOT_PACKED)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(source)], check=True, timeout=280)
    [wheel] = tmp_path.glob("dateline_rag-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        held = {name for name in packed.namelist() if ".dist-info/" not in name}
    files = {
        str(path.relative_to(source))
        for package in PACKAGES
        for path in (source / package).rglob("*")
        if path.is_file()
    }
    assert held == files
