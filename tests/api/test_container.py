"""The container's files name commands, files and places that there are."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from typer.main import get_command

from ui.cli import app

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".ci" / "container"
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))


def lines(instruction: str) -> list[str]:
    """Return the arguments of an instruction, wherever it stands, with its lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^\s*{instruction}\s+(.*)$", joined, re.MULTILINE)


def options_of(words: list[str]) -> set[str]:
    return {option for p in get_command(app).commands[words[0]].params for option in p.opts}


def test_everything_that_is_copied_exists_and_is_not_ignored() -> None:
    kept = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    copied = [name for line in lines("COPY") if "--from" not in line for name in line.split()[:-1]]
    assert "rag" in copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if f"!{name}" not in kept] == []


def test_every_package_of_the_wheel_is_copied() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [packages] = re.findall(r"^include = (\[.*\])$", pyproject, re.MULTILINE)
    copied = {name for line in lines("COPY") for name in line.split()[:-1]}
    assert {name.rstrip("*") for name in json.loads(packages)} <= copied


def test_the_commands_have_their_options() -> None:
    entry, command = json.loads(lines("ENTRYPOINT")[0]), json.loads(lines("CMD")[-1])
    assert entry == ["rag"]
    for words in (command, COMPOSE["services"]["dateline"]["command"]):
        assert {word for word in words if word.startswith("--")} <= options_of(words)


def test_it_does_not_run_as_root_and_asks_a_place_that_there_is(client: TestClient) -> None:
    assert lines("USER") == ["10001:10001"]
    [check] = lines("HEALTHCHECK")
    place = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", check)
    assert place
    assert client.get(place[2], headers={"authorization": ""}).status_code in (200, 503)
    default = next(p.default for p in get_command(app).commands["serve"].params if p.name == "port")
    assert (int(place[1]), lines("EXPOSE")) == (default, [str(default)])


def test_the_version_of_pytorch_is_the_tested_one() -> None:
    pins = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert set(re.findall(r"torch==[\d.]+", DOCKERFILE)) <= set(pins)


def test_the_articles_of_the_compose_file_are_in_the_repository_unless_named() -> None:
    [bound] = [each for each in COMPOSE["services"]["dateline"]["volumes"] if "/articles" in each]
    default = re.fullmatch(r"\$\{DATELINE_ARTICLES:-(.+)\}:/articles:ro", bound)
    assert default
    # An engine takes a path from the folder of the compose file.
    assert (FOLDER / default[1]).resolve() == ROOT / "articles"


def test_the_compose_file_builds_this_image() -> None:
    build = COMPOSE["services"]["dateline"]["build"]
    context = (FOLDER / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).exists()
    assert shlex.split(DOCKERFILE.splitlines()[1].lstrip("# "))[3] == build["dockerfile"]
