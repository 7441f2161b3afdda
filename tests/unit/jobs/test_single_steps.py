"""What do single steps of a task and of its outputs see to?"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from filmstrip.db.database import Database, utc_now
from filmstrip.db.task_records import Outage, Source
from filmstrip.domain.artifact import Artifact, Location
from filmstrip.domain.errors import MediaProcessKilledError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.jobs.tasks import output_steps
from filmstrip.jobs.tasks.output_steps import OutputSteps
from filmstrip.jobs.tasks.progress_board import ProgressBoard
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.jobs.tasks.task_steps import TaskSteps
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._base import Group, OutputPlan
from toy_output import ToyOutput

Around = Callable[..., Surroundings]
PLAN = OutputPlan((Group("group 0", ("a",)),))


@pytest.fixture
def steps(around: Around, database: Database) -> OutputSteps:
    return OutputSteps(around(), ProgressBoard(database, 1))


async def test_an_output_that_has_ended_stays_as_it_is(steps: OutputSteps, database: Database, token: str) -> None:
    """A step that is done again after a crash asks no destination, and needs no query any more."""
    database.outputs.fail_output(token, 0, "It could not be put")
    database.tasks.finish_task(token)
    await steps.describe(token, 0, PLAN)
    assert database.tasks.read_tasks([token])[token].outputs[0].error == "It could not be put"


class NamedToyOutput(ToyOutput):
    """As one that can be asked for."""

    output_name: ClassVar[str] = "toy"


async def test_a_destination_that_lists_without_end_is_not_waited_for(
    steps: OutputSteps, database: Database, token: str, query: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What earlier runs left is worth a look; the output is made, and said to be."""
    output = NamedToyOutput.model_validate({"output": "toy", "groups": [["a"]]})
    monkeypatch.setattr(output.__class__, "is_own_name", lambda *_arguments: True)
    query.formats, query.text, query.upscale = (output,), '{"query": {"format": [{"output": "toy"}]}}', False
    database.tasks.record_source(token, Source(MediaInfo("mp4", Fraction(1), Fraction(0), 1, None)))
    silent = threading.Event()

    class Silent:
        def names(self) -> Iterator[str]:
            silent.wait(30)
            yield "left over"

        def put(self, *_arguments: Any) -> None:
            raise AssertionError

        def locate(self, name: str) -> Location:
            return Location("local", f"file:///{name}", name)

        def close(self) -> None:
            raise AssertionError

    @contextmanager
    def open_stores(*_arguments: object) -> Iterator[tuple[Silent, ...]]:
        yield (Silent(),)

    monkeypatch.setattr(output_steps, "open_stores", open_stores)
    monkeypatch.setattr(output_steps, "_LOOK_SECONDS", 0.05)
    put = await asyncio.to_thread(output_steps.PutRecorder, database, token, 0, PLAN.groups[0], 0)
    await asyncio.to_thread(put, Artifact("a", "application/x-toy", 1))
    try:
        async with asyncio.timeout(20):
            await steps.describe(token, 0, PLAN)
    finally:
        silent.set()
    record = database.tasks.read_tasks([token])[token]
    assert record.outputs[0].result is not None
    assert record.warnings == ()


async def test_a_source_is_probed_apart_from_its_copy(around: Around, token: str) -> None:
    """A process that an evil source has taken over may write into its folder: the copy, or the upload, is not there."""
    given: list[Path] = []

    async def probe(source: LocalFile, folder: Path) -> MediaInfo:
        assert source.path.is_file()
        assert not source.path.is_relative_to(folder)
        assert list(folder.iterdir()) == []  # noqa: ASYNC240 - a folder of nothing
        given.append(folder)
        return MediaInfo("mp4", Fraction(1), Fraction(0), 1, None)

    parts = replace(around(), child=cast("Any", SimpleNamespace(probe=probe)))
    steps = TaskSteps(parts)
    await steps.probe(token, await steps.fetch(token))
    (folder,) = given
    assert folder.parent == parts.folders.of_task(token)
    assert folder.stat().st_mode & 0o777 == 0o700
    parts.folders.empty_task(token)
    assert not folder.exists()


async def test_a_suspect_is_not_made_together_with_others(steps: OutputSteps, database: Database, token: str) -> None:
    """After two deaths of the service each is made alone, so that the guilty one shows itself."""
    for _ in range(2):
        database.interruptions.begin_work(token, 1)
        database.interruptions.count_interruptions()
    assert await steps.make_together(token, {1: PLAN, 2: PLAN}) == {}
    assert {output.status.value for output in database.tasks.read_tasks([token])[token].outputs} == {"downloading"}


async def test_the_last_output_concludes_the_task(around: Around, database: Database, token: str, query: Any) -> None:
    """Nothing as long as one is not final; then why it failed, but for what may fail softly, which is a warning."""
    query.formats = tuple(SimpleNamespace(allow_soft_fail=soft) for soft in (True, False, False))
    steps = TaskSteps(around())
    for index in range(3):
        assert await steps.conclude(token) == []
        database.outputs.fail_output(token, index, f"reason {index}")
    assert await steps.conclude(token) == ["image-1-0-0 (toy): reason 1; image-2-0-0 (toy): reason 2"]
    (warning,) = database.tasks.read_tasks([token])[token].warnings
    assert (warning.message, warning.tag) == ("toy could not be made", "image-0-0-0")
    query.formats = tuple(SimpleNamespace(allow_soft_fail=True) for _ in range(3))
    assert await steps.conclude(token) == [None]
    database.tasks.finish_task(token)
    assert await steps.conclude(token) == []


async def test_a_task_that_only_waits_has_no_place(around: Around, database: Database, token: str) -> None:
    """Others may have it as soon as none of its outputs does anything."""
    parts = around()
    steps = TaskSteps(parts)
    parts.open_tasks.occupy(token, "-")
    now = utc_now()
    until = now + timedelta(hours=1)
    for index in range(3):
        await steps.conclude(token)
        assert token in parts.open_tasks._taken
        database.outages.record_outage(token, index, Outage("it is down", now, until, until, 1, "host:1"))
    await steps.conclude(token)
    assert token not in parts.open_tasks._taken


async def test_a_task_keeps_its_place_for_its_outputs(around: Around, token: str) -> None:
    """The place is given back by the script of a task that has begun none."""
    parts = around()
    for has_outputs in (False, True):
        async with TaskSteps(parts).open(token, "-") as opened:
            opened.has_outputs = has_outputs
            assert token in parts.open_tasks._taken
        assert (token in parts.open_tasks._taken) == has_outputs


async def test_a_probe_that_is_killed_is_followed_by_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the system is short of memory for a moment."""
    tries: list[int] = []

    async def probe(*_arguments: object) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise MediaProcessKilledError("killed")
        return "info"

    monkeypatch.setattr(MediaChild, "_probe", probe)
    child: Any = MediaChild.__new__(MediaChild)
    assert await child.probe(None, None) == "info"
    assert len(tries) == 2
