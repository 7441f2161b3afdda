"""Does the service keep to its own OpenAPI document, whatever is sent?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import binary
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from filmstrip.api.describing.document import openapi
from filmstrip.testing.filmstrip_server import running_filmstrip

schemathesis.openapi.media_type("application/offset+octet-stream", binary(max_size=100))

_CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
_EXAMPLES = 20
_API_KEY = "key-of-the-schema-test"
_OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(openapi()).get_all_operations()]
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # Of thousands of requests many have wrong keys, whose answers would come later and later.
    held_back = {"FILMSTRIP_REQUESTS_PER_ADDRESS": "none", "FILMSTRIP_WRONG_KEY_PAUSE_SECONDS": "0"}
    settings = {"FILMSTRIP_API_KEYS": _API_KEY} | held_back
    with running_filmstrip(tmp_path_factory.mktemp("schema"), settings) as server:
        yield server.url


@pytest.mark.parametrize("mode", _MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", _OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_as_described(operation: schemathesis.APIOperation, mode: GenerationMode, address: str) -> None:
    """Requests that meet the document, and such that do not, get answers that meet it."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    def check(case: schemathesis.Case) -> None:
        response = case.call(base_url=address, timeout=20)
        case.validate_response(response, checks=_CHECKS)

    check()
