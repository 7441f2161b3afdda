"""The life of a piece of a long output: one of several groups that are made at the same time, on any workers.

    run_output ──┬─> run_piece ──┐
                 ├─> run_piece ──┼─> the last one ─> run_output, which makes what needs all of them, and ends
                 └─> run_piece ──┘

A piece that is lost is repeated alone. One that cannot be made ends its output; the others then end as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from structlog.contextvars import bound_contextvars

from filmstrip.domain.errors import FilmstripError
from filmstrip.jobs.tasks.outages import OutageError
from filmstrip.jobs.tasks.run_task import RunTask
from filmstrip.jobs.tasks.script_names import PIECE, piece_run
from filmstrip.outputs._base import OutputPlan


class RunPieces(RunTask):
    """All scripts of tasks, those of pieces among them."""

    async def run_piece(
        self, token: str, key: str, output_run: int, index: int, name: str, run: int, *others: int
    ) -> None:
        """Make one piece of an output, and begin that output's script again if it was the last one.

        Args:
            token: The task.
            key: Whose share it counts to.
            output_run: Which run of the output's script began it.
            index: The output.
            name: The piece.
            run: Which run of this script it is.
            others: Indexes of outputs of which the same piece is made of the same decode.
        """
        if others:
            await self._run_together(token, key, output_run, name, run, [index, *others])
            return
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

    async def _run_together(
        self, token: str, key: str, output_run: int, name: str, run: int, indexes: Sequence[int]
    ) -> None:
        """Make a piece of several outputs; what one of them lacks then is left to a script of its own."""
        with bound_contextvars(task_token=token):
            ends: dict[str, bool] = {}
            with suppress(FilmstripError, OutageError):
                ends = await self._work(f"make {name}", self._pieces.make_together, token, indexes, name)
            for index in indexes:
                if ends.get(str(index)):
                    await self._again(token, key, output_run + 1, index, 0.0)
                elif str(index) not in ends:
                    alone = piece_run(token, index, output_run, name, run + 1)
                    arguments = (token, key, output_run, index, name, run + 1)
                    await self._durable.begin(PIECE, {alone: arguments}, key, await self._turn(token))
