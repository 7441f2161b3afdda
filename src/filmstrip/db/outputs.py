"""How far an output is: its row, and a row for each file that is at its destinations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, bindparam, cast, delete, func, select, update

from filmstrip.db.backends._base import Backend
from filmstrip.db.callback_records import ERROR, SAVED, NewEvent
from filmstrip.db.callbacks import CallbackRows
from filmstrip.db.cancellations import note_arrival
from filmstrip.db.event_records import OUTPUT_BEGUN, OUTPUT_ENDED, OUTPUT_FAILED, TaskEvent
from filmstrip.db.events import EventRows
from filmstrip.db.holding import hold_task
from filmstrip.db.portions import portions
from filmstrip.db.tables import artifact, output
from filmstrip.db.task_records import PutArtifact
from filmstrip.db.tasks import advance_task
from filmstrip.db.transactions import Transactions, repeated
from filmstrip.domain.artifact import Artifact, Location, OutputResult
from filmstrip.domain.task import TaskStatus, may_follow

_SUBSTITUTE = '"is_substitute":true'


class OutputRows:
    """Outputs."""

    def __init__(self, transactions: Transactions, callbacks: CallbackRows, events: EventRows) -> None:
        """Prepare them.

        Args:
            transactions: Those of the database.
            callbacks: Keep what happens to outputs until their receivers were told.
            events: Keep what happens to outputs.
        """
        self._events = events
        self._transactions = transactions
        self._callbacks = callbacks

    @repeated
    def advance_outputs(self, token: str, indexes: Collection[int], status: TaskStatus) -> None:
        """Say which state outputs are in now, and their task with them; a step back is ignored."""
        before = [state for state in TaskStatus if state is not status and may_follow(state, status)]
        here = and_(output.c.task_token == token, output.c.output_index.in_(indexes), output.c.status.in_(before))
        with self._transactions.noting() as connection:
            hold_task(connection, token)
            advancing = update(output).where(here).values(status=status).returning(output.c.output_index)
            advanced = connection.execute(advancing).scalars().all()
            if status is TaskStatus.ENCODING:
                self._events.note(connection, token, *(TaskEvent(OUTPUT_BEGUN, index) for index in advanced))
            _let_task_follow(connection, token)

    @repeated
    def drop_outputs(self, token: str, indexes: Collection[int]) -> None:
        """Take outputs out of a task, as if they had not been asked for."""
        here = and_(output.c.task_token == token, output.c.output_index.in_(indexes))
        if indexes:
            with self._transactions.noting() as connection:
                connection.execute(delete(output).where(here))

    def record_progress(self, fractions: Mapping[tuple[str, int], float]) -> None:
        """Keep how far outputs are, by token and index; in one transaction."""
        here = and_(output.c.task_token == bindparam("of_token"), output.c.output_index == bindparam("of_index"))
        rows = [{"of_token": t, "of_index": i, "now": min(1.0, max(0.0, p))} for (t, i), p in fractions.items()]
        forward = and_(here, output.c.status != TaskStatus.COMPLETED, output.c.progress < bindparam("now"))
        with self._transactions.noting() as connection:
            connection.execute(update(output).where(forward).values(progress=bindparam("now")), rows)

    @repeated
    def finish_output(self, token: str, index: int, result: OutputResult, locations: tuple[Location, ...]) -> None:
        """End an output that was made."""
        self._end(token, index, {"result": result, "locations": locations, "progress": 1.0})

    @repeated
    def fail_output(self, token: str, index: int, error: str, *, in_making: bool = False) -> None:
        """End an output that could not be made, with the reason, and whether that is neither source nor destination."""
        self._end(token, index, {"error": error, "failed_in_making": in_making})

    def _end(self, token: str, index: int, values: Mapping[str, object]) -> None:
        still_open = and_(_is(token, index), output.c.status != TaskStatus.COMPLETED)
        final = {"status": TaskStatus.COMPLETED, "finished_at": self._transactions.now(), "outage": None, **values}
        with self._transactions.writing() as connection:
            hold_task(connection, token)
            ending = update(output).where(still_open).values(final)
            ended = connection.execute(ending.returning(output.c.error, output.c.tag, output.c.user_tag)).first()
            _let_task_follow(connection, token)
            if ended is not None:
                told = TaskEvent(OUTPUT_ENDED if ended.error is None else OUTPUT_FAILED, index, ended.error)
                self._events.note(connection, token, told)
                self._callbacks.note(connection, token, NewEvent(SAVED if ended.error is None else ERROR, *ended))


_KEY = (artifact.c.task_token, artifact.c.output_index, artifact.c.name)
_earlier = artifact.alias("earlier")
_VALUES = {
    "task_token": bindparam("of_token"),
    "output_index": bindparam("of_index"),
    "name": bindparam("of_name"),
    "group_name": bindparam("of_group"),
    "artifact": bindparam("of_artifact", type_=artifact.c.artifact.type),
    "position": select(func.coalesce(func.max(_earlier.c.position) + 1, 0))
    .where(_earlier.c.task_token == bindparam("of_token"), _earlier.c.output_index == bindparam("of_index"))
    .scalar_subquery(),
}


def _recording(backend: Backend) -> Any:
    new = backend.insert(artifact).values(_VALUES)
    replaced = {name: new.excluded[name] for name in ("group_name", "artifact", "position")}
    return new.on_conflict_do_update(index_elements=_KEY, set_=replaced)


class ArtifactRows:
    """Artifacts."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        # Built once: with small outputs that costs as much as SQLite does.
        self._recording = _recording(transactions.backend)

    @repeated
    def record_artifacts(self, token: str, index: int, puts: Sequence[PutArtifact]) -> None:
        """Keep that files are at all destinations of their output, so that they are never made again.

        Those of a task that was cancelled meanwhile are removed.
        """
        rows = [
            {
                "of_token": token,
                "of_index": index,
                "of_name": put.artifact.name,
                "of_group": put.group_name,
                "of_artifact": put.artifact,
            }
            for put in puts
        ]
        with self._transactions.noting() as connection:
            hold_task(connection, token)
            connection.execute(self._recording, rows)
            note_arrival(connection, token, self._transactions.now())

    @repeated
    def read_artifacts(self, token: str, index: int, names: Sequence[str] | None = None) -> tuple[PutArtifact, ...]:
        """Read which files of an output are at its destinations, in the order in which they were put.

        Args:
            token: The task.
            index: The output.
            names: Which files are asked for, None for all; others are not read.
        """
        of_output = and_(artifact.c.task_token == token, artifact.c.output_index == index)
        asked = (
            [of_output] if names is None else [and_(of_output, artifact.c.name.in_(some)) for some in portions(names)]
        )
        with self._transactions.reading() as connection:
            rows = [row for these in asked for row in connection.execute(select(artifact).where(these))]
        return tuple(PutArtifact(row.group_name, row.artifact) for row in sorted(rows, key=lambda row: row.position))

    @repeated
    def read_names(self, token: str, index: int) -> frozenset[str]:
        """Read the names of the files of an output that are at its destinations."""
        of_output = and_(artifact.c.task_token == token, artifact.c.output_index == index)
        with self._transactions.reading() as connection:
            return frozenset(connection.execute(select(artifact.c.name).where(of_output)).scalars())

    @repeated
    def read_substitutes(self, token: str, index: int) -> tuple[Artifact, ...]:
        """Read the files of an output that show frames in the place of others; those that do not are not read."""
        of_output = and_(artifact.c.task_token == token, artifact.c.output_index == index)
        told = cast(artifact.c.artifact, Text).contains(_SUBSTITUTE)
        with self._transactions.reading() as connection:
            return tuple(connection.execute(select(artifact.c.artifact).where(of_output, told)).scalars())


def _is(token: str, index: int) -> ColumnElement[bool]:
    return and_(output.c.task_token == token, output.c.output_index == index)


def _let_task_follow(connection: Connection, token: str) -> None:
    """Move a task to where its outputs are: encoding as soon as one is, saving when none is behind that."""
    states = set(connection.execute(select(output.c.status).where(output.c.task_token == token)).scalars())
    if states <= {TaskStatus.SAVING, TaskStatus.COMPLETED}:
        advance_task(connection, token, TaskStatus.SAVING)
    elif states & {TaskStatus.ENCODING, TaskStatus.SAVING, TaskStatus.COMPLETED}:
        advance_task(connection, token, TaskStatus.ENCODING)
    elif TaskStatus.QUEUED in states:
        advance_task(connection, token, TaskStatus.QUEUED)
