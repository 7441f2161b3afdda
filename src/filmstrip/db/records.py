"""What the database returns: frozen rows, with the words of the domain in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from filmstrip.db.callback_records import CallbackTarget
from filmstrip.domain.artifact import Artifact, Location, MediaKind, OutputResult, Warned
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.scope import USUAL_SCOPES, Scope
from filmstrip.domain.task import TaskStatus


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who may use the service. The key itself is shown once, when it is made; only its hash is kept.

    Attributes:
        id: Row number, from 1.
        name: What the operator calls it; unique among the keys that are not revoked.
        created_at: When it was made, UTC.
        revoked_at: Since when it opens nothing any more, UTC; None if it was not revoked.
        scopes: What it may be used for.
        expires_at: From when on it opens nothing any more, UTC; None if that never comes.
        last_used_at: When it last opened a session, created a task or listed some, UTC, to the minute; None if never.
    """

    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None = None
    scopes: frozenset[Scope] = USUAL_SCOPES
    expires_at: datetime | None = None
    last_used_at: datetime | None = field(default=None, compare=False)

    def may(self, scope: Scope) -> bool:
        """Check whether it may be used for something."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class Session:
    """A login with an API key. Only the hash of its token is kept.

    Attributes:
        token_hash: SHA-256 of the token, lower-case hexadecimal.
        key: The API key that opened it.
        expires_at: When it ends, UTC.
    """

    token_hash: str
    key: ApiKey
    expires_at: datetime


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
        query: JSON text of the query; holds secrets, kept encrypted and only until the task is final.
        outputs: What is to be made, in the order of the request.
        payload: What the client wants to see again, None if nothing.
        warnings: What is ignored already.
        upload_ids: The uploads that are its sources, each once.
        callback: Where its events are told, None for nowhere.
    """

    query: str
    outputs: tuple[NewOutput, ...]
    payload: str | None = None
    warnings: tuple[Warned, ...] = ()
    upload_ids: tuple[str, ...] = ()
    callback: CallbackTarget | None = None

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
class NewUpload:
    """What a client tells of a file that it is going to send.

    Attributes:
        task_token: The task in its address.
        length: How many bytes it will have; None if the client does not know yet.
        metadata: What it is, as sent (tus 1.0, Upload-Metadata).
        concat: "partial" for a part of another upload, the list of the parts for that one; None for one by itself.
    """

    task_token: str
    length: int | None
    metadata: str = ""
    concat: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a client sends us, as far as it is.

    Attributes:
        identity: 32 lower-case hexadecimal digits.
        task_token: The task in its address.
        key_id: The API key that it belongs to: that of the task; None for a task of the operator's own.
        offset: How many bytes of it are safe on the disk.
        length: How many bytes it will have; None if the client does not know yet.
        metadata: What the client told of it, as sent (tus 1.0, Upload-Metadata).
        concat: "partial" for a part of another upload, the list of the parts for that one; None for one by itself.
        expires_at: When it is forgotten, UTC.
    """

    identity: str
    task_token: str
    key_id: int | None
    offset: int
    length: int | None
    metadata: str
    concat: str | None
    expires_at: datetime

    @property
    def is_complete(self) -> bool:
        """Whether all of it is there."""
        return self.offset == self.length


class ProfileKind(StrEnum):
    """What the operator keeps for clients to name."""

    PROFILE = "profile"
    """A query without a source."""

    TRANSFER_METHOD = "transfer_method"
    """A destination."""


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A profile or a transfer method that the operator keeps.

    Attributes:
        kind: Which of the two it is.
        identity: What clients call it: 1 to 64 letters, digits, dots, hyphens and underscores.
        text: JSON text; it may hold secrets.
        name: What people call it.
        key_names: Names of the API keys that may use it; all may if there is none.
        created_at: Since when it is kept, UTC; None before that.
    """

    kind: ProfileKind
    identity: str
    text: str = field(repr=False)
    name: str = ""
    key_names: tuple[str, ...] = ()
    created_at: datetime | None = None

    def is_for(self, key_name: str | None) -> bool:
        """Check whether an API key may use it, None being the operator."""
        return not self.key_names or key_name is None or key_name in self.key_names


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
