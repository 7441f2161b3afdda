"""Does the service keep to its own OpenAPI document, whatever is sent?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import binary

from filmstrip.api.describing.document import openapi
from filmstrip.testing.filmstrip_server import running_filmstrip

_EXAMPLES = 14
_API_KEY = "key-of-the-schema-test"
_OPERATIONS = [(path, verb) for path, verbs in openapi()["paths"].items() for verb in verbs if verb != "parameters"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # Of thousands of requests many have wrong keys, whose answers would come later and later.
    held_back = {"FILMSTRIP_REQUESTS_PER_ADDRESS": "none", "FILMSTRIP_WRONG_KEY_PAUSE_SECONDS": "0"}
    settings = {"FILMSTRIP_API_KEYS": _API_KEY} | held_back
    with running_filmstrip(tmp_path_factory.mktemp("schema"), settings) as server:
        yield server.url


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize(("path", "verb"), _OPERATIONS)
def test_every_answer_is_as_described(path: str, verb: str, mode: str, address: str) -> None:
    """Requests that meet the document, and such that do not, get answers that meet it."""
    # It takes a second to load, which each process of a run would spend if it were loaded with this module.
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    schemathesis.openapi.media_type("application/offset+octet-stream", binary(max_size=100))
    operation = schemathesis.openapi.from_dict(openapi())[path][verb]

    @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
    @settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    def check(case: schemathesis.Case) -> None:
        response = case.call(base_url=address, timeout=20)
        checked = [
            not_a_server_error,
            checks.content_type_conformance,
            checks.response_schema_conformance,
            checks.status_code_conformance,
        ]
        case.validate_response(response, checks=checked)

    check()
