"""A PostgreSQL of its own for the tests, from Debian's programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

# It does not run as root.
_USER = "postgres"
# What is lost when the machine fails is nothing to a test.
_OPTIONS = "-c fsync=off -c full_page_writes=off -c max_connections=200 -c listen_addresses=''"
PATIENCE = 60


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Postgres:
    """A server that listens at a socket in its own folder."""

    def __init__(self, folder: Path, bin_: Path) -> None:
        self._folder, self._bin = folder, bin_

    def start(self) -> None:
        options = f"{_OPTIONS} -k {self._folder}"
        self._run("pg_ctl", "start", "-w", "-l", str(self._folder / "log"), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def make(self) -> None:
        self._run("initdb", "--auth=trust", "--no-sync", f"--username={_USER}", "--encoding=UTF8")

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        name = f"d{uuid4().hex}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"postgresql://{_USER}@/{name}?host={self._folder}"

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._bin / program), *words],
            env={**os.environ, "PGDATA": str(self._folder / "data")},
            user=_USER if os.geteuid() == 0 else None,
            cwd="/",
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE,
        )


@contextmanager
def running() -> Iterator[Postgres | None]:
    """Give a server for the tests; None where PostgreSQL is not installed."""
    bin_ = programs()
    if bin_ is None:
        yield None
        return
    # The name of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="dl-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
    server = Postgres(folder, bin_)
    try:
        server.make()
        server.start()
        yield server
        server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
