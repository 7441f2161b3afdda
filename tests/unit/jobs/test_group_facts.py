"""What is a group of a long series told of the rest? Its own files alone, so that a series costs what it is long."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from filmstrip.db.database import Database
from filmstrip.db.task_records import PutArtifact, Source
from filmstrip.domain.artifact import Artifact, FrameStamp
from filmstrip.domain.errors import RangesNotSupportedError
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.jobs.making.assignment import Assignment, Listener, Portion
from filmstrip.jobs.making.perform import Performer
from filmstrip.jobs.making.portion_making import Making
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.output_steps import OutputSteps
from filmstrip.jobs.tasks.progress_board import ProgressBoard
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._base import Output, OutputPlan
from filmstrip.outputs._rendering import Rendering, Workbench
from filmstrip.outputs._substitutes import MOST_TOLD_ONE_BY_ONE
from filmstrip.outputs.child.messages import Fetched, Made, Report, Request, requests
from filmstrip.outputs.registry import parse_query
from filmstrip.outputs.thumbnails import output as thumbnails
from filmstrip.outputs.thumbnails.output import MANIFEST_GROUP
from filmstrip.outputs.thumbnails.warnings import SubstituteTeller
from filmstrip.params.query import Query
from filmstrip.storage.local import LocalStore
from filmstrip.storage.source_reference import SourceReference
from filmstrip.testing.range_server import RangeServer

PICTURES_PER_GROUP = 12
VIDEO = VideoStream(0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)
INFO = MediaInfo("mov", Fraction(1000), Fraction(0), 1000, VIDEO)


@dataclass
class Child:
    """Stands in for the child process: makes files of one byte, each of a substitute, and keeps what it was asked."""

    sizes: list[int] = field(default_factory=list)
    renderings: list[Rendering] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sources: list[object] = field(default_factory=list)
    reads_ranges: bool = True

    @asynccontextmanager
    async def render(
        self, source: object, renderings: Sequence[Rendering]
    ) -> AsyncIterator[list[AsyncGenerator[Report, None]]]:
        """Make groups."""
        self.sizes.append(len(requests.dump_json(Request(Fetched(), MediaSettings(), tuple(renderings)))))
        self.renderings += renderings
        self.sources.append(source)
        if isinstance(source, SourceReference) and not self.reads_ranges:
            raise RangesNotSupportedError("It does not answer range requests")
        yield [self._reports(rendering) for rendering in renderings]

    async def _reports(self, rendering: Rendering) -> AsyncGenerator[Report, None]:
        source = LocalFile(rendering.folder)
        bench = Workbench(rendering, source, MediaSettings(), lambda _fraction: None, self.warnings.append)
        teller = SubstituteTeller(bench)
        for name in rendering.group.artifact_names:
            if name not in rendering.finished:
                stamps = _stamps(name)
                for stamp in stamps:
                    teller.tell(stamp)
                (rendering.folder / name).write_bytes(b"x")
                yield Made(Artifact(name, "image/jpeg", 1, stamps))


def _stamps(name: str) -> tuple[FrameStamp, ...]:
    if not name.startswith("thumb_"):
        return ()
    moment = Fraction(name.removeprefix("thumb_").partition(".")[0])
    return (FrameStamp(moment, moment, is_keyframe=False, is_substitute=True),)


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "_PICTURES_PER_GROUP", PICTURES_PER_GROUP)


def _query(source: str) -> Query[Output]:
    return parse_query(json.dumps({"query": {"source": source, "format": [{"output": "thumbnails", "interval": 1}]}}))


@pytest.fixture
def query(range_server: RangeServer) -> Query[Output]:
    """Asks for a thumbnail each second."""
    (range_server.folder / "a.mp4").write_bytes(bytes(1000))
    return _query(range_server.url_of("a.mp4"))


@pytest.fixture
def child() -> Child:
    return Child()


@pytest.fixture
def steps(around: Callable[..., Surroundings], database: Database, child: Child) -> OutputSteps:
    return OutputSteps(replace(around(), child=child), ProgressBoard(database, 1))  # type: ignore[arg-type]


async def _make(steps: OutputSteps, database: Database, token: str, plan: OutputPlan) -> None:
    """Make a series as its script does."""
    database.tasks.record_source(token, Source(INFO))
    before = 0
    for group in plan.groups:
        before += await steps.make(token, 0, plan, group, before)


def _plan(query: Query[Output], seconds: int) -> OutputPlan:
    return query.formats[0].plan(replace(INFO, duration_seconds=Fraction(seconds)))


@pytest.fixture
def read(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many artifacts each reading of the database gave."""
    counts: list[int] = []
    read_artifacts = database.artifacts.read_artifacts

    def counting(*arguments: Any) -> tuple[PutArtifact, ...]:
        found = read_artifacts(*arguments)
        counts.append(len(found))
        return found

    monkeypatch.setattr(database.artifacts, "read_artifacts", counting)
    return counts


async def test_a_group_is_told_of_its_own_files(
    steps: OutputSteps, database: Database, token: str, query: Query[Output], child: Child, read: list[int]
) -> None:
    """No request of a group of pictures is larger than the first; what is made before is read and sent once."""
    plan = _plan(query, 20 * PICTURES_PER_GROUP)
    await _make(steps, database, token, plan)
    *pictures, manifests = child.renderings
    assert [len(each.finished) for each in pictures] == [0] * 20
    assert max(child.sizes[:-1]) < 1.1 * child.sizes[0]
    assert manifests.group.name == MANIFEST_GROUP
    assert len(manifests.finished) == 20 * PICTURES_PER_GROUP
    assert sum(read) == 20 * PICTURES_PER_GROUP


