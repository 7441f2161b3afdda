"""Decides when a long output is made in pieces by several scripts, and where those lie that are no results."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial

import structlog

from filmstrip.db.task_records import PutArtifact
from filmstrip.domain.artifact import SCRATCH_PREFIX, Artifact, MediaKind
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.jobs.making.scratch_places import clear_pieces, open_pieces
from filmstrip.jobs.tasks.known_tasks import KnownTask
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.outputs._base import Output, OutputPlan
from filmstrip.storage.own.scratch import Scratch

_WHOLE = f"{SCRATCH_PREFIX}whole"
"""Stands among the files of an output that is made in one piece, as its pieces could not be used."""

_log = structlog.get_logger()


class Spreading:
    """Decides it, task by task."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._database = around.database

    @property
    def may_be_spread(self) -> bool:
        """Whether pieces are made by scripts of their own as soon as there are workers enough."""
        spread = self._around.settings.spread
        return self._database.is_shared if spread == "fleet" else spread == "always"

    async def is_spread(self) -> bool:
        """Check whether pieces are made by scripts of their own now."""
        if not self.may_be_spread or self._around.settings.spread != "fleet":
            return self.may_be_spread
        return len(await asyncio.to_thread(self._database.executors.list_alive)) > 1

    def segments_of(self, output: Output, info: MediaInfo, *, upscale: bool) -> OutputPlan | None:
        """Plan an output in segments; None if it is not made so here, or cannot be made at all."""
        seconds = Fraction(self._around.settings.segment_seconds)
        # Without a place that all of them reach, no worker gets at what another one has made.
        if not seconds or (self._database.is_shared and self._around.storage.temporary_url is None):
            return None
        try:
            return output.plan_in_segments(info, seconds, upscale=upscale)
        except FilmstripError:
            return None  # planned in one piece, it says so

    async def is_cut(self, token: str, index: int, *, is_piece: bool) -> bool:
        """Check whether an output that can be made in segments is made so.

        Args:
            token: The task.
            index: The output.
            is_piece: Whether it is asked for a piece, so that it was decided before.
        """
        names = await asyncio.to_thread(self._database.artifacts.read_names, token, index)
        if _WHOLE in names:
            return False
        return is_piece or any(map(is_piece_name, names)) or await self.is_spread()

    async def give_up(self, token: str, index: int, plan: OutputPlan) -> bool:
        """Let an output that could not be made in segments be made in one piece; return whether that is possible."""
        if plan.results == plan.groups:
            return False
        mark = PutArtifact("whole", Artifact(_WHOLE, "", 0))
        await asyncio.to_thread(self._database.artifacts.record_artifacts, token, index, [mark])
        return True

    @contextmanager
    def scratch(self, task: KnownTask, token: str, index: int) -> Iterator[Scratch]:
        """Open the place of the pieces of an output until the end of the block; blocking.

        Raises:
            CredentialsError: What signs for it cannot be read.
            TokenNotFoundError: The task is final.
        """
        around = self._around
        folder = around.folders.of_output(token, index)
        with open_pieces(around.storage, around.settings, token, index, task.begins_at, folder) as scratch:
            yield scratch

    async def clear(self, token: str, index: int) -> None:
        """Remove the pieces of an output that is over. Where that is not possible, they go when they expire."""
        around = self._around
        if around.storage.temporary_url is None:
            return
        try:
            task = await around.task(token)
            if task.query.formats[index].kind is MediaKind.VIDEO:
                remove = partial(clear_pieces, around.storage, around.settings, token, index, task.begins_at)
                await asyncio.to_thread(remove)
        except FilmstripError as error:
            _log.warning("pieces_not_removed", reason=str(error))


def is_piece_name(name: str) -> bool:
    """Check whether a file of an output is one that it is made of."""
    return name.startswith(SCRATCH_PREFIX) and name != _WHOLE
