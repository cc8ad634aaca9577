"""The fixtures that more than one room uses, made of the fakes."""

from __future__ import annotations

import gc
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from rag import Archive, Article
from rag.store.shared.database import Shared
from tests.fakes import FakeEmbedder, FakeReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.postgres import Postgres

# Tiers that a developer does not wait for at every save.
SLOW = ("models", "browser", "crash", "slow")
_WHOLE_FILE = re.compile(rf"^pytestmark = \[?pytest\.mark\.({'|'.join(SLOW)})\b", re.MULTILINE)

# Files in memory: thousands of small archives are written, and each waits for its disk. The
# folders of tests that fail stay, so more room is asked for than all of them take (250 MB).
MEMORY = Path("/dev/shm")
ROOM = 2 << 30

# A property says what holds, not how fast: the clock of a busy machine must not decide it.
settings.register_profile("dateline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dateline")


def pytest_configure(config: pytest.Config) -> None:
    """Write into memory in the fast tier, where there is room; on disk in all others."""
    wanted = config.option.markexpr == "fast" and os.access(MEMORY, os.W_OK)
    if wanted and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    # Nothing that is imported is garbage.
    gc.disable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files of other tiers unopened when the fast one runs: importing them takes seconds."""
    if config.option.markexpr != "fast" or collection_path.suffix != ".py":
        return None
    return bool(_WHOLE_FILE.search(collection_path.read_text(encoding="utf-8"))) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put every test that has no tier into the fast one."""
    for item in items:
        if not any(item.get_closest_marker(tier) for tier in SLOW):
            item.add_marker("fast")


def pytest_collection_finish() -> None:
    """Spare the garbage collector the million objects of the libraries, which stay to the end."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read with the fake one, but in the tests that load the models."""
    if not request.node.get_closest_marker("models"):
        monkeypatch.setattr("rag.reading.load_reader", lambda *_name, **_options: FakeReader())


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords in a moment: what the real work costs is the library's to say."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.web.network.users._HASHER", cheap)
        yield


@pytest.fixture(scope="session")
def no_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A path where nothing is."""
    return tmp_path_factory.mktemp("none") / "no-config"


@pytest.fixture(autouse=True)
def no_settings_file(no_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of the user who runs the tests out of them."""
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _name: str(no_folder))
    monkeypatch.delenv("DATELINE_CONFIG", raising=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a real PostgreSQL, which the automatic checks install."""
    pytest.importorskip("psycopg")
    from tests.fakes.postgres import running

    with running() as server:
        if server is None:
            missing = pytest.fail if os.environ.get("CI") else pytest.skip
            missing("there is no PostgreSQL here; install it: apt-get install postgresql")
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest) -> str:
    """Return the setting `database`: both must do the same."""
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def shared(tmp_path: Path, database: str) -> Shared:
    """Return an empty database beside a folder of archives."""
    return Shared.beside(tmp_path, url=database)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def archive(tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive", embedder=embedder) as opened:
        yield opened


@pytest.fixture
def make_article() -> Callable[..., Article]:
    """Return a function that makes an article of a text and any other fields."""

    def make(text: str, /, **fields: str | None) -> Article:
        return Article(**{"title": "", "text": text, **fields})  # type: ignore[arg-type]

    return make
