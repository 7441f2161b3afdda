"""What whoever watches the service is told, in the words of Prometheus."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from filmstrip.db.backlog import Backlog, OpenTasks
from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.domain.task import TaskStatus
from filmstrip.service.metrics import Metrics

BACKLOG = Backlog(
    (
        OpenTasks("shop", TaskStatus.QUEUED, 3, 12.5),
        OpenTasks('we"ird\nname', TaskStatus.QUEUED, 2, 1.0),
        OpenTasks("shop", TaskStatus.ENCODING, 1, 60.0),
    ),
    2,
    7,
)


def told(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Read the text as Prometheus does: values by name and labels, these in the order of their names."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_what_waits_is_told() -> None:
    """By key and state, with sums of all keys also where nothing waits, as scaling needs a zero."""
    found = told(Metrics(lambda: BACKLOG))
    assert found["filmstrip_tasks", "shop", "queued"] == 3
    assert found["filmstrip_tasks", 'we"ird\nname', "queued"] == 2
    assert found["filmstrip_oldest_task_seconds", "shop", "queued"] == 12.5
    assert found["filmstrip_open_tasks", "queued"] == 5
    assert found["filmstrip_open_tasks", "saving"] == 0
    assert (found["filmstrip_live_workers",], found["filmstrip_callbacks_waiting",]) == (2, 7)
    assert found["filmstrip_database_up",] == 1


def test_work_is_counted() -> None:
    """Steps, files, outputs and tasks of this process."""
    metrics = Metrics(lambda: BACKLOG)
    metrics.note_step("make", 0.3, is_failed=False)
    metrics.note_step("make", 3.0, is_failed=True)
    metrics.note_put(1000)
    metrics.note_put(500)
    metrics.note_copied(9)
    metrics.note_wait()
    metrics.note_output("mp4", 60.0, is_failed=False)
    metrics.note_output("mp4", 60.0, is_failed=True)
    metrics.note_task(is_failed=True)
    found = told(metrics)
    assert found["filmstrip_step_seconds_count", "done", "make"] == 1
    assert found["filmstrip_step_seconds_sum", "failed", "make"] == 3.0
    assert (found["filmstrip_put_files_total",], found["filmstrip_put_bytes_total",]) == (2, 1500)
    assert (found["filmstrip_source_copied_bytes_total",], found["filmstrip_retries_total",]) == (9, 1)
    assert found["filmstrip_outputs_ended_total", "done", "mp4"] == 1
    assert found["filmstrip_output_media_seconds_total", "mp4"] == 60.0
    assert found["filmstrip_tasks_ended_total", "failed"] == 1
    assert found["process_cpu_seconds_total",] > 0


def test_a_database_that_is_away_is_told() -> None:
    """And the rest all the same; it is asked once in some seconds, however often the metrics are."""
    asked: list[None] = []

    def read() -> Backlog:
        asked.append(None)
        raise DatabaseAwayError("The database does not answer")

    metrics = Metrics(read)
    for _ in range(3):
        found = told(metrics)
    assert len(asked) == 1
    assert found["filmstrip_database_up",] == 0
    assert not any(name.startswith("filmstrip_tasks") for name, *_labels in found)
    assert found["process_cpu_seconds_total",] > 0
