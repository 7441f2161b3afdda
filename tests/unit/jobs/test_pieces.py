"""What is spread over workers, when is it whole, and what is told of it meanwhile?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from filmstrip.db.database import Database
from filmstrip.db.task_records import PutArtifact
from filmstrip.domain.artifact import Artifact, FrameStamp
from filmstrip.domain.errors import DestinationRefusedError, FilmstripError, OutputInvalidError
from filmstrip.jobs.making.portions import share_of_done
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.interruptions import Interruptions
from filmstrip.jobs.tasks.output_steps import OutputSteps
from filmstrip.jobs.tasks.piece_steps import PieceSteps
from filmstrip.jobs.tasks.submitting import wanted_scripts
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.outputs._base import Group, OutputPlan

PLAN = OutputPlan(
    (
        Group("a", ("1", "2"), needs_all=False),
        Group("b", ("3", "4"), needs_all=False),
        Group("c", ("5", "6"), needs_all=False),
        Group("all", ("7", "8")),
    )
)


class Output:
    """Stands in for the steps of an output: what it makes is at its destination at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.made: list[tuple[str, int, int | None]] = []

    async def has_ended(self, token: str, index: int) -> bool:
        outputs = self._database.tasks.read_tasks([token])[token].outputs
        return outputs[index].status.is_final

    async def make(
        self, token: str, index: int, plan: OutputPlan, group: Group, before: int, *, done: int | None
    ) -> int:
        assert plan is PLAN
        assert index == 0
        self.made.append((group.name, before, done))
        put(self._database, token, *group.artifact_names)
        return 0


def put(database: Database, token: str, *names: str, is_substitute: bool = False) -> None:
    """Write down that files are at their destination."""
    stamps = (FrameStamp(Fraction(len(names)), Fraction(0), is_keyframe=False, is_substitute=is_substitute),)
    database.artifacts.record_artifacts(
        token, 0, [PutArtifact("g", Artifact(name, "a/b", 1, stamps)) for name in names]
    )


@pytest.fixture
def output(database: Database) -> Output:
    return Output(database)


@pytest.fixture
def new_steps(around: Callable[..., Surroundings], output: Output) -> Callable[..., PieceSteps]:
    """Makes the steps, of a database with so many living workers."""

    def make(spread: str = "always", *, workers: int = 1, is_shared: bool = True) -> PieceSteps:
        made = around()
        alive = [None] * workers
        database = SimpleNamespace(
            artifacts=made.database.artifacts,
            is_shared=is_shared,
            executors=SimpleNamespace(list_alive=lambda: alive),
        )
        settings = replace(made.settings, spread=cast("Any", spread))
        return PieceSteps(replace(made, database=cast("Any", database), settings=settings), cast("OutputSteps", output))

    return make


@pytest.mark.parametrize(
    ("spread", "workers", "is_shared", "is_spread"),
    [
        ("always", 1, False, True),
        ("never", 9, True, False),
        ("fleet", 2, True, True),
        ("fleet", 1, True, False),
        ("fleet", 2, False, False),
    ],
)
async def test_one_worker_makes_one_piece_after_the_other(
    new_steps: Callable[..., PieceSteps],
    token: str,
    spread: str,
    workers: int,
    is_shared: bool,  # noqa: FBT001 - pytest passes it so
    is_spread: bool,  # noqa: FBT001 - a result
) -> None:
    """More than one worker on a database that they share make them at the same time, unless the setting says more."""
    steps = new_steps(spread, workers=workers, is_shared=is_shared)
    assert await steps.choose(token, 0, PLAN) == (["a", "b", "c"] if is_spread else [])


async def test_what_is_made_already_is_not_spread(
    new_steps: Callable[..., PieceSteps], database: Database, token: str
) -> None:
    """Only what lacks a file is, and of one piece alone nothing."""
    steps = new_steps()
    put(database, token, "1", "2", "3")
    assert await steps.choose(token, 0, PLAN) == ["b", "c"]
    put(database, token, "4")
    assert await steps.choose(token, 0, PLAN) == []


async def test_the_last_piece_knows_that_it_is(
    new_steps: Callable[..., PieceSteps], token: str, output: Output
) -> None:
    """Whichever it is; those that end before are not, and progress counts what is there, whoever made it."""
    steps = new_steps()
    assert [await steps.make(token, 0, PLAN, name) for name in "cab"] == [False, False, True]
    assert [done for _name, _before, done in output.made] == [0, 2, 4]


async def test_nothing_is_made_for_an_output_that_has_ended(
    new_steps: Callable[..., PieceSteps], database: Database, token: str, output: Output
) -> None:
    """Another piece could not be made: the rest is not tried."""
    database.outputs.fail_output(token, 0, "It is broken")
    assert not await new_steps().make(token, 0, PLAN, "a")
    assert not output.made


