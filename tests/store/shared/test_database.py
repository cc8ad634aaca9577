"""The database that several servers share: SQLite and PostgreSQL do the same."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, update

from rag.errors import SettingsError, SharedError
from rag.settings import SettingsFile
from rag.store.shared import engines
from rag.store.shared.database import Shared, put
from rag.store.shared.tables import ALERTS, ATTEMPTS, INSTALLATION, KEYS, USERS, hashed
from tests.fakes.postgres import running

if TYPE_CHECKING:
    from pathlib import Path

USER = {"name": "ann", "password": "x", "role": "reader"}


def names(shared: Shared) -> list[str]:
    with shared.reading() as connection:
        return list(connection.scalars(select(USERS.c.name)))


def test_what_one_writes_another_reads(tmp_path: Path, shared: Shared, database: str) -> None:
    assert names(shared) == []
    with shared.writing(USERS) as connection:
        connection.execute(insert(USERS).values(USER))
    assert names(Shared.beside(tmp_path, url=database)) == ["ann"]


def test_reading_makes_no_file(tmp_path: Path) -> None:
    assert names(Shared.beside(tmp_path / "none")) == []
    assert list(tmp_path.iterdir()) == []


def test_a_block_that_fails_leaves_nothing(shared: Shared) -> None:
    def fail() -> None:
        with shared.writing(USERS) as connection:
            connection.execute(insert(USERS).values(USER))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(shared) == []


def test_changes_at_the_same_moment_are_all_kept(
    tmp_path: Path, shared: Shared, database: str
) -> None:
    def count(_: int) -> None:
        with Shared.beside(tmp_path, url=database).writing(ATTEMPTS) as connection:
            before = connection.scalar(select(ATTEMPTS.c.tries)) or 0
            put(connection, ATTEMPTS, where={"hash": "h"}, tries=before + 1, last=0.0)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(count, range(24)))
    with shared.reading() as connection:
        assert connection.scalar(select(ATTEMPTS.c.tries)) == 24


def test_servers_that_begin_at_once_make_the_tables_once(tmp_path: Path, database: str) -> None:
    program = (
        "import sys, pathlib\n"
        "from sqlalchemy import insert\n"
        "from rag.store.shared.database import Shared\n"
        "from rag.store.shared.tables import KEYS\n"
        "with Shared.beside(pathlib.Path(sys.argv[1]), url=sys.argv[2]).writing(KEYS) as c:\n"
        "    c.execute(insert(KEYS).values(hash=sys.argv[3], user_name='ann'))\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), database, str(number)])
        for number in range(3)
    ]
    assert [process.wait(120) for process in started] == [0, 0, 0]
    with Shared.beside(tmp_path, url=database).reading() as connection:
        assert len(connection.execute(select(KEYS)).all()) == 3


def test_tables_of_a_newer_program_are_left_alone(
    tmp_path: Path, shared: Shared, database: str
) -> None:
    with shared.writing(INSTALLATION) as connection:
        connection.execute(update(INSTALLATION).values(version=7))
    # As a program that begins does.
    engines.of_server.cache_clear()
    engines.of_file.cache_clear()
    with pytest.raises(SharedError, match=r"of version 7, and this program knows version 1"):
        names(Shared.beside(tmp_path, url=database))


def test_names_of_parts_are_not_mixed_up() -> None:
    assert hashed("a", "bc") != hashed("ab", "c")
    assert hashed("a\udc80") == hashed("a?")


@pytest.mark.parametrize("url", ["mysql://x/y", "postgres", "sqlite:///x", "://secret"])
def test_what_is_no_postgresql_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="not an address of PostgreSQL") as told:
        Shared.beside(tmp_path, url=url)
    assert "secret" not in str(told.value)


def test_a_server_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://ann:secret@/none?host={tmp_path}"
    with pytest.raises(SharedError, match="is it running") as told:
        names(Shared.beside(tmp_path, url=url))
    assert "secret" not in str(told.value)


@pytest.mark.slow
def test_a_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    with running() as server:
        if server is None:
            pytest.skip("there is no PostgreSQL here; install it: apt-get install postgresql")
        shared = Shared.beside(tmp_path, url=server.new_database())
        with shared.writing(USERS) as connection:
            connection.execute(insert(USERS).values(USER))
        server.stop()
        with pytest.raises(SharedError):
            names(shared)
        server.start()
        assert names(shared) == ["ann"]


def test_users_and_keys_of_before_are_taken_over_once(tmp_path: Path, database: str) -> None:
    (tmp_path / "users.json").write_text(json.dumps({"ann": {"password": "x", "role": "admin"}}))
    (tmp_path / "keys.json").write_text(json.dumps({"hash": "ann"}))
    for _ in range(2):
        shared = Shared.beside(tmp_path, url=database)
        assert names(shared) == ["ann"]
        with shared.reading() as connection:
            assert connection.scalar(select(KEYS.c.user_name)) == "ann"
    assert (tmp_path / "users.json.taken-over").exists()


def test_archives_of_one_server_are_kept_apart(tmp_path: Path, database: str) -> None:
    one, other = (Shared.of_archive(tmp_path / name, url=database) for name in ("one", "two"))
    with one.writing(ALERTS) as connection:
        connection.execute(insert(ALERTS).values(archive=one.archive, record="{}"))
    counts = []
    for shared in (one, other):
        with shared.reading() as connection:
            mine = select(ALERTS).where(ALERTS.c.archive == shared.archive)
            counts.append(len(connection.execute(mine).all()))
    assert counts == [1, 0]


def test_the_environment_counts_more_than_the_file(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "dateline.toml"
    path.write_text('database = "postgresql://here/x"\n')
    assert SettingsFile.read(path).settings.database == "postgresql://here/x"
    monkeypatch.setenv("DATELINE_DATABASE", "postgresql://there/x")
    assert SettingsFile.read(path).settings.database == "postgresql://there/x"
