"""Metrics in the words of Prometheus: of this process's work, and of all that waits in the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from filmstrip import __version__
from filmstrip.db.backlog import Backlog
from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.domain.task import TaskStatus

_KEPT_SECONDS = 5.0
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1200, 3600, 14400)
_OPEN = [status for status in TaskStatus if status not in {TaskStatus.CREATED, TaskStatus.COMPLETED}]

log = structlog.get_logger(__name__)


class Metrics:
    """Counts the work of this process (`jobs.rules.meter`), and writes all metrics down when they are asked for."""

    def __init__(self, read_backlog: Callable[[], Backlog]) -> None:
        """Begin at zero.

        Args:
            read_backlog: Counts what waits in the database; it blocks.
        """
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(_BacklogCollector(read_backlog))
        Gauge("filmstrip_build_info", "Version of Filmstrip", ["version"], registry=registry).labels(__version__).set(1)
        self._steps = Histogram(
            "filmstrip_step_seconds",
            "How long steps of tasks took here, waits for a slot included",
            ["step", "outcome"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._tasks = Counter("filmstrip_tasks_ended", "Tasks that ended here", ["outcome"], registry=registry)
        self._outputs = Counter(
            "filmstrip_outputs_ended", "Outputs that ended here", ["output", "outcome"], registry=registry
        )
        self._media = Counter(
            "filmstrip_output_media_seconds",
            "Length of the sources of outputs made here; over the seconds of steps that make, the realtime factor",
            ["output"],
            registry=registry,
        )
        self._copied = Counter(
            "filmstrip_source_copied_bytes", "Bytes of sources that were copied here as a whole", registry=registry
        )
        self._files = Counter("filmstrip_put_files", "Files that were put at destinations from here", registry=registry)
        self._bytes = Counter("filmstrip_put_bytes", "Bytes of these files", registry=registry)
        self._waits = Counter(
            "filmstrip_retries", "Tries here that a host did not answer, and that are made again", registry=registry
        )

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format 0.0.4; it blocks."""
        return generate_latest(self._registry)

    def note_step(self, name: str, seconds: float, *, is_failed: bool) -> None:
        """Count a step that ended."""
        self._steps.labels(name, _outcome(is_failed=is_failed)).observe(seconds)

    def note_copied(self, size_bytes: int) -> None:
        """Count bytes of a source that was copied as a whole."""
        self._copied.inc(size_bytes)

    def note_put(self, size_bytes: int) -> None:
        """Count a file that is at a destination."""
        self._files.inc()
        self._bytes.inc(size_bytes)

    def note_wait(self) -> None:
        """Count a try that is made again."""
        self._waits.inc()

    def note_output(self, name: str, media_seconds: float, *, is_failed: bool) -> None:
        """Count an output that ended."""
        self._outputs.labels(name, _outcome(is_failed=is_failed)).inc()
        if not is_failed:
            self._media.labels(name).inc(media_seconds)

    def note_task(self, *, is_failed: bool) -> None:
        """Count a task that ended."""
        self._tasks.labels(_outcome(is_failed=is_failed)).inc()


class _BacklogCollector(Collector):
    """Asks the database at most once in some seconds, however often the metrics are asked for."""

    def __init__(self, read_backlog: Callable[[], Backlog]) -> None:
        self._read = read_backlog
        self._known: Backlog | None = None
        self._asked_at = -_KEPT_SECONDS

    def describe(self) -> Iterator[Metric]:
        """Ask nothing when it is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield what waits, and whether the database answers."""
        if time.monotonic() - self._asked_at >= _KEPT_SECONDS:
            self._known, self._asked_at = self._asked(), time.monotonic()
        answers = GaugeMetricFamily("filmstrip_database_up", "Whether the database answers")
        answers.add_metric([], 0 if self._known is None else 1)
        yield answers
        if self._known is not None:
            yield from _families(self._known)

    def _asked(self) -> Backlog | None:
        try:
            return self._read()
        except DatabaseAwayError as error:
            log.warning("not_counted", reason=str(error))
            return None


def _families(backlog: Backlog) -> Iterator[Metric]:
    tasks = GaugeMetricFamily("filmstrip_tasks", "Started tasks that have not ended", labels=["key", "state"])
    oldest = GaugeMetricFamily(
        "filmstrip_oldest_task_seconds", "For how long the oldest of them has been started", labels=["key", "state"]
    )
    for each in backlog.tasks:
        tasks.add_metric([each.key_name, each.status], each.count)
        oldest.add_metric([each.key_name, each.status], each.oldest_seconds)
    total = GaugeMetricFamily("filmstrip_open_tasks", "All started tasks that have not ended", labels=["state"])
    for status in _OPEN:
        total.add_metric([status], sum(each.count for each in backlog.tasks if each.status is status))
    callbacks = GaugeMetricFamily("filmstrip_callbacks_waiting", "Events that receivers are still to be told")
    callbacks.add_metric([], backlog.callbacks)
    yield from (tasks, oldest, total, callbacks)
    if backlog.live_workers is not None:
        workers = GaugeMetricFamily("filmstrip_live_workers", "Processes that run tasks of this database")
        workers.add_metric([], backlog.live_workers)
        yield workers


def _outcome(*, is_failed: bool) -> str:
    return "failed" if is_failed else "done"
