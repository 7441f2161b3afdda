"""The tables. The durable engine keeps its own beside them, in the same database.

A change here needs a migration under `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from filmstrip.db.column_types import Json, Moment, Words
from filmstrip.db.task_records import Outage, Source
from filmstrip.domain.artifact import Artifact, Location, OutputResult, Warned
from filmstrip.domain.scope import Scope

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

_IS_GOOD = text("revoked_at IS NULL")
_IS_UNCLEAN = text("clean_at IS NOT NULL")
_IS_NEW_START = text("restart_of IS NOT NULL")
_HAS_ITS_QUERY = text("query_until IS NOT NULL")

api_key = Table(
    "api_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key_hash", String(64), nullable=False, index=True, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("scopes", Json(frozenset[Scope]), nullable=False, server_default='["read","submit"]'),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Index("ix_api_key_name", "name", unique=True, sqlite_where=_IS_GOOD, postgresql_where=_IS_GOOD),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("key_id", ForeignKey("api_key.id"), nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

task = Table(
    "task",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("key_id", ForeignKey("api_key.id")),
    Column("status", String(16), nullable=False, index=True),
    Column("created_at", Moment, nullable=False, index=True),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("payload", Words),
    Column("query", LargeBinary, comment="AES-256-GCM; gone when the task ended well, or query_until"),
    Column("query_until", Moment, comment="how long the query of an ended task is kept, to begin it again"),
    Column("query_shown", Words, comment="the query without secrets"),
    Column("source", Json(Source)),
    Column("error", Words),
    Column("warnings", Json(tuple[Warned, ...]), nullable=False),
    Column("is_at_work", Boolean, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("at_work_by", String(32), comment="the executor that works on its source"),
    Column("outage", Json(Outage)),
    Column("answered_hosts", Json(tuple[str, ...])),
    Column("callback", LargeBinary, comment="AES-256-GCM; where its events are told; gone when all are told"),
    Column("restart_of", String(32), comment="the task that failed and that it is begun for once more"),
    Column("cancelled_at", Moment),
    Column("clean_at", Moment, comment="when what it has put is removed; none if there is nothing to remove"),
    # A key's tasks are listed by their age.
    Index("ix_task_key_id", "key_id", "created_at"),
    Index("ix_task_finished_at", "finished_at"),
    Index("ix_task_restart_of", "restart_of", sqlite_where=_IS_NEW_START, postgresql_where=_IS_NEW_START),
    Index("ix_task_clean_at", "clean_at", sqlite_where=_IS_UNCLEAN, postgresql_where=_IS_UNCLEAN),
    Index("ix_task_query_until", "query_until", sqlite_where=_HAS_ITS_QUERY, postgresql_where=_HAS_ITS_QUERY),
)

task_event = Table(
    "task_event",
    metadata,
    Column("number", Integer, primary_key=True, comment="the order"),
    Column("task_token", ForeignKey("task.token", ondelete="CASCADE"), nullable=False),
    Column("happened_at", Moment, nullable=False),
    Column("name", String(20), nullable=False),
    Column("output_index", Integer, comment="of the output that it is about; none for the task"),
    Column("worker", Text, comment="who did it; none if it was no worker"),
    Column("step", Text, comment="what it was doing"),
    Column("detail", Words),
    Index("ix_task_event_task_token", "task_token", "number"),
)

task_upload = Table(
    "task_upload",
    metadata,
    # Whether a task needs an upload is asked of each that expires.
    Column("upload_id", String(32), primary_key=True, comment="a source of the task; it may be gone before it"),
    Column("task_token", ForeignKey("task.token", ondelete="CASCADE"), primary_key=True, index=True),
)

output = Table(
    "output",
    metadata,
    Column("task_token", ForeignKey("task.token", ondelete="CASCADE"), primary_key=True),
    Column("output_index", Integer, primary_key=True),
    Column("output_name", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("tag", Text, nullable=False),
    Column("user_tag", Words),
    Column("status", String(16), nullable=False),
    Column("progress", Float, nullable=False),
    Column("error", Words),
    Column("result", Json(OutputResult)),
    Column("locations", Json(tuple[Location, ...]), nullable=False),
    Column("finished_at", Moment),
    Column("is_at_work", Boolean, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("at_work_by", String(32), comment="the executor that works on it"),
    Column("outage", Json(Outage)),
    Column("failed_in_making", Boolean, comment="whether neither source nor destination is the reason of its error"),
)

artifact = Table(
    "artifact",
    metadata,
    Column("task_token", String(32), primary_key=True),
    Column("output_index", Integer, primary_key=True),
    Column("name", Text, primary_key=True, comment="empty if the destination itself names the file"),
    Column("position", Integer, nullable=False, comment="order in which the artifacts were put"),
    Column("group_name", Text, nullable=False),
    Column("artifact", Json(Artifact), nullable=False),
    ForeignKeyConstraint(
        ["task_token", "output_index"], ["output.task_token", "output.output_index"], ondelete="CASCADE"
    ),
    # The last position is looked up with each file; without this, all files of the output would be read for it.
    Index("ix_artifact_position", "task_token", "output_index", "position"),
)

upload = Table(
    "upload",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("task_token", String(32), nullable=False, comment="of its address; the task may be forgotten before it"),
    Column("key_id", ForeignKey("api_key.id"), index=True),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger),
    Column("metadata", Words, nullable=False),
    Column("concat", Text),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("writer", String(32), comment="which request writes to it"),
    Column("writer_until", Moment, comment="when that request counts as gone"),
)

profile = Table(
    "profile",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("identity", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("text", LargeBinary, nullable=False, comment="AES-256-GCM; it may hold secrets"),
    Column(
        "key_names", Json(tuple[str, ...]), nullable=False, comment="API keys that may use it; all if there is none"
    ),
    Column("created_at", Moment, nullable=False),
)

executor = Table(
    "executor",
    metadata,
    Column("id", String(32), primary_key=True, comment="of one start of it"),
    Column("name", Text, nullable=False, index=True, comment="of all its starts"),
    Column("host", Text, nullable=False),
    Column("version", Text, nullable=False, comment="of Filmstrip"),
    Column("key_fingerprint", String(64), nullable=False, comment="of its secret key"),
    Column("lock_number", BigInteger, comment="of its advisory lock; none if it shows by its heartbeat alone"),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True, comment="its heartbeat"),
    Column("ended_at", Moment, comment="when it ended, or was found dead"),
)

secret_key = Table(
    "secret_key",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("known_since", Moment, nullable=False),
    Column("retired_at", Moment, comment="when all texts of it were encrypted anew; it encrypts nothing any more"),
)

usage = Table(
    "usage",
    metadata,
    Column("key_id", Integer, primary_key=True, autoincrement=False, comment="0 for the operator's own tasks"),
    Column("day", String(10), primary_key=True, comment="UTC, as 2026-11-29"),
    Column("tasks", Integer, nullable=False),
    Column("failed_tasks", Integer, nullable=False),
    Column("source_seconds", Float, nullable=False),
    Column("output_seconds", Float, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("pictures", BigInteger, nullable=False),
)

callback = Table(
    "callback",
    metadata,
    Column("number", Integer, primary_key=True, comment="the order; none is used twice"),
    Column("event_id", Text, nullable=False, index=True, unique=True),
    Column("task_token", String(32), nullable=False, index=True),
    Column("event", String(20), nullable=False),
    Column("tag", Text, comment="of the output that it is about; none for the task"),
    Column("user_tag", Words),
    Column("detail", Words, comment="why it failed; the task that is begun instead"),
    Column("host", Text, nullable=False, comment="of the receiver"),
    Column("created_at", Moment, nullable=False),
    Column("since", Moment, nullable=False, comment="from when on it is counted for how long it is tried"),
    Column("due_at", Moment, index=True, comment="none once it is given up"),
    Column("given_up_at", Moment, index=True),
    Column("tries", Integer, nullable=False),
    Column("rounds", Integer, nullable=False, comment="how often it was begun anew"),
    Column("is_asked_for", Boolean, nullable=False, comment="to be begun anew by the service"),
    Column("reason", Words, comment="why the last try failed"),
    Column("is_refused", Boolean, nullable=False, comment="whether the receiver answered, and will not accept it"),
    Column("claimed_by", String(32), comment="the executor that tells it at the moment"),
    sqlite_autoincrement=True,
)
