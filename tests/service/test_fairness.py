"""Does anybody wait longer than for one piece of somebody else's work, however much that one has?"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import column, select, text

from postgresql_server import PostgresqlServer
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)
MANY = 16
"""More tasks than are open, and more outputs than a process takes, where others may take them."""


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path, small_video: Path) -> Iterator[ToyService]:
    """One slot, and the file "first" is held."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    shared: PostgresqlServer | None = None
    if request.param == "postgresql":
        shared = request.getfixturevalue("postgresql")
    url = None if shared is None else shared.make_database()
    with ToyService(tmp_path, url=url, jobs={"slots": 1}) as running:
        running.hold("first")
        yield running


def submit(service: ToyService, *names: str, key: int | None = None, **parameters: Any) -> str:
    """Start a task of an output of one file for each name."""
    service.key_id = key
    outputs = [
        {"groups": [[name]], "destination": f"file://{service.folder}/out/{name}/{number}/"}
        for number, name in enumerate(names)
    ]
    return service.submit((service.folder / "source.mp4").as_uri(), *outputs, **parameters)


def await_planned(service: ToyService, *scripts: str) -> None:
    """Wait until scripts have planned their outputs: next is the slot."""
    backend = service.database._transactions.backend
    table = "dbos.operation_outputs" if backend.is_shared else "operation_outputs"
    planned = select(column("workflow_uuid")).select_from(text(table)).where(column("function_name") == "plan")

    def look() -> bool:
        with backend.reading() as connection:
            return set(scripts) <= set(connection.execute(planned).scalars())

    eventually(look, f"{scripts} have planned; log: {service.log.read_text()[-2000:]}")


def order_of(service: ToyService, *tokens: str) -> list[str]:
    """Let everything go on, wait for the end of tasks, and return in which order files were begun."""
    service.open_gates()
    for token in tokens:
        assert service.finished(token).error is None
    return service.rendered()


def test_neither_another_key_nor_what_is_urgent_waits_for_all(service: ToyService) -> None:
    """Another key's first task is next, before those that have waited for longer; the key's own urgent one soon."""
    keys = [service.database.keys.create_key(name)[0].id for name in ("one", "other")]
    tasks = [submit(service, "first", key=keys[0])]
    service.await_gate("first")
    tasks += [submit(service, f"more{number}", key=keys[0]) for number in range(MANY)]
    tasks.append(submit(service, "high", key=keys[0], priority=1))
    await_planned(service, *(f"{token}.1" for token in tasks[1:3]))
    tasks.append(submit(service, "other", key=keys[1], priority=10))
    await_planned(service, f"{tasks[-1]}.1")
    order = order_of(service, *tasks)
    assert order[:2] == ["first", "other"]
    # A few of those that are taken already may end before it is there.
    assert "high" in order[: MANY // 2]


def test_a_small_task_does_not_wait_for_all_outputs_of_a_large_one(service: ToyService) -> None:
    """Of the same key: its outputs and those of the large one take turns."""
    large = submit(service, "first", *(f"large{number}" for number in range(MANY)))
    service.await_gate("first")
    await_planned(service, f"{large}.1.1")
    small = submit(service, "small0", "small1")
    if not service.database.is_shared:
        # A process that shares its queue with others has taken no more of the large one than it can begin with soon.
        await_planned(service, f"{small}.0.1", f"{small}.1.1")
    else:
        eventually(lambda: all(each.status == "queued" for each in service.task(small).outputs), "they are enqueued")
    order = order_of(service, large, small)
    # Others may have had the slot before the first one, but not while it was held.
    later = order[order.index("first") :]
    assert {"small0", "small1"} <= set(later[: MANY // 2]), order
