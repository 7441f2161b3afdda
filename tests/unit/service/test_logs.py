"""The lines that are logged, ours and those of libraries."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from filmstrip.service.logs import configure_logs
from filmstrip.settings.service_settings import ServiceSettings

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def undo() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines() -> Lines:
    stream = io.StringIO()
    configure_logs(ServiceSettings(), stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_the_task_token(lines: Lines) -> None:
    """Where no terminal is, a line is a JSON object with time, level, logger, and what is bound."""
    structlog.contextvars.bind_contextvars(task_token="7c7c")
    structlog.get_logger("filmstrip.jobs").info("output finished", index=1)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "output finished",
        "index": 1,
        "level": "info",
        "logger": "filmstrip.jobs",
        "task_token": "7c7c",
    }


def test_lines_of_libraries_go_the_same_way(lines: Lines) -> None:
    """What a library logs with the standard module is a JSON line too, without credentials."""
    logging.getLogger("some.library").warning("cannot open %s", "https://u:pass@h/")
    (line,) = lines()
    assert (line["event"], line["level"]) == ("cannot open https://(hidden)@h/", "warning")


def test_a_traceback_holds_no_secret(lines: Lines) -> None:
    """An exception is logged with its traceback, credentials hidden."""
    try:
        int("s3://KEY:SECRET@host/bucket")
    except ValueError:
        structlog.get_logger().exception("request failed")
    (line,) = lines()
    assert "Traceback" in line["exception"]
    assert "SECRET" not in json.dumps(line)


def test_quiet_levels_are_left_out(lines: Lines) -> None:
    """Below the level nothing is written, and libraries that tell of each step are held to warnings."""
    structlog.get_logger().debug("detail")
    logging.getLogger("sqlalchemy.engine").info("SELECT 1")
    logging.getLogger("asyncssh").info("Beginning auth for user %s", "client@example.com")
    logging.getLogger("asyncssh.sftp").info("Starting SFTP client")
    assert lines() == []


def test_people_get_readable_lines() -> None:
    """With the console format a line is for people, and credentials are hidden there too."""
    stream = io.StringIO()
    configure_logs(ServiceSettings(log_format="console"), stream)
    structlog.get_logger().info("fetching", source="https://u:pass@h/a.mp4")
    assert "fetching" in stream.getvalue()
    assert "pass" not in stream.getvalue()
