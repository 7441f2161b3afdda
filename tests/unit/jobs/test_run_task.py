"""In which order do things happen to a task, and what follows from a failure?"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from filmstrip.domain.errors import DiskFullError, FilmstripError, SourceNotFoundError, SourceUnreachableError
from filmstrip.jobs.tasks.run_pieces import RunPieces
from filmstrip.jobs.tasks.script_names import BUNDLE, OUTPUT, PIECE, TASK
from filmstrip.jobs.tasks.task_steps import OpenTask
from filmstrip.outputs._base import Group, OutputPlan

PLAN = OutputPlan((Group("a", tuple(f"{number}" for number in range(900))), Group("b", ("last",))))
LONG = OutputPlan((Group("a", ("1",), needs_all=False), Group("b", ("2",), needs_all=False), Group("c", ("3",))))
DOWN = SourceUnreachableError("It is down")
DOWN.host = "host:1"


@dataclass
class Stage:
    """Everything around the scripts: does steps at once, and notes what happens.

    Attributes:
        results: What the steps give, by their name; an exception is raised. None where a name is missing.
        pauses: How long each outage is waited for, in order.
    """

    results: dict[str, Any] = field(default_factory=dict)
    pauses: list[float | None] = field(default_factory=list)
    limits: dict[str, tuple[float, float | None]] = field(default_factory=dict)
    begun: list[tuple[str, dict[str, tuple[str | int, ...]], float]] = field(default_factory=list)
    done: list[tuple[Any, ...]] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    opened: OpenTask = field(default_factory=OpenTask)

    takes_outputs = True

    def takes(self, name: str) -> bool:
        return self.takes_outputs or name != OUTPUT

    async def step(
        self,
        name: str,
        work: Callable[[], Awaitable[object]],
        seconds: float,
        *,
        most_seconds: float | None = None,
        is_kept: bool = True,
    ) -> object:
        del is_kept
        self.limits[name] = (seconds, most_seconds)
        return await work()

    async def begin(
        self,
        name: str,
        runs: Mapping[str, tuple[str | int, ...]],
        key: str,
        turn: Callable[[int], int],
        delay_seconds: float = 0,
    ) -> None:
        assert key == "key"
        self.turns += [turn(place) for place in range(len(runs))]
        if runs:
            self.begun.append((name, dict(runs), delay_seconds))

    @asynccontextmanager
    async def open(self, token: str, key: str) -> AsyncIterator[OpenTask]:
        assert (token, key) == ("t", "key")
        yield self.opened

    async def share(self, token: str, key: str) -> str:
        assert (token, key) == ("t", "key")
        assert self.takes_outputs, "others would wait for this one, which takes none"
        return key

    async def priority(self, token: str) -> int:
        assert token == "t"
        return 7

    async def wait_for(self, token: str, index: int | None, error: Exception) -> float | None:
        self.done.append(("wait_for", token, index, str(error)))
        return self.pauses.pop(0)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def do(*arguments: object) -> Any:
            self.done.append((name, *arguments))
            result = self.results.get(name)
            if isinstance(result, list) and name == "plan":
                result = result.pop(0)
            if isinstance(result, Exception):
                raise result
            return result

        return do

    @property
    def scripts(self) -> RunPieces:
        around = cast("Any", self)
        return RunPieces(around, around, around, around, around, 7200)

    def did(self, name: str) -> list[tuple[Any, ...]]:
        return [each for each in self.done if each[0] == name]


async def test_outputs_are_begun_and_not_waited_for() -> None:
    """Those that are made together as one script, the others each as its own; the task keeps its place for them."""
    stage = Stage({"choose_outputs": [[0, 2], [1]]})
    await stage.scripts.run_task("t", "key", 1)
    assert stage.begun == [(BUNDLE, {"t.b0": ("t", "key", 0, 2)}, 0), (OUTPUT, {"t.1.1": ("t", "key", 1, 1)}, 0)]
    assert stage.turns == [7000, 7001]
    assert stage.opened.has_outputs
    assert not stage.did("finish")


async def test_an_only_output_has_no_script_of_its_own() -> None:
    """Nothing is enqueued for it; it is made by the script of its task, which it ends, and waits by one of its own."""
    stage = Stage({"choose_outputs": [[3]], "plan": PLAN, "conclude": [None]})
    await stage.scripts.run_task("t", "key", 1)
    assert not stage.begun
    assert stage.opened.has_outputs
    assert [each[0] for each in stage.done][3:] == ["plan", "make", "make", "describe", "conclude", "finish"]
    stage.results |= {"make": DOWN, "conclude": []}
    stage.pauses = [3.0]
    await stage.scripts.run_task("t", "key", 1)
    assert stage.begun == [(OUTPUT, {"t.3.2": ("t", "key", 2, 3)}, 3.0)]


async def test_an_only_output_that_others_are_to_make() -> None:
    """By a worker that takes outputs, which this one does not."""
    stage = Stage({"choose_outputs": [[3]]})
    stage.takes_outputs = False
    await stage.scripts.run_task("t", "key", 1)
    assert [(name, list(runs)) for name, runs, _delay in stage.begun] == [(OUTPUT, ["t.3.1"])]
    assert not stage.did("make")


async def test_a_task_without_outputs_ends() -> None:
    """Where the upscale rule left none, nobody else would end it."""
    stage = Stage({"choose_outputs": [], "conclude": [None]})
    await stage.scripts.run_task("t", "key", 1)
    assert stage.did("finish") == [("finish", "t", None)]
    assert not stage.opened.has_outputs


async def test_a_source_that_is_down_is_waited_for() -> None:
    """The script ends, and is enqueued once more with a delay, as another run; after the patience the task fails."""
    stage = Stage({"fetch": DOWN}, [5.0, None])
    await stage.scripts.run_task("t", "key", 1)
    assert stage.begun == [(TASK, {"t.2": ("t", "key", 2)}, 5.0)]
    assert not stage.did("finish")
    await stage.scripts.run_task("t", "key", 2)
    assert len(stage.begun) == 1
    assert stage.did("finish") == [("finish", "t", "It is down")]


async def test_an_output_that_fills_the_disk_is_tried_again() -> None:
    """As after an outage, until that was often enough; then it fails by itself."""
    stage = Stage({"plan": PLAN, "make": DiskFullError("It is full"), "conclude": []}, [2.0, None])
    await stage.scripts.run_output("t", "key", 1, 3)
    assert stage.begun == [(OUTPUT, {"t.3.2": ("t", "key", 2, 3)}, 2.0)]
    assert not stage.did("fail")
    await stage.scripts.run_output("t", "key", 2, 3)
    assert stage.did("fail") == [("fail", "t", 3, "It is full")]


async def test_a_source_that_is_not_there_is_not_waited_for() -> None:
    """The task fails with the sentence."""
    stage = Stage({"fetch": SourceNotFoundError("There is nothing")})
    await stage.scripts.run_task("t", "key", 1)
    assert stage.did("finish") == [("finish", "t", "There is nothing")]
    assert not stage.begun


@pytest.mark.parametrize(("written_down", "told"), [(7, [0, 7]), (None, [0, 0])])
async def test_each_group_is_told_of_substitutes_before_it(written_down: int | None, told: list[int]) -> None:
    """What the steps of the groups before it gave; those that an older version wrote down gave nothing."""
    stage = Stage({"plan": PLAN, "make": written_down, "conclude": []})
    await stage.scripts.run_output("t", "key", 1, 0)
    assert [each[-1] for each in stage.did("make")] == told


async def test_an_output_that_meets_an_outage_waits_alone() -> None:
    """It is enqueued once more with a delay; after the patience it fails, and as the last one ends the task."""
    stage = Stage({"plan": PLAN, "make": DOWN, "conclude": []}, [3.0, None])
    await stage.scripts.run_output("t", "key", 1, 7)
    assert stage.begun == [(OUTPUT, {"t.7.2": ("t", "key", 2, 7)}, 3.0)]
    assert not stage.did("fail")
    assert stage.did("conclude")
    stage.results["conclude"] = ["It is down"]
    await stage.scripts.run_output("t", "key", 2, 7)
    assert len(stage.begun) == 1
    assert stage.did("fail") == [("fail", "t", 7, "It is down")]
    assert stage.did("finish") == [("finish", "t", "It is down")]


async def test_the_last_output_ends_the_task() -> None:
    """An output that is not the last one leaves the task open."""
    stage = Stage({"plan": PLAN, "conclude": []})
    await stage.scripts.run_output("t", "key", 1, 0)
    assert [each[0] for each in stage.done] == ["plan", "make", "make", "describe", "conclude"]
    stage.results["conclude"] = [None]
    await stage.scripts.run_output("t", "key", 1, 1)
    assert stage.did("finish") == [("finish", "t", None)]


async def test_partners_go_their_own_ways() -> None:
    """One that met an outage begins later, the others at once; one without a plan is left to itself."""
    stage = Stage({"plan": [PLAN, FilmstripError("no plan"), PLAN], "make_together": {2: DOWN}}, [7.0])
    await stage.scripts.run_bundle("t", "key", 0, 1, 2)
    assert stage.begun == [
        (OUTPUT, {"t.0.1": ("t", "key", 1, 0)}, 0),
        (OUTPUT, {"t.1.1": ("t", "key", 1, 1)}, 0),
        (OUTPUT, {"t.2.1": ("t", "key", 1, 2)}, 7.0),
    ]
    assert stage.did("wait_for") == [("wait_for", "t", 2, "It is down")]
    assert list(stage.did("make_together")[0][2]) == [0, 2]


async def test_steps_begin_with_the_time_of_their_kind() -> None:
    """By the files of the output; only what makes or copies something may allow itself more, up to the setting."""
    stage = Stage({"plan": PLAN, "conclude": [], "choose_outputs": [[0]]})
    await stage.scripts.run_task("t", "key", 1)
    await stage.scripts.run_output("t", "key", 1, 0)
    of_files = pytest.approx(390.1)
    assert stage.limits == {
        "fetch": (300, 7200),
        "probe": (300, 7200),
        "choose": (300, None),
        "plan": (300, None),
        "make a": (of_files, 7200),
        "make b": (of_files, 7200),
        "describe": (of_files, None),
        "conclude": (300, None),
    }


async def test_a_long_output_is_spread_over_scripts() -> None:
    """Each of its pieces has one, and nobody waits for them; what is not to be spread is made one after the other."""
    stage = Stage({"plan": LONG, "choose": ["a", "b"], "conclude": []})
    await stage.scripts.run_output("t", "key", 4, 2)
    arguments = {name: ("t", "key", 4, 2, name, 1) for name in "ab"}
    assert stage.begun == [(PIECE, {"t.2.4.a.1": arguments["a"], "t.2.4.b.1": arguments["b"]}, 0)]
    assert [each[0] for each in stage.done] == ["plan", "choose"]
    stage.results["choose"] = []
    await stage.scripts.run_output("t", "key", 5, 2)
    assert len(stage.begun) == 1
    assert [each[0] for each in stage.done][2:] == ["plan", "choose", "make", "make", "make", "describe", "conclude"]


async def test_what_an_older_version_has_begun_keeps_its_steps() -> None:
    """In its journal the making follows the plan: another step between them would end the task as lost."""

    class Older(Stage):
        async def step(
            self,
            name: str,
            work: Callable[[], Awaitable[object]],
            seconds: float,
            *,
            most_seconds: float | None = None,
            is_kept: bool = True,
        ) -> object:
            if name == "plan":
                return TypeAdapter(OutputPlan).dump_python(LONG, mode="json")
            return await super().step(name, work, seconds, most_seconds=most_seconds, is_kept=is_kept)

    stage = Older({"choose": ["a", "b"], "conclude": []})
    await stage.scripts.run_output("t", "key", 1, 2)
    assert [each[0] for each in stage.done] == ["make", "make", "make", "describe", "conclude"]
    assert not stage.begun


@pytest.mark.parametrize("is_last", [False, True])
async def test_the_last_piece_begins_its_output_again(is_last: bool) -> None:  # noqa: FBT001 - pytest names it
    """By an identity that is the same for whichever piece ends last; the others end nothing."""
    stage = Stage({"plan": LONG, "make": is_last})
    await stage.scripts.run_piece("t", "key", 4, 2, "b", 1)
    assert stage.begun == ([(OUTPUT, {"t.2.5": ("t", "key", 5, 2)}, 0)] if is_last else [])
    assert [each[0] for each in stage.done] == ["plan", "make"]


async def test_a_piece_that_meets_an_outage_waits_alone() -> None:
    """It is enqueued once more with a delay; after the patience its output fails, and the task may end with it."""
    stage = Stage({"plan": LONG, "make": DOWN, "conclude": ["It is down"]}, [3.0, None])
    await stage.scripts.run_piece("t", "key", 4, 2, "b", 1)
    assert stage.begun == [(PIECE, {"t.2.4.b.2": ("t", "key", 4, 2, "b", 2)}, 3.0)]
    assert not stage.did("fail")
    await stage.scripts.run_piece("t", "key", 4, 2, "b", 2)
    assert stage.did("fail") == [("fail", "t", 2, "It is down")]
    assert stage.did("finish") == [("finish", "t", "It is down")]


async def test_a_piece_that_cannot_be_made_ends_its_output() -> None:
    """With the reason, and whether it is that of the making."""
    stage = Stage({"plan": LONG, "make": FilmstripError("It is broken"), "conclude": []})
    await stage.scripts.run_piece("t", "key", 1, 0, "a", 1)
    assert stage.did("fail") == [("fail", "t", 0, "It is broken", FilmstripError.is_of_making)]
    assert not stage.begun
    assert not stage.did("finish")


@pytest.mark.parametrize("script", ["output", "piece"])
async def test_what_cannot_be_made_in_pieces_is_begun_again(script: str) -> None:
    """As a whole, by the same identity whichever piece it was; the output does not fail."""
    stage = Stage({"plan": LONG, "choose": [], "make": FilmstripError("It is broken"), "give_up": True})
    if script == "output":
        await stage.scripts.run_output("t", "key", 4, 2)
    else:
        await stage.scripts.run_piece("t", "key", 4, 2, "b", 1)
    assert stage.begun == [(OUTPUT, {"t.2.5": ("t", "key", 5, 2)}, 0)]
    assert not stage.did("fail")
    assert not stage.did("conclude")


async def test_lost_pieces_are_looked_for_before_they_are_joined() -> None:
    """The output is begun again, which makes those that are not there."""
    joined = OutputPlan((*LONG.groups[:2], Group("c", ("3",), joins=("1", "2"))))
    stage = Stage({"plan": joined, "choose": [], "are_lost": True})
    await stage.scripts.run_output("t", "key", 4, 2)
    assert stage.begun == [(OUTPUT, {"t.2.5": ("t", "key", 5, 2)}, 0)]
    assert [each[0] for each in stage.done] == ["plan", "choose", "make", "make", "are_lost"]


CUT = OutputPlan(
    (
        Group("a", (".piece-1",), needs_all=False, is_scratch=True),
        Group("b", (".piece-2",), needs_all=False, is_scratch=True),
        Group("c", ("3",), joins=(".piece-1", ".piece-2")),
    )
)


async def test_videos_that_are_cut_alike_have_pieces_in_common() -> None:
    """One script makes a piece of all of them; those that are cut otherwise are made as ever."""
    stage = Stage({"plan": [CUT, CUT, CUT], "choose": ["a", "b"]})
    await stage.scripts.run_bundle("t", "key", 0, 2, 3)
    runs = {f"t.0.1.{name}.1": ("t", "key", 1, 0, name, 1, 2, 3) for name in "ab"}
    assert stage.begun == [(PIECE, runs, 0)]
    assert not stage.did("make_together")
    stage = Stage({"plan": [CUT, PLAN], "choose": ["a", "b"], "make_together": {}})
    await stage.scripts.run_bundle("t", "key", 0, 2)
    assert [name for name, _runs, _delay in stage.begun] == [OUTPUT, OUTPUT]


async def test_what_lacks_a_piece_that_others_have_makes_it_alone() -> None:
    """Whatever was the matter with it; an output whose last piece it was is begun again."""
    stage = Stage({"make_together": {"0": True, "3": False}})
    await stage.scripts.run_piece("t", "key", 1, 0, "a", 1, 2, 3)
    assert stage.begun == [
        (OUTPUT, {"t.0.2": ("t", "key", 2, 0)}, 0),
        (PIECE, {"t.2.1.a.2": ("t", "key", 1, 2, "a", 2)}, 0),
    ]
    stage = Stage({"make_together": FilmstripError("It is broken")})
    await stage.scripts.run_piece("t", "key", 1, 0, "a", 1, 2)
    assert [list(runs) for _name, runs, _delay in stage.begun] == [["t.0.1.a.2"], ["t.2.1.a.2"]]
    assert not stage.did("fail")
