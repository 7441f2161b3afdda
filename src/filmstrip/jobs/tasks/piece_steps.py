"""The steps of the pieces of a long output, which any workers make at the same time. Each may be done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from filmstrip.domain.errors import DestinationError, FilmstripError, HostNotAllowedError
from filmstrip.jobs.making.finished_in_thread import entered_in_thread
from filmstrip.jobs.tasks.output_steps import OutputSteps
from filmstrip.jobs.tasks.spreading import Spreading, is_piece_name
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.outputs._base import OutputPlan
from filmstrip.outputs._substitutes import count_substitutes


class PieceSteps:
    """The steps of pieces."""

    def __init__(self, around: Surroundings, output: OutputSteps) -> None:
        self._around = around
        self._database = around.database
        self._output = output
        self._spreading = Spreading(around)

    async def choose(self, token: str, index: int, plan: OutputPlan) -> list[str]:
        """Name the pieces that are to be made by scripts of their own; none if the output is made by one.

        It is written down: the number of workers may be another one when it is asked again.
        """
        await self.are_lost(token, index, plan)
        made = await asyncio.to_thread(self._database.artifacts.read_names, token, index)
        missing = [piece.name for piece in plan.pieces if not made >= set(piece.artifact_names)]
        return missing if len(missing) > 1 and await self._spreading.is_spread() else []

    async def make(self, token: str, index: int, plan: OutputPlan, name: str) -> bool:
        """Make a piece, unless its output has ended, and tell whether it was the last one.

        Of two that end at the same time, both may be. One that is not in the plan, as it is of
        a service with other settings, leaves its output to be made in one piece.
        """
        artifacts = self._database.artifacts
        piece = next((each for each in plan.pieces if each.name == name), None)
        if not await self._output.has_ended(token, index):
            if piece is None:
                await self.give_up(token, index, plan)
                return True
            before = count_substitutes(await asyncio.to_thread(artifacts.read_substitutes, token, index))
            made = await asyncio.to_thread(artifacts.read_names, token, index)
            done = len(made.difference(piece.artifact_names))
            await self._output.make(token, index, plan, piece, before, done=done)
        if await self._output.has_ended(token, index):
            # What removed the others may not have seen this one.
            await self._spreading.clear(token, index)
            return False
        return await self._are_made(token, index, plan)

    async def make_together(self, token: str, indexes: Sequence[int], name: str) -> dict[str, bool]:
        """Make a piece of several outputs, and tell of which it was made, and whether it was the last one of those."""
        plans: dict[int, OutputPlan] = {}
        for index in indexes:
            with suppress(FilmstripError):
                plan = await self._output.plan(token, index, True)
                if any(piece.name == name for piece in plan.pieces) and not await self._output.has_ended(token, index):
                    plans[index] = plan
        await self._output.make_pieces(token, plans, name)
        ends: dict[str, bool] = {}
        for index, plan in plans.items():
            made = await asyncio.to_thread(self._database.artifacts.read_names, token, index)
            piece = next(each for each in plan.pieces if each.name == name)
            if made >= set(piece.artifact_names) and not await self._output.has_ended(token, index):
                ends[str(index)] = await self._are_made(token, index, plan)
        return ends

    async def give_up(self, token: str, index: int, plan: OutputPlan, failure: FilmstripError | None = None) -> bool:
        """Let an output be made in one piece that could not be made in segments.

        Returns:
            Whether that may help: a client's destination refuses the one as it does the other.
        """
        if await self._output.has_ended(token, index):
            return False
        is_of_client = isinstance(failure, DestinationError | HostNotAllowedError)
        is_refused = is_of_client and await self._are_made(token, index, plan)
        return not is_refused and await self._spreading.give_up(token, index, plan)

    async def _are_made(self, token: str, index: int, plan: OutputPlan) -> bool:
        made = await asyncio.to_thread(self._database.artifacts.read_names, token, index)
        return all(made >= set(each.artifact_names) for each in plan.pieces)

    async def are_lost(self, token: str, index: int, plan: OutputPlan) -> bool:
        """Find out whether pieces are not where they were put, and forget those: they are made again.

        What is made of them needs them no more: they are removed before their output ends, and a crash may come then.
        """
        made = await asyncio.to_thread(self._database.artifacts.read_names, token, index)
        pieces = {name for name in made if is_piece_name(name)}
        if not pieces or all(made >= set(each.artifact_names) for each in plan.results):
            return False
        task = await self._around.task(token)
        async with entered_in_thread(self._spreading.scratch(task, token, index)) as scratch:
            lost = pieces - (await asyncio.to_thread(scratch.sizes)).keys()
        await asyncio.to_thread(self._database.cancellations.forget_artifacts, token, index, list(lost))
        return bool(lost)
