"""The life of a piece of a long output: one of several groups that are made at the same time, on any workers.

    run_output ──┬─> run_piece ──┐
                 ├─> run_piece ──┼─> the last one ─> run_output, which makes what needs all of them, and ends
                 └─> run_piece ──┘

A piece that is lost is repeated alone. One that cannot be made ends its output; the others then end as well.
"""

from __future__ import annotations

from structlog.contextvars import bound_contextvars

from filmstrip.domain.errors import FilmstripError
from filmstrip.jobs.tasks.outages import OutageError
from filmstrip.jobs.tasks.run_task import RunTask
from filmstrip.jobs.tasks.script_names import PIECE, piece_run
from filmstrip.outputs._base import OutputPlan


class RunPieces(RunTask):
    """All scripts of tasks, those of pieces among them."""

    async def run_piece(self, token: str, key: str, output_run: int, index: int, name: str, run: int) -> None:
        """Make one piece of an output, and begin that output's script again if it was the last one."""
        with bound_contextvars(task_token=token, output_index=index):
            plan: OutputPlan | None = None
            try:
                # Not kept: each piece would write down the names of all.
                plan = await self._repeatable("plan", self._output.plan, token, index, True)
                if await self._work(f"make {name}", self._pieces.make, token, index, plan, name):
                    await self._again(token, key, output_run + 1, index, 0.0)
            except OutageError as outage:
                delay_seconds = await self._wait(token, index, outage)
                if delay_seconds is not None:
                    again = piece_run(token, index, output_run, name, run + 1)
                    arguments = (token, key, output_run, index, name, run + 1)
                    await self._durable.begin(PIECE, {again: arguments}, key, await self._turn(token), delay_seconds)
                    return
                await self._repeatable("fail", self._output.fail, token, index, str(outage))
            except FilmstripError as failure:
                if await self._gave_up(token, key, output_run, index, plan, failure):
                    return
                told = (token, index, str(failure), failure.is_of_making)
                await self._repeatable("fail", self._output.fail, *told)
            else:
                return
        await self._end(token)
