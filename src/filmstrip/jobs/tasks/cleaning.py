"""Removes what a cancelled task has put at its destinations: the files that were written down, and what was on its way.

It may be done twice, and by several processes at once. What cannot be reached is tried again for as long as a host is
waited for that has answered before; what may not be removed stays, and a warning of the task says so.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import islice

import structlog

from filmstrip.db.cancellations import Unclean
from filmstrip.db.database import Database, utc_now
from filmstrip.db.task_records import Source
from filmstrip.domain.artifact import MediaKind, Warned
from filmstrip.domain.errors import (
    DatabaseAwayError,
    DestinationForbiddenError,
    DestinationRefusedError,
    FilmstripError,
)
from filmstrip.jobs.making.destinations import open_stores
from filmstrip.jobs.making.portion_making import explained
from filmstrip.jobs.making.scratch_places import clear_pieces
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.lending import lender_for
from filmstrip.jobs.tasks.work_folders import WorkFolders
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query
from filmstrip.storage._base import Dates, Deletes, Store, TakesBack
from filmstrip.storage.settings import StorageSettings

_AT_ONCE = 8
_LEAST_PAUSE_SECONDS = 1.0
_LATE_SECONDS = 2.0
_MOST_SECONDS = 5.0
"""How long one look at all tasks may go on before it begins with another one."""

_MOST_LISTED = 200_000
_log = structlog.get_logger()


class Cleaning:
    """Removes what cancelled tasks have put."""

    def __init__(
        self,
        database: Database,
        settings: JobSettings,
        storage: StorageSettings,
        folders: WorkFolders,
        parse: Callable[[str], Query[Output]],
    ) -> None:
        """Prepare it.

        Args:
            database: Knows the tasks.
            settings: How long hosts are waited for.
            storage: Which places may be used.
            folders: Where tasks work.
            parse: Parses the text of a query.
        """
        self._database = database
        self._settings = settings
        self._storage = storage
        self._folders = folders
        self._parse = parse

    def clean_all(self) -> None:
        """Remove what there is to remove now of tasks, until they took long enough; blocking.

        Hosts that do not answer must not keep whoever calls from all else: the next call does the rest.
        """
        ends_at = time.monotonic() + _MOST_SECONDS
        for token in self._database.cancellations.unclean_tasks():
            self.clean(token)
            if time.monotonic() >= ends_at:
                break

    def clean(self, token: str) -> None:
        """Remove what there is to remove of a task, if it was cancelled; blocking."""
        unclean = self._database.cancellations.read_unclean(token)
        if unclean is None:
            if not self._database.cancellations.is_clean(token):
                # It arrived when everything was done, and what it takes to remove it was forgotten.
                self._give_up(token, "It arrived too late: the query of the task was forgotten already")
            return
        try:
            count = self._remove(token, unclean)
        except DatabaseAwayError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep others from being cleaned
            self._note_failure(token, unclean, error if isinstance(error, FilmstripError) else explained(error))
            return
        self._database.cancellations.end_cleaning(token)
        _log.info("cancelled_task_cleaned", task_token=token, files=count)

    def _remove(self, token: str, unclean: Unclean) -> int:
        """Remove what there is of each output; one that cannot be cleaned keeps no other from it."""
        query, source = self._parse(unclean.query), self._database.tasks.read_source(token)
        lender = lender_for(self._database, self._storage, unclean.key_id)
        count, failures = 0, list[FilmstripError]()
        for index, output in enumerate(query.formats):
            puts = [put.artifact for put in self._database.artifacts.read_artifacts(token, index)]
            recorded = [each.name for each in puts if not each.is_scratch]
            planned = set() if source is None else _planned(output, source, upscale=query.upscale)
            try:
                if output.kind is MediaKind.VIDEO:
                    clear_pieces(self._storage, self._settings, token, index, unclean.begins_at)
                with open_stores(output, self._storage, token, index, unclean.begins_at, lender) as stores:
                    names = [{*recorded, *self._copied(token, index, number)} for number in range(len(stores))]
                    failed = _clear_all(stores, names, planned, unclean)
            except FilmstripError as error:
                failed = [error]
            failures += failed
            if not failed:
                self._database.cancellations.forget_artifacts(token, index, [each.name for each in puts])
                count += len(recorded)
        if failures:
            # What may work later is tried later, whatever else there is.
            raise next((failure for failure in failures if failure.is_retryable), failures[0])
        return count

    def _copied(self, token: str, index: int, number: int) -> Collection[str]:
        """Name the files that are at one of several destinations, as this machine knows it, and not at all."""
        copies: defaultdict[int, set[str]] = defaultdict(set)
        with suppress(FileNotFoundError, ValueError):
            for line in self._folders.copies_of(token, index).read_text(encoding="utf-8").splitlines():
                name, *_identity, place = json.loads(line)
                copies[place].add(name)
        return copies[number]

    def _note_failure(self, token: str, unclean: Unclean, error: FilmstripError) -> None:
        waited = utc_now() - unclean.cancelled_at
        _log.warning("cancelled_task_not_cleaned", task_token=token, reason=str(error))
        if error.is_retryable and waited.total_seconds() < self._settings.outage_seconds:
            pause = max(timedelta(seconds=_LEAST_PAUSE_SECONDS), waited / 2)
            self._database.cancellations.postpone_cleaning(token, utc_now() + pause)
            return
        self._give_up(token, str(error))

    def _give_up(self, token: str, reason: str) -> None:
        told = Warned("Not all files that the cancelled task had put could be removed", reason)
        self._database.tasks.add_warnings(token, [told])
        self._database.cancellations.postpone_cleaning(token, None)


def _clear_all(
    stores: Sequence[Store], names: Sequence[Collection[str]], planned: Collection[str], unclean: Unclean
) -> list[FilmstripError]:
    """Remove files from each store, and return what went wrong."""
    failures = []
    for store, known in zip(stores, names, strict=True):
        try:
            _clear(store, known, planned, unclean)
        except FilmstripError as error:
            failures.append(error)
    return failures


def _clear(store: Store, known: Collection[str], planned: Collection[str], unclean: Unclean) -> None:
    with ThreadPoolExecutor(_AT_ONCE, "cleaning") as threads:
        list(threads.map(partial(_delete, store), {*known, *_unrecorded(store, planned, unclean)}))
    _take_back(store, unclean)


def _delete(store: Store, name: str) -> None:
    if isinstance(store, Deletes):
        store.delete(name)


def _planned(output: Output, source: Source, *, upscale: bool) -> set[str]:
    try:
        plan = output.plan(source.info, upscale=upscale)
    except FilmstripError:
        return set()  # then nothing was made of it
    return {name for group in plan.groups for name in group.artifact_names}


def _unrecorded(store: Store, planned: Collection[str], unclean: Unclean) -> list[str]:
    """Name what was put by a process that was killed before it wrote that down; many keys may put, and not list."""
    if not isinstance(store, Dates) or not planned:
        return []
    until = unclean.cancelled_at + timedelta(seconds=_LATE_SECONDS)
    with suppress(DestinationForbiddenError, DestinationRefusedError):
        return [name for name in islice(store.names_put(unclean.begins_at, until), _MOST_LISTED) if name in planned]
    return []


def _take_back(store: Store, unclean: Unclean) -> None:
    """Take back what was on its way when a process was killed; many keys may put, and not list what is under way."""
    if isinstance(store, TakesBack):
        with suppress(FilmstripError):
            store.take_back(unclean.begins_at)