async def test_a_piece_of_another_plan_is_left(
    new_steps: Callable[..., PieceSteps], database: Database, token: str, output: Output
) -> None:
    """A service with other settings, or of another version, has cut it otherwise: the output is planned again."""
    assert await new_steps().make(token, 0, PLAN, "z")
    database.outputs.fail_output(token, 0, "It is broken")
    assert not await new_steps().make(token, 0, PLAN, "z")
    assert not output.made


CUT = OutputPlan(
    (Group("s", (".piece-s",), needs_all=False, is_scratch=True), Group("film", ("",), joins=(".piece-s",)))
)


@pytest.mark.parametrize(
    ("failure", "is_joined", "gives_up"),
    [
        (OutputInvalidError("It does not decode"), False, True),
        (DestinationRefusedError("The bucket is gone"), False, True),
        (DestinationRefusedError("It is a folder"), True, False),
        (OutputInvalidError("They do not follow one another"), True, True),
    ],
)
async def test_one_piece_is_tried_where_it_may_help(
    new_steps: Callable[..., PieceSteps],
    database: Database,
    token: str,
    failure: FilmstripError,
    is_joined: bool,  # noqa: FBT001 - pytest passes it so
    gives_up: bool,  # noqa: FBT001 - a result
) -> None:
    """Not where all pieces are made, and the client's destination does not take what is joined of them."""
    steps = new_steps()
    if is_joined:
        put(database, token, ".piece-s")
    assert await steps.give_up(token, 0, CUT, failure) is gives_up
    database.outputs.fail_output(token, 0, "It was cancelled")
    assert not await steps.give_up(token, 0, CUT, failure)


@pytest.mark.parametrize("is_joined", [False, True])
async def test_pieces_are_missed_until_they_are_joined(
    new_steps: Callable[..., PieceSteps],
    database: Database,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
    is_joined: bool,  # noqa: FBT001 - pytest passes it so
) -> None:
    """They are removed before the output ends: after a crash in between they are not made again for nothing."""
    steps = new_steps()
    steps._database.cancellations = database.cancellations

    async def task(_token: str) -> None:
        return None

    @contextmanager
    def empty(*_arguments: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(sizes=dict)

    monkeypatch.setattr(steps, "_around", SimpleNamespace(task=task))
    monkeypatch.setattr(steps._spreading, "scratch", empty)
    joined = OutputPlan(
        (
            Group("a", (".piece-a",), needs_all=False, is_scratch=True),
            Group("b", (".piece-b",), needs_all=False, is_scratch=True),
            Group("c", ("",), joins=(".piece-a", ".piece-b")),
        )
    )
    names = {".piece-a", ".piece-b", *([""] if is_joined else [])}
    put(database, token, *names)
    assert await steps.are_lost(token, 0, joined) is not is_joined
    assert database.artifacts.read_names(token, 0) == (names if is_joined else set())
    assert await steps.choose(token, 0, joined) == ([] if is_joined else ["a", "b"])


async def test_substitutes_are_counted_over_all_pieces(
    new_steps: Callable[..., PieceSteps], database: Database, token: str, output: Output
) -> None:
    """A piece is told of how many there are in the files that are finished, so that no more are told than of one."""
    put(database, token, "3", is_substitute=True)
    put(database, token, "5", "6")
    put(database, token, "1", "2", is_substitute=True)
    await new_steps().make(token, 0, PLAN, "b")
    assert output.made == [("b", 2, 4)]


def test_a_worker_takes_no_piece_that_it_cannot_begin(tmp_path: Path) -> None:
    """Another one may have a slot for it; one that only puts its files leaves its slot to the next."""
    putting = {"a"}
    most = wanted_scripts(JobSettings(tmp_path, slots=2), putting)["pieces"]
    assert most() == 3
    putting.clear()
    assert most() == 2


def test_progress_counts_what_is_finished() -> None:
    """The third piece is no reason to say that the first two are done."""
    assert share_of_done(PLAN, PLAN.groups[2], 0.5, 0) == pytest.approx(1 / 8)
    assert share_of_done(PLAN, PLAN.groups[2], 1.0, 4) == pytest.approx(6 / 8)


async def test_the_mark_of_an_output_is_that_of_all_its_pieces(database: Database, token: str) -> None:
    """It stays until the last one at work here has ended, and is not taken away by another executor's."""
    here, there = (Interruptions(database, 3, executor_id=name) for name in ("here", "there"))

    def is_counted(executor_id: str) -> bool:
        before = database.interruptions.read_interruptions(token, 0)
        database.interruptions.count_interruptions(executor_id)
        return database.interruptions.read_interruptions(token, 0) > before

    async with here.work(token, 0):
        async with here.work(token, 0):
            pass
        assert is_counted("here")
    async with here.work(token, 0):
        async with there.work(token, 0):
            pass
        assert not is_counted("there")
    async with there.work(token, 0):
        assert not is_counted("here")
        assert is_counted("there")
