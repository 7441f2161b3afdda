"""The life of a task, from its submission to its end, as one reads it from top to bottom.

A task is a script of the durable engine, and so is each of its outputs, or several that are made together. What their
steps do is in `task_steps` and `output_steps`; here is only in which order, and what follows from a failure.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import structlog
from pydantic import TypeAdapter
from structlog.contextvars import bound_contextvars

from filmstrip.domain.errors import FilmstripError
from filmstrip.jobs.durable import Durable
from filmstrip.jobs.output_steps import OutputSteps
from filmstrip.jobs.task_steps import TaskSteps
from filmstrip.outputs._base import OutputPlan

TASK, OUTPUT = "task", "output"
"""Names of the scripts. They are in the database as long as a task runs."""

T = TypeVar("T")
_log = structlog.get_logger()
_plans: TypeAdapter[OutputPlan] = TypeAdapter(OutputPlan)


class RunTask:
    """The scripts."""

    def __init__(self, durable: Durable, task: TaskSteps, output: OutputSteps) -> None:
        self._durable = durable
        self._task = task
        self._output = output

    async def run_task(self, token: str) -> None:
        """Fetch and probe the source, make each output, end the task."""
        with bound_contextvars(task_token=token):
            try:
                state = await self._step("fetch", self._task.fetch, token)
                await self._step("probe", self._task.probe, token, state)
                bundles = _bundles(await self._step("choose", self._task.choose_outputs, token))
                runs = {f"{token}:{bundle[0]}": bundle for bundle in bundles}
                over = await self._durable.run_all(OUTPUT, {name: (token, *bundle) for name, bundle in runs.items()})
                given_up = [index for name in over for index in runs[name]]
                error = await self._step("conclude", self._task.conclude, token, given_up)
            except FilmstripError as failure:
                error = str(failure)
            await self._step("finish", self._task.finish, token, error)

    async def run_outputs(self, token: str, *indexes: int) -> None:
        """Plan outputs, make what they can make together, then of each the rest. A failure is its own alone."""
        plans: dict[int, OutputPlan] = {}
        for index in indexes:
            async with self._failing_alone(token, index):
                plans[index] = _plans.validate_python(await self._step("plan", self._plan, token, index))
        together = await self._make_together(token, plans) if len(plans) > 1 else []
        for index, plan in plans.items():
            async with self._failing_alone(token, index):
                for group in plan.groups:
                    if not (group.is_joinable and index in together):
                        await self._step(f"make {group.name}", self._output.make, token, index, plan, group)
                await self._step("describe", self._output.describe, token, index, plan)

    async def _make_together(self, token: str, plans: Mapping[int, OutputPlan]) -> list[int]:
        with bound_contextvars(task_token=token):
            try:
                return await self._step("make together", self._output.make_together, token, plans)
            except FilmstripError:
                return []  # each is tried alone then: one that is innocent does not fail with the others

    @asynccontextmanager
    async def _failing_alone(self, token: str, index: int) -> AsyncIterator[None]:
        with bound_contextvars(task_token=token, output_index=index):
            try:
                yield
            except FilmstripError as failure:
                await self._step("fail", self._output.fail, token, index, str(failure))

    async def _plan(self, token: str, index: int) -> object:
        return _plans.dump_python(await self._output.plan(token, index), mode="json")

    async def _step(self, name: str, work: Callable[..., Awaitable[T]], *arguments: object) -> T:
        return await self._durable.step(name, partial(_explained, work, *arguments))


def _bundles(chosen: list[list[int]] | list[int]) -> list[list[int]]:
    """Read which outputs are made together; before there were bundles, indexes alone were written down."""
    return [[each] if isinstance(each, int) else each for each in chosen]


async def _explained(work: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """Do something; an error that is none of ours is for the log, and its sentence for the client says so."""
    try:
        return await work(*arguments)
    except FilmstripError as error:
        for note in getattr(error, "__notes__", ()):
            _log.warning("media_process_said", stderr=note)
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends this task or output alone
        _log.exception("internal_error")
        raise FilmstripError(f"An internal error of the service ended this ({type(error).__name__})") from None
