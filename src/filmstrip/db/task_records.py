"""Tasks and their outputs as the database takes and returns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from filmstrip.db.callback_records import CallbackTarget
from filmstrip.domain.artifact import Artifact, Location, MediaKind, OutputResult, Warned
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.task import TaskStatus


@dataclass(frozen=True, slots=True)
class Outage:
    """A host that work waits for, since it did not answer.

    Attributes:
        reason: What was the matter at the last try, one sentence.
        since: When it first did not answer, UTC.
        until: When it is tried again, UTC.
        ends_at: When the work fails if it does not answer until then, UTC.
        tries: How often it was tried, from 1.
        host: Which one, "" if it is not known.
        first: When this work first met an outage, also one that was over in between, UTC.
    """

    reason: str
    since: datetime
    until: datetime
    ends_at: datetime
    tries: int
    host: str = ""
    first: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutputRecord:
    """One output of a task, as far as it is.

    Attributes:
        index: Its place in the request's `format`, from 0.
        output_name: Value of `format[].output`.
        kind: Which list of the status it belongs to.
        tag: System tag, such as "video-0-0-0".
        user_tag: The client's own name for it, None without one.
        status: Its state. A failed output is completed, with its error set.
        progress: Finished fraction, 0.0 to 1.0.
        error: Why it failed, one sentence; None if it did not.
        result: What was made; None before the end and after a failure.
        locations: Where `result.main_name` lies, one for each destination in their order; empty without a result.
        finished_at: When it became completed, UTC; None before.
        outage: The host that it waits for; None if it waits for none.
        failed_in_making: Whether neither its source nor its destination is the reason of its error.
    """

    index: int
    output_name: str
    kind: MediaKind
    tag: str
    user_tag: str | None
    status: TaskStatus
    progress: float
    error: str | None = None
    result: OutputResult | None = None
    locations: tuple[Location, ...] = ()
    finished_at: datetime | None = None
    outage: Outage | None = None
    failed_in_making: bool = False


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task, as far as it is. It holds no secret: the query, which has some, is read by `Database.read_query` only.

    Attributes:
        token: 32 lower-case hexadecimal digits.
        key_id: The API key that made it; None for a task of the operator's own.
        status: Its state. A failed task is completed, with its error set.
        created_at: When its token was made, UTC.
        payload: What the client wants to see again, None if nothing.
        error: Why it failed, or why its query was refused if it still waits for one; None if nothing did.
        warnings: Compromises, in the order in which it happened.
        duration_seconds: Length of the source, None before it was probed.
        source_size_bytes: Size of the source, None if it is not known.
        outputs: What is made, by index; an output that the upscale rule dropped is not in it.
        started_at: When its query came, UTC; None before.
        finished_at: When it became completed, UTC; None before.
        outage: The host of the source that it waits for; None if it waits for none.
        restart_of: The task that failed and that it is begun for once more, None for one that a client began.
        cancelled_at: When it was cancelled, UTC; None if it was not.
    """

    token: str
    key_id: int | None
    status: TaskStatus
    created_at: datetime
    payload: str | None = None
    error: str | None = None
    warnings: tuple[Warned, ...] = ()
    duration_seconds: Fraction | None = None
    source_size_bytes: int | None = None
    outputs: tuple[OutputRecord, ...] = ()
    started_at: datetime | None = None
    finished_at: datetime | None = None
    outage: Outage | None = None
    restart_of: str | None = None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewOutput:
    """An output as it is when its task is submitted.

    Attributes:
        output_name: Value of `format[].output`.
        kind: Which list of the status it belongs to.
        tag: System tag, such as "video-0-0-0".
        user_tag: The client's own name for it, None without one.
    """

    output_name: str
    kind: MediaKind
    tag: str
    user_tag: str | None


@dataclass(frozen=True, slots=True)
class Submission:
    """What a started task consists of.

    Attributes:
        query: JSON text of the query; holds secrets, kept encrypted and only as long as the task may need it.
        outputs: What is to be made, in the order of the request.
        payload: What the client wants to see again, None if nothing.
        warnings: What is ignored already.
        upload_ids: The uploads that are its sources, each once.
        callback: Where its events are told, None for nowhere.
        query_shown: The query without secrets, JSON text; None if it is not to be shown.
    """

    query: str
    outputs: tuple[NewOutput, ...]
    payload: str | None = None
    warnings: tuple[Warned, ...] = ()
    upload_ids: tuple[str, ...] = ()
    callback: CallbackTarget | None = None
    query_shown: str | None = None

    def __repr__(self) -> str:
        return f"Submission(outputs={self.outputs!r})"


@dataclass(frozen=True, slots=True)
class PutArtifact:
    """A file that is at all of its output's destinations.

    Attributes:
        group_name: The group that it was made in.
        artifact: The file.
    """

    group_name: str
    artifact: Artifact


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a task's source once it was fetched and probed.

    Attributes:
        info: What it holds.
        etag: Entity tag of the state that was probed (RFC 9110, 8.8.3), None if its server tells none.
        last_modified: Date of that state, as its server wrote it (RFC 9110, 8.8.2), None if it tells none.
    """

    info: MediaInfo
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are listed, and in which order.

    Attributes:
        key_id: Of which API key; None for all.
        status: In which state; None for any.
        since: Created at that moment or later, UTC; None for any time.
        until: Created before that moment, UTC; None for any time.
        is_newest_first: Whether the newest one comes first.
        limit: How many at most.
        offset: How many to pass over before.
    """

    key_id: int | None = None
    status: TaskStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_newest_first: bool = True
    limit: int = 100
    offset: int = 0
