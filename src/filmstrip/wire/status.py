"""Records to the status objects of Qencode, in exactly their types.

Numbers of seconds and megabytes are strings with six decimals, the task's `error` is an integer, lists are never null:
the official clients read each of these without looking twice.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction

from filmstrip.db.task_records import Outage, OutputRecord, TaskRecord
from filmstrip.domain.artifact import MediaKind, Warned
from filmstrip.domain.progress import mean_percent
from filmstrip.domain.task import TaskStatus
from filmstrip.wire.storage import storage, with_base

API_VERSION = "v1"
STATUS_PATH = "/v1/status"
_MICRO = 10**6
_LEVELS_IN_PIECES = 2

_LISTS = {
    MediaKind.VIDEO: "videos",
    MediaKind.AUDIO: "audios",
    MediaKind.IMAGE: "images",
    MediaKind.TEXT: "texts",
}


def decimal(value: Fraction) -> str:
    """Write a number with six decimals, such as "60.040000"."""
    micros = round(value * _MICRO)
    return f"{micros // _MICRO}.{micros % _MICRO:06d}"


def megabytes(size_bytes: int) -> str:
    """Write a size in units of 10^6 bytes."""
    return decimal(Fraction(size_bytes, _MICRO))


def expiry(moment: datetime) -> str:
    """Write when a session ends: UTC, without zone and fraction, or the Java client cannot read it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def task_status(task: TaskRecord, base_url: str) -> dict[str, object]:
    """Describe a task.

    Args:
        task: What the database knows of it.
        base_url: Scheme, host and port under which clients reach this service.
    """
    lists: dict[str, list[dict[str, object]]] = {name: [] for name in _LISTS.values()}
    for output in task.outputs:
        lists[_LISTS[output.kind]].append(output_status(output, base_url))
    # One whose query was refused waits for a better one, but no client that asks until it is completed waits for that.
    is_refused = task.status is TaskStatus.CREATED and task.error is not None
    return {
        "status": TaskStatus.COMPLETED.value if is_refused else task.status.value,
        "percent": _percent(task),
        "error": int(task.error is not None),
        "error_description": task.error,
        **({} if task.cancelled_at is None else {"cancelled": 1}),
        **lists,
        "warnings": [_warning(warned) for warned in task.warnings],
        **_waiting(next(filter(None, (task.outage, *(output.outage for output in task.outputs))), None)),
        "duration": None if task.duration_seconds is None else decimal(task.duration_seconds),
        "source_size": None if task.source_size_bytes is None else megabytes(task.source_size_bytes),
        "payload": task.payload,
        "api_version": API_VERSION,
        "status_url": base_url + STATUS_PATH,
    }


def status_text(status: dict[str, object]) -> str:
    """Write the description of a task as JSON: one of many files is long, so in pieces, none of which holds up threads.

    Args:
        status: What `task_status` or `unknown_status` says.
    """
    return _in_pieces(status, _LEVELS_IN_PIECES)


def _in_pieces(value: object, levels: int) -> str:
    if levels and isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)}: {_in_pieces(each, levels - 1)}' for key, each in value.items())}}}"
    if levels and isinstance(value, list):
        return f"[{', '.join(_in_pieces(each, levels - 1) for each in value)}]"
    return json.dumps(value)


def unknown_status(base_url: str) -> dict[str, object]:
    """Describe a task that does not exist: as one that has failed, since a client never ends that is told null."""
    return {
        "status": TaskStatus.COMPLETED.value,
        "percent": 0.0,
        "error": 1,
        "error_description": "Unknown task",
        **{name: [] for name in _LISTS.values()},
        "warnings": [],
        "duration": None,
        "source_size": None,
        "payload": None,
        "api_version": API_VERSION,
        "status_url": base_url + STATUS_PATH,
    }


def listed_task(task: TaskRecord, key_name: str | None) -> dict[str, object]:
    """Describe a task in a list: without its outputs, with its times."""
    whole = task_status(task, "")
    shown = ("status", "percent", "error", "error_description", "cancelled", "duration", "source_size", "payload")
    moments = {"created": task.created_at, "started": task.started_at, "finished": task.finished_at}
    return {
        "task_token": task.token,
        **{name: whole[name] for name in shown if name in whole},
        **{name: None if moment is None else expiry(moment) for name, moment in moments.items()},
        "outputs": len(task.outputs),
        "api_key": key_name,
    }


def output_status(output: OutputRecord, base_url: str) -> dict[str, object]:
    """Describe one output of a task: where its files are and what they hold."""
    result, location = output.result, next(iter(output.locations), None)
    url = with_base(location.url, base_url) if location else None
    entry: dict[str, object] = {
        "tag": output.tag,
        "profile": None,
        "user_tag": output.user_tag,
        "status": output.status.value,
        "percent": round(100 * output.progress, 2),
        "error": output.error is not None,
        "error_description": output.error,
        **_waiting(output.outage),
        "output_format": result.output_format if result else output.output_name,
        "url": url,
        "storage": storage(output),
        "meta": _meta(output),
        "size": megabytes(result.size_bytes) if result else None,
    }
    if output.kind in (MediaKind.VIDEO, MediaKind.AUDIO):
        duration = result.duration_seconds if result else None
        entry["duration"] = None if duration is None else decimal(duration)
        entry["bitrate"] = result.bitrate_kbps if result else None
    if output.kind is MediaKind.TEXT:
        entry["download_url"] = url
    return entry


def _waiting(outage: Outage | None) -> dict[str, object]:
    """Say what a task or an output waits for, if it does; an addition of ours to Qencode's status."""
    if outage is None:
        return {}
    since, until, ends_at = (f"{at:%Y-%m-%d %H:%M:%S}" for at in (outage.since, outage.until, outage.ends_at))
    return {"waiting": f"{outage.reason}; since {since} UTC, tried again at {until}, given up at {ends_at}"}


def _percent(task: TaskRecord) -> float:
    if task.status is TaskStatus.COMPLETED and task.error is None:
        return 100.0
    return mean_percent([output.progress for output in task.outputs])


def _meta(output: OutputRecord) -> dict[str, object]:
    meta = output.result.meta if output.result else {}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in meta.items()}


def _warning(warned: Warned) -> dict[str, object]:
    entry: dict[str, object] = {"message": warned.message}
    if warned.details is not None:
        entry["details"] = warned.details
    if warned.tag is not None:
        entry["tag"] = warned.tag
    return entry
