"""Everything that must survive a crash: one database, reached through this class alone."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine, text

from filmstrip.db.backends.opening import open_backend
from filmstrip.db.backlog import BacklogRows
from filmstrip.db.bell import Bell
from filmstrip.db.callbacks import CallbackRows
from filmstrip.db.cancellations import CancellationRows
from filmstrip.db.encryption import Cipher
from filmstrip.db.events import EventRows
from filmstrip.db.executors import ExecutorRows
from filmstrip.db.interruptions import InterruptionRows
from filmstrip.db.keys import KeyRows, SessionRows
from filmstrip.db.outages import OutageRows
from filmstrip.db.outputs import ArtifactRows, OutputRows
from filmstrip.db.profiles import ProfileRows
from filmstrip.db.retention import RetentionRows
from filmstrip.db.retries import RetryRows
from filmstrip.db.revision import find_revision, revisions
from filmstrip.db.secret_keys import SecretKeyRows
from filmstrip.db.tasks import TaskRows
from filmstrip.db.transactions import Transactions
from filmstrip.db.unusable import telling_why
from filmstrip.db.uploads import UploadRows
from filmstrip.db.usage import UsageRows

_TOKEN_BYTES = 16


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def random_token() -> str:
    """Make 32 lower-case hexadecimal digits that cannot be guessed."""
    return secrets.token_hex(_TOKEN_BYTES)


class Database:
    """The service's database. Every method blocks: callers on an event loop use worker threads.

    Attributes:
        keys: API keys.
        sessions: Sessions that keys opened.
        tasks: Tasks, from the token to the end.
        events: What happened to tasks.
        cancellations: Tasks that were cancelled, and what is still to be removed of them.
        retries: Failed tasks that are begun again.
        outputs: How far their outputs are.
        artifacts: Files that are at their destinations.
        interruptions: What was at work when the service died.
        outages: What waits for hosts.
        retention: What is forgotten after a while.
        uploads: Files that clients send us.
        profiles: What the operator keeps for clients to name.
        callbacks: What receivers are to be told.
        executors: Who works on it.
        backlog: What waits and runs.
        usage: What was made, day by day.
        secret_keys: What encrypts what is secret in it.
        bell: Tells the processes that share it that there is something to do.
        is_shared: Whether several processes may work on it at a time.
        key_fingerprint: Of the key that encrypts what is secret in it.
    """

    def __init__(
        self,
        url: str,
        cipher: Cipher,
        *,
        now: Callable[[], datetime] = utc_now,
        new_token: Callable[[], str] = random_token,
    ) -> None:
        """Open the database; `migrate` makes its tables.

        Args:
            url: `sqlite:////PATH/TO/FILE`, which is made for its owner alone, or `postgresql://…`.
            cipher: Encrypts the queries.
            now: The clock, in UTC.
            new_token: Makes keys and tokens.
        """
        self._backend = open_backend(url)
        self._transactions = transactions = Transactions(self._backend, now, new_token)
        self.keys, self.sessions = KeyRows(transactions), SessionRows(transactions)
        self.callbacks = CallbackRows(transactions, cipher)
        self.events = events = EventRows(transactions)
        self.tasks = TaskRows(transactions, cipher, self.callbacks, events)
        self.cancellations = CancellationRows(transactions, cipher, self.callbacks, events)
        self.retries = RetryRows(transactions, cipher, self.tasks)
        self.outputs, self.artifacts = OutputRows(transactions, self.callbacks, events), ArtifactRows(transactions)
        self.interruptions, self.outages = InterruptionRows(transactions, events), OutageRows(transactions, events)
        self.retention = RetentionRows(transactions)
        self.uploads = UploadRows(transactions)
        self.profiles = ProfileRows(transactions, cipher)
        self.executors, self.secret_keys = (
            ExecutorRows(self._backend, transactions),
            SecretKeyRows(transactions, cipher),
        )
        self.bell = Bell(transactions)
        self.is_shared = self._backend.is_shared
        self.usage = UsageRows(transactions)
        self.backlog = BacklogRows(transactions, is_shared=self.is_shared)
        self.key_fingerprint = cipher.fingerprint

    def claim(self) -> None:
        """Become the one service that runs on this database, until it is closed or the process ends.

        Raises:
            ResourceError: Another service runs on it.
        """
        self._backend.ownership.take()

    def migrate(self) -> None:
        """Bring the tables to the shape that this version needs.

        Raises:
            ResourceError: The database cannot be used, was made by a newer version, or a service of an older one runs.
        """
        *older, newest = revisions()
        found = find_revision(self._backend)
        if found == newest:
            return
        from filmstrip.db.migrating import migrate  # noqa: PLC0415 - most starts find the newest shape

        if found not in older:
            migrate(self._backend)
            return
        with self._backend.ownership.held("A service of another version of Filmstrip runs on the database"):
            migrate(self._backend)

    def check(self) -> None:
        """See whether the database answers.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: It does not.
        """
        with self._transactions.reading() as connection:
            connection.execute(text("SELECT 1"))

    @contextmanager
    def alone(self, number: int) -> Iterator[None]:
        """Do what is done in the block while no other process does what has this number (`backends.advisory_locks`).

        Raises:
            DatabaseAwayError: The database does not answer.
            ResourceError: It does not do what is asked of it in the block, or another process does it for minutes.
        """
        with telling_why(), self._transactions.telling(), self._backend.alone(number):
            yield

    @contextmanager
    def elected(self, number: int) -> Iterator[bool]:
        """Check whether this process alone may do what has this number, until the end of the block; it does not wait.

        Raises:
            DatabaseAwayError: The database does not answer.
        """
        with self._transactions.telling(), self._backend.elected(number) as is_elected:
            yield is_elected

    def companion_engine(self) -> Engine:
        """Open the same database once more, for the durable engine and its own tables."""
        return self._backend.open_companion_engine()

    def close(self) -> None:
        """Close all connections, and let another service have the database."""
        self._backend.ownership.release()
        self._backend.close()
