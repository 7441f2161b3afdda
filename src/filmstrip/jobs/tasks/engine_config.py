"""How the durable engine is set up."""

from __future__ import annotations

import os
from importlib.util import find_spec

from dbos import DBOSConfig
from sqlalchemy import Engine

from filmstrip.domain.errors import ResourceError
from filmstrip.jobs.tasks.journal_format import JournalFormat

APPLICATION = "filmstrip"
# Constant, or an upgrade of the service would strand what the version before it left unfinished.
_VERSION = "filmstrip-1"
_STOP_SECONDS = 0.1


def engine_config(
    engine: Engine, executor_id: str, journal_format: JournalFormat, traces_url: str | None
) -> DBOSConfig:
    """Return the engine's configuration.

    Args:
        engine: The database.
        executor_id: This start of this process.
        journal_format: How arguments and results are written down.
        traces_url: Where the spans of scripts and steps are sent (OTLP over HTTP); None for nowhere.
    """
    config = DBOSConfig(
        name=APPLICATION,
        system_database_engine=engine,
        application_version=_VERSION,
        executor_id=executor_id,
        serializer=journal_format,
        use_listen_notify=False,
        # Nothing is sent to scripts; this only says how long an orderly stop waits for the thread that looks.
        notification_listener_polling_interval_sec=_STOP_SECONDS,
        log_level="WARNING",
    )
    if traces_url is not None:
        config["enable_otlp"] = True
        config["otlp_traces_endpoints"] = [traces_url]
        config["otel_attribute_format"] = "semconv"
    return config


def demand_exporter() -> None:
    """See to it that what sends spans is there, and gives up soon.

    Raises:
        ResourceError: It is not installed.
    """
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter.otlp.proto.http") is None:
        raise ResourceError("otlp_traces_url needs OpenTelemetry's exporter: install Filmstrip as filmstrip[otel]")
    # In seconds. A collector that is silent would hold up the end of the service for its default of ten, twice.
    os.environ.setdefault("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2")
