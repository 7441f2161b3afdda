"""The life of a task, from its submission to its end, as one reads it from top to bottom.

A task is a script of the durable engine, and so is each of its outputs. What their steps do is in `task_steps` and
`output_steps`; here is only in which order, and what follows from a failure. No script waits for another one, or for
a host that does not answer: it ends, and what comes next is enqueued.

    run_task ──┬─> its only output, by itself
               ├─> run_bundle (outputs that take the same frames) ──┬─> run_output ─> … ─> the last one ends the task
               └────────────────────────────────────────────────────┘        └─> run_piece, if it is long (`run_pieces`)
    each of them, when a host does not answer ─> the same script once more, with a delay
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import TypeVar, cast

import structlog
from pydantic import TypeAdapter
from structlog.contextvars import bound_contextvars

from filmstrip.domain.errors import DatabaseAwayError, DiskFullError, FilmstripError
from filmstrip.jobs.making.portion_making import explained
from filmstrip.jobs.rules.allowances import short_seconds
from filmstrip.jobs.rules.turns import turn_of
from filmstrip.jobs.tasks.durable import Durable, Turn
from filmstrip.jobs.tasks.outages import OutageError, Outages, outage_of
from filmstrip.jobs.tasks.output_steps import OutputSteps
from filmstrip.jobs.tasks.piece_steps import PieceSteps
from filmstrip.jobs.tasks.script_names import BUNDLE, OUTPUT, PIECE, TASK, output_run, piece_run, task_run
from filmstrip.jobs.tasks.task_steps import TaskSteps
from filmstrip.outputs._base import OutputPlan

T = TypeVar("T")
_log = structlog.get_logger()
_plans: TypeAdapter[OutputPlan] = TypeAdapter(OutputPlan)
_LEAST_PIECES = 2
_MAY_SPREAD = "may_spread"
"""Is in the journal's plans since a plan is followed by the step that spreads it."""


