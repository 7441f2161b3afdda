"""The steps of the pieces of a long output, which any workers make at the same time. Each may be done twice."""

from __future__ import annotations

import asyncio

from filmstrip.jobs.tasks.output_steps import OutputSteps
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.outputs._base import OutputPlan
from filmstrip.outputs._substitutes import count_substitutes


class PieceSteps:
    """The steps of pieces."""

    def __init__(self, around: Surroundings, output: OutputSteps) -> None:
        self._around = around
        self._database = around.database
        self._output = output

    async def choose(self, token: str, index: int, plan: OutputPlan) -> list[str]:
        """Name the pieces that are to be made by scripts of their own; none if the output is made by one.

        It is written down: the number of workers may be another one when it is asked again.
        """
        made = await asyncio.to_thread(self._database.artifacts.read_names, token, index)
        missing = [piece.name for piece in plan.pieces if not made >= set(piece.artifact_names)]
        return missing if len(missing) > 1 and await self._is_spread() else []

    async def make(self, token: str, index: int, plan: OutputPlan, name: str) -> bool:
        """Make a piece, unless its output has ended, and tell whether it was the last one.

        Of two that end at the same time, both may be.
        """
        if await self._output.has_ended(token, index):
            return False
        artifacts = self._database.artifacts
        before = count_substitutes(await asyncio.to_thread(artifacts.read_substitutes, token, index))
        made = await asyncio.to_thread(artifacts.read_names, token, index)
        piece = next(each for each in plan.pieces if each.name == name)
        done = len(made.difference(piece.artifact_names))
        await self._output.make(token, index, plan, piece, before, done=done)
        made = await asyncio.to_thread(artifacts.read_names, token, index)
        return all(made >= set(each.artifact_names) for each in plan.pieces)

    async def _is_spread(self) -> bool:
        spread = self._around.settings.spread
        if spread != "fleet":
            return spread == "always"
        return self._database.is_shared and len(await asyncio.to_thread(self._database.executors.list_alive)) > 1
