"""The web API holds what its own description says, whatever is sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ui.api.app import build_api

if TYPE_CHECKING:
    from schemathesis import Case

    from ui.api.desk import Desk

pytestmark = pytest.mark.slow

CHECKS = [
    checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_reply_is_as_described(desk: Desk) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", build_api(desk))
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()

        @EXAMPLES
        @given(case=operation.as_strategy())
        def hold(case: Case) -> None:
            case.call_and_validate(checks=CHECKS)

        hold()
        tried.add(operation.path)
    assert {"/answer", "/search", "/articles", "/archives"} <= tried
