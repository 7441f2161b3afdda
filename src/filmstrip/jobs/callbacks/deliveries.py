"""One try after the other to tell receivers what happened, in the order in which it happened to their task.

the first event of a task that is still to be told
  told          -> removed, and the next one's turn
  not accepted  -> tried again after a pause; after the first round of tries the status of the task says so
  for too long, or unwanted while others wait behind it -> given up and kept, and the next one's turn
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from filmstrip.db.callback_records import Callback, CallbackTarget
from filmstrip.db.database import Database, utc_now
from filmstrip.domain.artifact import Warned
from filmstrip.jobs.callbacks.own_thread import in_own_thread
from filmstrip.jobs.callbacks.pauses import FIRST_ROUND, pause_after
from filmstrip.jobs.callbacks.settings import CallbackSettings
from filmstrip.storage.http.addressing import shown_url
from filmstrip.storage.http.posting import Failure, Form, post
from filmstrip.storage.settings import StorageSettings
from filmstrip.wire.callbacks import SIGNATURE_HEADER, callback_form, sign

WARNING = "Callback delivery error"
"""The message of the warning (Qencode's words)."""

_GONE = Failure("it is not known any more where to, or of what")
_FAULT = Failure("it cannot be sent; the log of the service says why")
_log = structlog.get_logger()


class Deliveries:
    """Calls receivers, one try after the other."""

    def __init__(
        self,
        database: Database,
        settings: CallbackSettings,
        storage: StorageSettings,
        now: Callable[[], datetime] = utc_now,
        executor_id: str = "local",
    ) -> None:
        """Prepare it.

        Args:
            database: Has what is to be told.
            settings: How long receivers are waited for.
            storage: Which hosts may be called.
            now: The clock, in UTC.
            executor_id: Which of the executors on the database this is: an event is told by one of them at a time.
        """
        self._executor_id = executor_id
        self._database = database
        self._settings = settings
        self._storage = storage
        self._now = now

    @property
    def most_seconds(self) -> float:
        """How long one try may take."""
        return self._settings.callback_seconds

    async def tell_next(self, token: str) -> Callback | None:
        """Try to tell the next event of a task, if it is time.

        Returns:
            The event that is to be told next, which may be the same one; None if all are told or given up.
        """
        return await in_own_thread(partial(self._tell_next, token), "callback")

    def seconds_until(self, callback: Callback) -> float:
        """Return in how many seconds an event is to be tried, 0 for now."""
        return 0.0 if callback.due_at is None else max(0.0, (callback.due_at - self._now()).total_seconds())

    def forget_kept(self) -> int:
        """Remove what was given up and is kept no longer; return how much; blocking."""
        before = self._now() - timedelta(days=self._settings.callback_days)
        return self._database.callbacks.forget_kept(before, self._settings.max_kept_callbacks)

    def _tell_next(self, token: str) -> Callback | None:
        callback = self._next_wanted(token)
        if callback is None or self.seconds_until(callback) > 0:
            return callback
        if not self._database.callbacks.claim(callback, self._executor_id):
            # Another one tells it, and looks for the next one then.
            return None
        self._tell(callback)
        return self._next_wanted(token)

    def _next_wanted(self, token: str) -> Callback | None:
        callback = self._database.callbacks.next_of(token)
        if callback is not None and self._is_in_the_way(callback):
            self._give_up(callback)
            return self._database.callbacks.next_of(token)
        return callback

    def _tell(self, callback: Callback) -> None:
        target = self._database.callbacks.read_target(callback.token)
        failure = _GONE if target is None else self._safely_tried(callback, target)
        if failure is None:
            self._database.callbacks.forget(callback)
            _log.info("callback_told", **_facts(callback), tries=callback.tries + 1)
        else:
            self._note_failure(callback, failure, target)

    def _safely_tried(self, callback: Callback, target: CallbackTarget) -> Failure | None:
        """Try it; a fault of ours counts as a failed try, or it would be tried again at once, and without end."""
        try:
            return self._try(callback, target)
        except Exception as error:  # noqa: BLE001 - whatever it is
            # Without its words, which may quote the address.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(frame.filename).name}, line {frame.lineno}"
            _log.error("callback_fault", **_facts(callback), kind=type(error).__name__, where=where)
            return _FAULT

    def _try(self, callback: Callback, target: CallbackTarget) -> Failure | None:
        task = self._database.tasks.read_tasks([callback.token]).get(callback.token)
        if task is None:
            return _GONE
        body = callback_form(callback, task, target.base_url)
        headers = {}
        if self._settings.callback_secret is not None:
            seconds = int(self._now().timestamp())
            headers[SIGNATURE_HEADER] = sign(body, self._settings.callback_secret, seconds)
        return post(target.url, Form(body, headers), self._storage, self._settings.callback_seconds)

    def _note_failure(self, callback: Callback, failure: Failure, target: CallbackTarget | None) -> None:
        now, tries = self._now(), callback.tries + 1
        ends_at = callback.since + timedelta(hours=self._settings.callback_hours)
        due_at = min(now + timedelta(seconds=pause_after(tries, self._settings.callback_pause_seconds)), ends_at)
        self._database.callbacks.postpone(callback, due_at, failure.reason, is_refused=failure.is_refusal)
        _log.warning("callback_failed", **_facts(callback), reason=failure.reason, tries=tries)
        is_over = target is None or now >= ends_at
        if target is not None and (tries > len(FIRST_ROUND) or is_over):
            self._warn(callback, target, failure.reason)
        if is_over:
            self._give_up(replace(callback, tries=tries, reason=failure.reason))

    def _is_in_the_way(self, callback: Callback) -> bool:
        """Check whether an event keeps later ones from a receiver that is there, and does not want this one."""
        is_unwanted = callback.is_refused and callback.tries > len(FIRST_ROUND)
        return is_unwanted and self._database.callbacks.is_waited_for(callback)

    def _give_up(self, callback: Callback) -> None:
        self._database.callbacks.give_up(callback)
        _log.error("callback_given_up", **_facts(callback), reason=callback.reason, tries=callback.tries)

    def _warn(self, callback: Callback, target: CallbackTarget, reason: str) -> None:
        """Say in the status of the task that its receiver was not told, once."""
        task = self._database.tasks.read_tasks([callback.token]).get(callback.token)
        if task is None or any(warned.message == WARNING for warned in task.warnings):
            return
        details = (
            f'The event "{callback.event}" could not be told to {shown_url(target.url)} ({reason}); it is tried again '
            f"for up to {self._settings.callback_hours:g} hours, then the operator of this service can send it again"
        )
        self._database.tasks.add_warnings(callback.token, [Warned(WARNING, details)])


def _facts(callback: Callback) -> dict[str, str]:
    return {"task_token": callback.token, "callback_event": callback.event}