class RunTask:
    """The scripts."""

    def __init__(
        self,
        durable: Durable,
        task: TaskSteps,
        output: OutputSteps,
        pieces: PieceSteps,
        outages: Outages,
        work_seconds: float,
    ) -> None:
        """Join the parts.

        Args:
            durable: Runs the scripts.
            task: Steps of a task as a whole.
            output: Steps of one output.
            pieces: Steps of pieces of long outputs.
            outages: Decides how long hosts are waited for that do not answer.
            work_seconds: How long a step may take at most that makes or copies something, however much it is.
        """
        self._durable = durable
        self._task = task
        self._output = output
        self._pieces = pieces
        self._outages = outages
        self._work_seconds = work_seconds

    async def run_task(self, token: str, key: str, run: int) -> None:
        """Fetch and probe the source, and begin each output."""
        with bound_contextvars(task_token=token):
            alone: int | None = None
            async with self._task.open(token, key) as opened:
                try:
                    state = await self._work("fetch", self._task.fetch, token)
                    await self._work("probe", self._task.probe, token, state)
                    bundles = await self._repeatable("choose", self._task.choose_outputs, token)
                    alone = _alone(bundles) if self._durable.takes(OUTPUT) else None
                    if alone is None:
                        await self._begin(token, key, bundles)
                    opened.has_outputs = bool(bundles)
                    error = None if bundles else await self._conclude(token)
                except OutageError as outage:
                    delay_seconds = await self._wait(token, None, outage)
                    if delay_seconds is not None:
                        again = {task_run(token, run + 1): (token, key, run + 1)}
                        await self._durable.begin(TASK, again, key, await self._turn(token), delay_seconds)
                        return
                    error = [str(outage)]
                except FilmstripError as failure:
                    error = [str(failure)]
                if error:
                    await self._repeatable("finish", self._task.finish, token, error[0])
                    return
            if alone is not None:
                # A script of its own would be begun, found in the queue and written down for nothing.
                await self.run_output(token, key, 1, alone)

    async def run_bundle(self, token: str, key: str, *indexes: int) -> None:
        """Make what several outputs can make together, then let each go its own way; none fails here."""
        with bound_contextvars(task_token=token):
            plans: dict[int, OutputPlan] = {}
            outages: dict[str, dict[str, str]] = {}
            # Each is tried alone afterwards: one that is innocent does not fail with the others.
            for index in indexes:
                with suppress(FilmstripError):
                    plans[index] = _plans.validate_python(await self._step("plan", self._plan, token, index))
            if await self._spread_together(token, key, plans):
                return
            if len(plans) > 1:
                with suppress(FilmstripError, OutageError):
                    outages = await self._work("make together", self._make_together, token, plans)
            for index in indexes:
                delay_seconds: float | None = 0.0
                if (told := outages.get(str(index))) is not None:
                    with suppress(FilmstripError):
                        delay_seconds = await self._wait(token, index, OutageError(told["outage"], told["host"]))
                await self._again(token, key, 1, index, delay_seconds or 0.0)

    async def run_output(self, token: str, key: str, run: int, index: int) -> None:
        """Plan an output and make it, group by group; the last output of a task ends the task. A failure is its own."""
        with bound_contextvars(task_token=token):
            with bound_contextvars(output_index=index):
                plan: OutputPlan | None = None
                try:
                    kept = await self._step("plan", self._plan, token, index)
                    plan = _plans.validate_python(kept)
                    # What an older version has begun goes on with the steps that are in its journal.
                    if _MAY_SPREAD in kept and await self._spread(token, key, run, index, plan):
                        return
                    substitutes = 0
                    for group in plan.groups:
                        if group.joins and await self._lack_pieces(token, index, plan):
                            await self._again(token, key, run + 1, index, 0.0)
                            return
                        made = (token, index, plan, group, substitutes)
                        # A step that an older version wrote down tells none.
                        substitutes += await self._work(f"make {group.name}", self._output.make, *made) or 0
                    await self._repeatable("describe", self._output.describe, token, index, plan)
                except OutageError as outage:
                    delay_seconds = await self._wait(token, index, outage)
                    if delay_seconds is not None:
                        await self._again(token, key, run + 1, index, delay_seconds)
                    else:
                        await self._repeatable("fail", self._output.fail, token, index, str(outage))
                except FilmstripError as failure:
                    if await self._gave_up(token, key, run, index, plan, failure):
                        return
                    told = (token, index, str(failure), failure.is_of_making)
                    await self._repeatable("fail", self._output.fail, *told)
            await self._end(token)

    async def _gave_up(
        self, token: str, key: str, run: int, index: int, plan: OutputPlan | None, failure: FilmstripError
    ) -> bool:
        """Begin an output again in one piece, if it could not be made in segments: that shows what is the matter."""
        if plan is None or not await self._repeatable("give up", self._pieces.give_up, token, index, plan, failure):
            return False
        _log.warning("made_in_one_piece", reason=str(failure))
        await self._again(token, key, run + 1, index, 0.0)
        return True

    async def _spread(self, token: str, key: str, run: int, index: int, plan: OutputPlan) -> bool:
        """Begin a script for each piece of a long output, the last of which begins the output's own again."""
        if len(plan.pieces) < _LEAST_PIECES:
            return False
        names = await self._step("spread", self._pieces.choose, token, index, plan)
        runs = {piece_run(token, index, run, name, 1): (token, key, run, index, name, 1) for name in names}
        if runs:
            await self._durable.begin(PIECE, runs, key, await self._turn(token))
        return bool(runs)

    async def _spread_together(self, token: str, key: str, plans: Mapping[int, OutputPlan]) -> bool:
        """Begin a script for each piece that several long videos have in common, which is made of one decode."""
        cuts = {tuple(piece.name for piece in plan.pieces if piece.is_scratch) for plan in plans.values()}
        if len(plans) < _LEAST_PIECES or len(cuts) != 1 or len(next(iter(cuts))) < _LEAST_PIECES:
            return False
        first, *others = plans
        names = await self._step("spread", self._pieces.choose, token, first, plans[first])
        runs: dict[str, tuple[str | int, ...]] = {
            piece_run(token, first, 1, name, 1): (token, key, 1, first, name, 1, *others) for name in names
        }
        if runs:
            await self._durable.begin(PIECE, runs, key, await self._turn(token))
        return bool(runs)

    async def _lack_pieces(self, token: str, index: int, plan: OutputPlan) -> bool:
        """Look whether all pieces are there that are to be joined."""
        return await self._repeatable("look", self._pieces.are_lost, token, index, plan)

    async def _end(self, token: str) -> None:
        """End the task, if nothing is left of it."""
        error = await self._conclude(token)
        if error:
            await self._repeatable("finish", self._task.finish, token, error[0])

    async def _conclude(self, token: str) -> list[str | None]:
        try:
            return await self._repeatable("conclude", self._task.conclude, token)
        except FilmstripError as failure:
            return [str(failure)]

    async def _begin(self, token: str, key: str, bundles: list[list[int]]) -> None:
        together = [bundle for bundle in bundles if len(bundle) > 1]
        alone = [bundle[0] for bundle in bundles if len(bundle) == 1]
        turn, share = await self._turn(token), await self._share(token, key)
        bundle_runs: dict[str, tuple[str | int, ...]] = {f"{token}.b{b[0]}": (token, key, *b) for b in together}
        output_runs = {output_run(token, i, 1): (token, key, 1, i) for i in alone}
        await self._durable.begin(BUNDLE, bundle_runs, share, turn)
        await self._durable.begin(OUTPUT, output_runs, share, lambda place: turn(len(together) + place))

    async def _again(self, token: str, key: str, run: int, index: int, delay_seconds: float) -> None:
        runs = {output_run(token, index, run): (token, key, run, index)}
        share = await self._share(token, key)
        await self._durable.begin(OUTPUT, runs, share, await self._turn(token), delay_seconds)

    async def _share(self, token: str, key: str) -> str:
        """Return what the outputs of a task count to; a machine that has a copy of their source takes them first."""
        if not self._durable.takes(OUTPUT):
            return key  # its copy is of no use to others, who would leave them to it for a while
        return await self._repeatable("share", self._task.share, token, key)

    async def _turn(self, token: str) -> Turn:
        """Return when the scripts of a task have their turn, by how many of them go before."""
        priority = await self._repeatable("priority", self._task.priority, token)
        return partial(turn_of, priority)

    async def _wait(self, token: str, index: int | None, outage: OutageError) -> float | None:
        _log.warning("outage", reason=str(outage), output_index=index)
        return await self._step("wait", self._outages.wait_for, token, index, outage)

    async def _plan(self, token: str, index: int) -> dict[str, object]:
        plan = await self._output.plan(token, index)
        return {**_plans.dump_python(plan, mode="json"), _MAY_SPREAD: True}

    async def _make_together(self, token: str, plans: dict[int, OutputPlan]) -> dict[str, dict[str, str]]:
        failures = await self._output.make_together(token, plans)
        return {str(index): outage_of(failure) for index, failure in failures.items()}

    async def _work(self, name: str, work: Callable[..., Awaitable[T]], *arguments: object) -> T:
        """Do what makes or copies something: it gets more time when it knows how much that is (`allowances`)."""
        return await self._step(name, work, *arguments, most_seconds=self._work_seconds)

    async def _repeatable(self, name: str, work: Callable[..., Awaitable[T]], *arguments: object) -> T:
        """Do what is short and comes out the same when it is done again: the journal need not know it."""
        return await self._step(name, work, *arguments, is_kept=False)

    async def _step(
        self,
        name: str,
        work: Callable[..., Awaitable[T]],
        *arguments: object,
        most_seconds: float | None = None,
        is_kept: bool = True,
    ) -> T:
        seconds = short_seconds(_file_count(arguments))
        told = partial(_told, work, *arguments)
        result = await self._durable.step(name, told, seconds, most_seconds=most_seconds, is_kept=is_kept)
        if isinstance(result, dict) and result.keys() == {"outage", "host"}:
            raise OutageError(result["outage"], result["host"])
        return cast(T, result)


def _alone(bundles: list[list[int]]) -> int | None:
    """Return the only output that is made, None if there are several or none."""
    return bundles[0][0] if len(bundles) == 1 and len(bundles[0]) == 1 else None


def _file_count(arguments: Iterable[object]) -> int:
    """Count the files of the outputs that a step is about."""
    plans = [each for each in arguments if isinstance(each, OutputPlan)]
    return sum(len(group.artifact_names) for plan in plans for group in plan.groups)


async def _told(work: Callable[..., Awaitable[T]], *arguments: object) -> T | dict[str, str]:
    """Do something; an outage is a result, and an error that is none of ours is for the log and has our sentence."""
    try:
        return await work(*arguments)
    except FilmstripError as error:
        for note in getattr(error, "__notes__", ()):
            _log.warning("media_process_said", stderr=note)
        if isinstance(error, DatabaseAwayError):
            raise  # no host of the client's: the step is done again
        if error.is_retryable or isinstance(error, DiskFullError):
            return outage_of(error)
        _log.warning("step_failed", kind=type(error).__name__, error=str(error))
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError):
        raise
    except BaseException as error:  # noqa: BLE001 - native code panics by what is no Exception; it ends this alone
        raise explained(error) from None
