"""A Milvus for the tests of the stores."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the file of a Milvus Lite, which serves all tests of this process."""
    pytest.importorskip("milvus_lite")
    return str(tmp_path_factory.mktemp("milvus") / "milvus.db")