async def test_a_repeated_group_is_told_what_it_has(
    steps: OutputSteps, database: Database, token: str, query: Query[Output], child: Child
) -> None:
    """After a crash only what is missing of a group is made, and of its neighbours' files nothing is said."""
    plan = _plan(query, 3 * PICTURES_PER_GROUP)
    names = [group.artifact_names for group in plan.groups]
    put = [*names[0], *names[1][:5]]
    database.artifacts.record_artifacts(token, 0, [PutArtifact("g", Artifact(name, "image/jpeg", 1)) for name in put])
    await _make(steps, database, token, plan)
    assert list(child.renderings[0].finished) == list(names[1][:5])
    assert len(database.artifacts.read_artifacts(token, 0)) == sum(map(len, names))


async def test_a_plan_of_an_older_version_is_made(
    steps: OutputSteps, database: Database, token: str, query: Query[Output], child: Child
) -> None:
    """Its groups do not say what they need, and are told all; what is told one by one is as much as ever."""
    plan = _plan(query, 3 * PICTURES_PER_GROUP)
    plans = TypeAdapter(OutputPlan)
    written_down = plans.dump_python(plan, mode="json")
    for group in written_down["groups"]:
        del group["needs_all"], group["needs_source"]
    await _make(steps, database, token, plans.validate_python(written_down))
    assert [len(each.finished) for each in child.renderings] == [0, 12, 24, 36]
    assert len(child.warnings) == MOST_TOLD_ONE_BY_ONE


async def test_substitutes_are_counted_over_the_whole_series(
    steps: OutputSteps, database: Database, token: str, query: Query[Output], child: Child
) -> None:
    """The limit of what is told one by one is that of the series, also when groups were finished before."""
    plan = _plan(query, 4 * PICTURES_PER_GROUP)
    first = [PutArtifact("g", Artifact(name, "image/jpeg", 1, _stamps(name))) for name in plan.groups[0].artifact_names]
    database.artifacts.record_artifacts(token, 0, first)
    await _make(steps, database, token, plan)
    assert len(child.warnings) == MOST_TOLD_ONE_BY_ONE - PICTURES_PER_GROUP
    assert [each.substitutes_before for each in child.renderings] == [12, 24, 36, 0]


async def test_the_command_line_tells_groups_no_more(tmp_path: Path, query: Query[Output], child: Child) -> None:
    """The same without a database."""
    output, folder, target = query.formats[0], tmp_path / "work", tmp_path / "target"
    folder.mkdir()

    async def open_source() -> LocalFile:
        return LocalFile(tmp_path)

    info = replace(INFO, duration_seconds=Fraction(5 * PICTURES_PER_GROUP))
    stores = (LocalStore(target, is_folder=True),)
    job = Assignment(output, "{}", info, open_source, upscale=False, folder=folder, stores=stores)
    performer = Performer(JobSettings(tmp_path, free_disk_mb=1), child)  # type: ignore[arg-type]  # as it stands in
    result, _ = await performer.make_output(job, Listener())
    assert [len(each.finished) for each in child.renderings] == [0, 0, 0, 0, 0, 5 * PICTURES_PER_GROUP]
    assert len(result.names) == 5 * PICTURES_PER_GROUP + 1
    assert len(child.warnings) == MOST_TOLD_ONE_BY_ONE


async def test_what_reads_no_source_opens_none(
    steps: OutputSteps, database: Database, token: str, query: Query[Output], child: Child, range_server: RangeServer
) -> None:
    """A source is asked once for all groups of pictures; manifests are made, and told of, when it has gone away."""
    plan = _plan(query, 3 * PICTURES_PER_GROUP)
    database.tasks.record_source(token, Source(INFO))
    for group in plan.groups[:-1]:
        await steps.make(token, 0, plan, group)
    assert len(range_server.requests) == 1
    (range_server.folder / "a.mp4").unlink()
    await steps.make(token, 0, plan, plan.groups[-1])
    asked = len(range_server.requests)
    await steps.describe(token, 0, plan)
    output = database.tasks.read_tasks([token])[token].outputs[0]
    assert output.result is not None
    assert len(output.result.names) == 3 * PICTURES_PER_GROUP + 1
    assert [type(source) for source in child.sources] == [SourceReference] * 3 + [type(None)]
    assert len(range_server.requests) == asked


async def test_a_server_that_hands_out_no_more_ranges(
    steps: OutputSteps, database: Database, token: str, query: Query[Output], child: Child, range_server: RangeServer
) -> None:
    """What it said before is no promise: it is asked again, and the source is copied."""
    plan = _plan(query, 2 * PICTURES_PER_GROUP)
    database.tasks.record_source(token, Source(INFO))
    await steps.make(token, 0, plan, plan.groups[0])
    child.reads_ranges = range_server.manners.ranges = False
    await steps.make(token, 0, plan, plan.groups[1])
    assert [type(source) for source in child.sources] == [SourceReference, SourceReference, LocalFile]


def test_what_is_not_put_is_found_in_one_go() -> None:
    """Outputs that are made together are one group of all their pictures, and an outage asks what is left of them."""
    asked = 0

    class Asked(str):
        """A name that counts how often it is looked at."""

        __slots__ = ()

        def __hash__(self) -> int:
            nonlocal asked
            asked += 1
            return super().__hash__()

    files = [Artifact(Asked(number), "image/jpeg", 1) for number in range(100)]
    making = Making(cast("Portion", None), made=files, put=files[:90])
    assert making.unput == files[90:]
    assert asked <= 2 * len(files)
