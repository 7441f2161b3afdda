"""Events to the forms that receivers of callbacks get, in Qencode's words."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from filmstrip.db.callback_records import ERROR, RESTART_FAILED, RESTARTED, Callback
from filmstrip.db.task_records import TaskRecord
from filmstrip.wire.status import status_text, task_status

SIGNATURE_HEADER = "X-Filmstrip-Signature"
_FAILED = "1"
"""What the status of a task that failed says as its `error`."""


def callback_form(callback: Callback, task: TaskRecord, base_url: str) -> bytes:
    """Write an event as an urlencoded form; `event_id` and `restarted_task_token` are ours.

    Args:
        callback: The event.
        task: The task that it is about, as it is now.
        base_url: Scheme, host and port under which clients reach this service.
    """
    fields = {
        "task_token": callback.token,
        "event": callback.event,
        "event_id": callback.event_id,
        "callback_type": "task" if callback.tag is None else "stream",
        "payload": task.payload or "",
        "status": status_text(task_status(task, base_url)),
    }
    if callback.tag is not None:
        fields |= {"tag": callback.tag, "user_tag": callback.user_tag or ""}
    if callback.event == RESTARTED:
        fields["restarted_task_token"] = callback.detail or ""
    if callback.event in {ERROR, RESTART_FAILED}:
        fields |= {"error_code": _FAILED, "error_message": callback.detail or ""}
    return urlencode(fields).encode()


def sign(body: bytes, secret: str, seconds: int) -> str:
    """Return the header by which a receiver knows who wrote a form, and when.

    Args:
        body: The form.
        secret: What both sides know.
        seconds: The time, in seconds since 1970.
    """
    signed = hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256)
    return f"t={seconds},v1={signed.hexdigest()}"
