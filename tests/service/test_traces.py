"""Spans of tasks and steps, as an OpenTelemetry collector gets them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from filmstrip.testing.filmstrip_server import running_filmstrip
from service.test_named_stores import call, ended
from toy_service import eventually

KEY = "0123456789abcdef"
SECRET = "a-secret-of-a-client"


@contextmanager
def collector(spans: list[Span]) -> Iterator[str]:
    """Take spans in over HTTP, as the protocol has it (OTLP 1.3, OTLP/HTTP)."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert SECRET.encode() not in body
            request = ExportTraceServiceRequest.FromString(body)
            spans.extend(span for of in request.resource_spans for scope in of.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/traces"
        finally:
            server.shutdown()
            thread.join()


def _attributes(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


@pytest.mark.timeout(120)
def test_a_task_is_traced(tmp_path: Path, small_video: Path) -> None:
    """Each script and each step of it, by names, with the task's token and without what clients sent."""
    spans: list[Span] = []
    with collector(spans) as url:
        settings = {
            "FILMSTRIP_API_KEYS": KEY,
            "FILMSTRIP_LOCAL_ROOTS": str(small_video.parent),
            "FILMSTRIP_OTLP_TRACES_URL": url,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        with running_filmstrip(tmp_path / "data", settings) as server:
            session = call(server.url, "access_token", api_key=KEY)["token"]
            token = str(call(server.url, "create_task", token=session)["task_token"])
            output = {"output": "thumbnail", "time": 0, "width": 64}
            query = {"source": small_video.as_uri(), "format": [output], "payload": SECRET}
            call(server.url, "start_encode2", task_token=token, query=json.dumps({"query": query}))
            ended(server.url, token)
            eventually(lambda: {"fetch", "probe"} <= {span.name for span in spans}, f"spans come: {spans}", 30)
            assert SECRET not in server.log.read_text()
    of_task = [span for span in spans if _attributes(span).get("dbos.operation.workflow_id", "").startswith(token)]
    assert {"fetch", "probe", "plan"} <= {span.name for span in of_task}
    assert all(span.end_time_unix_nano >= span.start_time_unix_nano for span in of_task)
    steps = [span for span in of_task if span.name == "probe"]
    assert steps[0].parent_span_id in {span.span_id for span in of_task}
