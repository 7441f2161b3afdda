"""Are outputs that take the same frames made by one process, and is each of them as if it were alone?"""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from filmstrip.db.task_records import TaskRecord
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def service(tmp_path: Path, small_video: Path) -> Iterator[ToyService]:
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path) as running:
        yield running


def toy(name: str, **parameters: Any) -> dict[str, Any]:
    """Two files that can be made with those of others, in two groups, and one that cannot."""
    return {"frames": "all", "groups": [[f"{name}1"], [f"{name}2"], [name]], **parameters}


def submit(service: ToyService, *outputs: dict[str, Any], **parameters: Any) -> str:
    return service.submit((service.folder / "source.mp4").as_uri(), *outputs, **parameters)


def assert_complete(service: ToyService, task: TaskRecord, index: int, name: str) -> None:
    """An output has its own files, progress, warnings, result and place."""
    output = task.outputs[index]
    assert output.error is None
    assert output.result is not None
    assert output.result.names == (f"{name}1", f"{name}2", name)
    assert output.locations[0].key.endswith(f"out/{index}/{name}")
    assert output.progress == 1.0
    assert service.put(index) == sorted(output.result.names)
    assert ("it is a toy", output.tag) in [(warned.message, warned.tag) for warned in task.warnings]


def test_one_process_makes_what_is_shared(service: ToyService) -> None:
    """One process for all three, then one for the rest of each; an output with other frames has its own."""
    task = service.finished(submit(service, toy("a"), toy("b"), toy("x", frames="others"), toy("c")))
    assert task.error is None
    for index, name in enumerate("abxc"):
        assert_complete(service, task, index, name)
    assert sorted(service.processes()) == [0, *[1] * 6, 3]


def test_each_tells_its_own_progress(service: ToyService) -> None:
    """While one is waited for, what is known of the others is told."""
    service.hold("b2")
    token = submit(service, toy("a"), toy("b"))
    service.await_gate("b2")
    eventually(lambda: service.task(token).outputs[0].progress == pytest.approx(2 / 3), "the first has its share")
    assert service.task(token).outputs[1].progress < 2 / 3
    service.open_gates()
    assert service.finished(token).error is None


def test_a_refusing_destination_fails_its_output_alone(service: ToyService) -> None:
    """The others go on in the same process, and nobody else is told of it."""
    destination = f"file://{service.folder}/source.mp4/below/"
    task = service.finished(submit(service, toy("a"), toy("b", destination=destination), toy("c")))
    assert task.outputs[1].error is not None
    assert task.error == f"{task.outputs[1].tag} (toy): {task.outputs[1].error}"
    assert_complete(service, task, 0, "a")
    assert_complete(service, task, 2, "c")
    assert Counter(service.rendered()) == Counter(["a1", "a2", "a", "b1", "b1", "b2", "c1", "c2", "c"])


def test_an_output_without_a_plan_fails_alone(service: ToyService) -> None:
    """Parameters that do not fit the source are found before anything is made; the rest is still made together."""
    task = service.finished(submit(service, toy("a"), toy("b", trouble={"plan": "error"}), toy("c")))
    assert task.outputs[1].error == "toys have no plan"
    assert_complete(service, task, 0, "a")
    assert_complete(service, task, 2, "c")
    assert sorted(service.processes()) == [0, 1, 1, 2]


def test_what_fails_for_all_is_told_alike(service: ToyService) -> None:
    """What all of them need and cannot have ends each with the same sentence."""
    troubles = [toy(name, trouble={f"{name}2": "error"}) for name in "abc"]
    task = service.finished(submit(service, *troubles))
    assert [output.error for output in task.outputs] == ["toys break"] * 3


def test_a_crash_does_not_fail_the_innocent(service: ToyService) -> None:
    """A process that dies of one output has made nothing wrong of the others: each is tried alone."""
    task = service.finished(submit(service, toy("a"), toy("b", trouble={"b1": "crash"}), toy("c")))
    assert task.outputs[1].error == "The media process crashed (SIGSEGV)"
    assert_complete(service, task, 0, "a")
    assert_complete(service, task, 2, "c")


def test_one_that_is_left_out_is_made_alone(service: ToyService) -> None:
    """What cannot be made in company ends nothing of the others, which are made by one process; alone it is tried."""
    task = service.finished(submit(service, toy("a"), toy("b", trouble={"b1": "left out"}), toy("c")))
    for index, name in enumerate("abc"):
        assert_complete(service, task, index, name)
    # The probe, the three together, b's two groups alone, and the last group of each.
    assert sorted(service.processes()) == [0, *[1] * 5, 3]
    assert Counter(service.rendered()) == Counter(["a1", "a2", "a", "b1", "b2", "b", "c1", "c2", "c"])
    assert "toys break in company" in service.log.read_text()


@pytest.mark.parametrize("gate", ["a2", "b2", "b"])
def test_killed_while_a_file_is_made(service: ToyService, gate: str) -> None:
    """What was put before the kill is not made again, and what was not is still made together."""
    order = ["a1", "a2", "b1", "b2", "a", "b"]
    before = order.index(gate)
    service.hold(gate)
    token = submit(service, toy("a"), toy("b"))
    service.await_gate(gate)
    eventually(lambda: known(service, token) == before, "the files before it are put and recorded")
    service.kill()
    service.open_gates()
    service.start()
    task = service.finished(token)
    for index, name in enumerate("ab"):
        assert_complete(service, task, index, name)
    assert Counter(service.rendered()) == Counter([*order, gate])
    shared = [outputs for outputs in service.processes() if outputs > 1]
    assert shared == {"a2": [2, 2], "b2": [2], "b": [2]}[gate]
    eventually(lambda: not (service.folder / "work" / token).exists(), "the work folder is removed")


def known(service: ToyService, token: str) -> int:
    return sum(len(service.database.artifacts.read_artifacts(token, index)) for index in range(2))


MOMENTS = ["inside choose", "inside plan", "inside make together", "after make together", "inside describe"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_around_a_step(service: ToyService, moment: str) -> None:
    """Wherever the service dies between two files, none is made twice."""
    (service.folder / "die-at").write_text(moment)
    token = submit(service, toy("a"), toy("b"))
    service.await_death()
    service.start()
    task = service.finished(token)
    for index, name in enumerate("ab"):
        assert_complete(service, task, index, name)
    # At the end of one output, the other one may be at its last file.
    again = Counter(service.rendered()) - Counter(["a1", "a2", "b1", "b2", "a", "b"])
    assert again <= (Counter("ab") if moment == "inside describe" else Counter())
    assert set(service.rendered()) == {"a1", "a2", "b1", "b2", "a", "b"}


def test_a_task_of_an_older_version_goes_on(service: ToyService) -> None:
    """A task whose scripts no version runs any more, as they had other names, is begun again and ends well."""
    (service.folder / "die-at").write_text("after choose")
    token = submit(service, toy("a"), toy("b"))
    service.await_death()
    with closing(sqlite3.connect(service.folder / "filmstrip.db")) as database, database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            if "workflow_uuid" in columns:
                renamed = f"UPDATE {table} SET workflow_uuid = ? WHERE workflow_uuid = ?"  # noqa: S608 - its own name
                database.execute(renamed, (token, f"{token}.1"))
        database.execute("UPDATE workflow_status SET name = 'task', queue_name = 'task'")
    service.start()
    task = service.finished(token)
    for index, name in enumerate("ab"):
        assert_complete(service, task, index, name)
