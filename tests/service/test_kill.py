"""Is nothing lost when the server is killed? SIGKILL at every moment, restart, and the task ends complete."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.domain.task import TaskStatus
from filmstrip.testing.range_server import RangeServer
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def service(tmp_path: Path, small_video: Path) -> Iterator[ToyService]:
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path) as running:
        yield running


def source_of(service: ToyService) -> str:
    return (service.folder / "source.mp4").as_uri()


def assert_complete(service: ToyService, token: str) -> None:
    """The task ended well, its files are all there, and nothing else is."""
    task = service.finished(token)
    assert (task.error, task.status) == (None, TaskStatus.COMPLETED)
    (output,) = task.outputs
    assert output.result is not None
    assert output.result.names == ("a", "b", "c")
    assert output.locations[0].key.endswith("out/0/c")
    assert output.progress == 1.0
    assert service.put() == ["a", "b", "c"]
    assert [warned.message for warned in task.warnings] == ["it is a toy"]
    eventually(lambda: not (service.folder / "work" / token).exists(), "the work folder is removed")


@pytest.mark.parametrize("gate", ["a", "b", "c"])
def test_killed_while_a_file_is_made(service: ToyService, gate: str) -> None:
    """What was put before the kill is not made again; what was not is."""
    service.hold(gate)
    token = service.submit(source_of(service), {})
    service.await_gate(gate)
    eventually(lambda: len(service.put()) == "abc".index(gate), "the files before it are put")
    eventually(lambda: len(service.database.artifacts.read_artifacts(token, 0)) == "abc".index(gate), "and recorded")
    service.kill()
    service.open_gates()
    service.start()
    assert_complete(service, token)
    assert Counter(service.rendered()) == Counter("abc") + Counter(gate)


def test_killed_while_the_source_is_fetched(service: ToyService, range_server: RangeServer) -> None:
    """A copy that was cut off is made again, whole."""
    content = (service.folder / "source.mp4").read_bytes()
    (range_server.folder / "source.mp4").write_bytes(content + bytes(4 << 20))
    range_server.manners.bytes_per_second = 500_000
    token = service.submit(range_server.url_of("source.mp4"), {"whole": True})
    eventually(lambda: list((service.folder / "work" / token).glob(".partial*")), "the copy has begun")
    service.kill()
    range_server.manners.bytes_per_second = None
    service.start()
    assert_complete(service, token)


def test_killed_while_the_source_is_probed(service: ToyService) -> None:
    """A probe that was interrupted is done again."""
    service.hold("probe")
    token = service.submit(source_of(service), {})
    service.await_gate("probe")
    service.kill()
    service.open_gates()
    service.start()
    assert_complete(service, token)


def test_killed_while_a_file_is_put(service: ToyService) -> None:
    """A file that was half put appears whole after all, and nothing of the half stays."""
    token = service.submit(source_of(service), {"groups": [["a"], ["b"], ["c"]], "size": 200 << 20})
    eventually(lambda: list((service.folder / "out" / "0").glob(".partial*")), "a file is being put")
    service.kill()
    service.start()
    task = service.finished(token)
    assert task.error is None
    sizes = {name: (service.folder / "out" / "0" / name).stat().st_size for name in service.put()}
    assert sizes == dict.fromkeys("abc", 200 << 20)


STEPS = ["fetch", "probe", "choose", "plan", "make group 0", "make group 1", "describe", "conclude", "finish"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_when_a_step_is_done_but_not_written_down(service: ToyService, step: str) -> None:
    """The most awkward moment of each step: it is done, nobody knows, and doing it again does no harm."""
    (service.folder / "die-at").write_text(f"inside {step}")
    token = service.submit(source_of(service), {})
    service.await_death()
    service.start()
    assert_complete(service, token)
    assert service.rendered() == ["a", "b", "c"]


@pytest.mark.parametrize("moment", ["before make group 1", "after make group 1", "before finish", "after finish"])
def test_killed_between_steps(service: ToyService, moment: str) -> None:
    """Between two groups, and around the end: no finished step is done again."""
    (service.folder / "die-at").write_text(moment)
    token = service.submit(source_of(service), {})
    service.await_death()
    service.start()
    assert_complete(service, token)
    assert service.rendered() == ["a", "b", "c"]


def test_killed_again_and_again(service: ToyService) -> None:
    """Six deaths at moments of chance, and every file is there in the end, none made again once it was put."""
    names = [f"f{number}" for number in range(8)]
    token = service.submit(source_of(service), {"groups": [[name] for name in names]})
    for _ in range(6):
        time.sleep(random.uniform(0.0, 1.2))
        put_before = {put.artifact.name for put in service.database.artifacts.read_artifacts(token, 0)}
        begun_before = len(service.rendered())
        service.kill()
        service.start()
        assert put_before.isdisjoint(service.rendered()[begun_before + 1 :])
    task = service.finished(token)
    assert task.error is None
    assert service.put() == names


def test_an_output_that_kills_the_server_is_given_up(tmp_path: Path, small_video: Path) -> None:
    """After some deaths with the same output at work it is the output that ends, with the reason, and nothing else."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path, jobs={"recoveries": 2}) as service:
        service.hold("deadly")
        token = service.submit(source_of(service), {"groups": [["deadly"]]}, {"groups": [["a"]]})
        for _ in range(3):
            service.await_gate("deadly")
            service.kill()
            (service.folder / "gates" / "at-deadly").unlink()
            service.start()
        task = service.finished(token)
        deadly, good = task.outputs
        assert deadly.error == "It was given up: the service died 3 times while it was worked on"
        assert task.error == f"image-0-0-0 (toy): {deadly.error}"
        assert good.error is None
        assert service.put(1) == ["a"]
