"""POST /v1/tasks: the tasks of an API key, a page at a time."""

from __future__ import annotations

import asyncio
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import TypeVar

from aiohttp import web

from filmstrip.api.answer import api_path, success
from filmstrip.api.auth import demand_scope, require_key, require_session
from filmstrip.api.describing.document import listed_task as listed_task_schema
from filmstrip.api.describing.operation import COUNT, TOKEN, Field, Operation, list_of
from filmstrip.api.errors import BadFieldError
from filmstrip.api.fields import Fields
from filmstrip.api.parts import PARTS, Records
from filmstrip.api.request_body import read_fields
from filmstrip.db.key_records import ApiKey
from filmstrip.db.task_records import TaskFilter
from filmstrip.domain.scope import Scope
from filmstrip.domain.task import TaskStatus
from filmstrip.params.values import shown
from filmstrip.wire.status import listed_task

MAX_TASKS = 100
"""How many tasks one answer lists."""

_MOST_PASSED_OVER = 10**9
_FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_DAY = len("2031-05-02")
_SORTS = {"date:desc": True, "date:asc": False}
_SESSION_FIELDS = ("access_token", "token")

routes = web.RouteTableDef()

operation = Operation(
    "tasks",
    "List tasks of an API key, a page at a time; with the scope admin, those of all keys",
    (
        Field("access_token", "Of access_token, whose key has the scope read; this, token or api_key", TOKEN),
        Field("token", "The same", TOKEN),
        Field("api_key", "The key itself"),
        Field("start_date", "Created on that day or at that moment (UTC) or later, such as 2031-05-02 10:00:00"),
        Field("end_date", "Created before that moment (UTC), or on that day or earlier"),
        Field("status", "In which state", {"enum": [state.value for state in TaskStatus]}),
        Field("sort", "The newest first, or the oldest", {"enum": list(_SORTS)}),
        Field("limit", f"How many at most, up to {MAX_TASKS}", {"type": "string", "pattern": "^[1-9][0-9]*$"}),
        Field("offset", "How many to pass over before", {"type": "string", "pattern": "^[0-9]+$"}),
        Field("project_name", "Not used: there is one project"),
    ),
    {"tasks": list_of(listed_task_schema()), "total": COUNT, "limit": COUNT, "offset": COUNT},
)

ValueT = TypeVar("ValueT")


@routes.post(api_path("tasks"))
async def tasks(request: web.Request) -> web.Response:
    """List tasks of the caller's key; with the scope admin, those of all keys."""
    fields = await read_fields(request)
    key = await _caller(fields, request)
    demand_scope(key, Scope.READ)
    wanted = parse_filter(fields, None if key.may(Scope.ADMIN) else key.id)
    listed, total = await asyncio.to_thread(_list, request.app[PARTS].records, key, wanted)
    return success(tasks=listed, total=total, limit=wanted.limit, offset=wanted.offset)


async def _caller(fields: Fields, request: web.Request) -> ApiKey:
    session = next((name for name in _SESSION_FIELDS if fields.text(name) is not None), None)
    if session is None and fields.text("api_key") is not None:
        return await require_key(fields, request)
    return await require_session(fields, request, session or "token")


def _list(records: Records, key: ApiKey, wanted: TaskFilter) -> tuple[list[dict[str, object]], int]:
    records.keys.note_use(key.id)
    found, total = records.tasks.list_tasks(wanted)
    names = {each.id: each.name for each in records.keys.list_keys()}
    return [listed_task(task, names.get(task.key_id or 0)) for task in found], total


def parse_filter(fields: Fields, key_id: int | None) -> TaskFilter:
    """Read which tasks are wanted.

    Args:
        fields: Of the request; dates are UTC, a day alone being whole.
        key_id: Whose tasks; None for all.

    Raises:
        BadFieldError: A field is not what it may be.
    """
    status = fields.text("status")
    return TaskFilter(
        key_id,
        None if status is None else _one_of("status", status, {state.value: state for state in TaskStatus}),
        _moment(fields, "start_date"),
        _moment(fields, "end_date", is_end=True),
        _one_of("sort", fields.text("sort") or "date:desc", _SORTS),
        _number(fields, "limit", 1, MAX_TASKS, MAX_TASKS),
        _number(fields, "offset", 0, _MOST_PASSED_OVER, 0),
    )


def _one_of(name: str, text: str, allowed: dict[str, ValueT]) -> ValueT:
    found = text.strip().lower()
    if found not in allowed:
        raise BadFieldError(f"{name}: {shown(text)} is not one of {', '.join(allowed)}")
    return allowed[found]


def _number(fields: Fields, name: str, least: int, most: int, default: int) -> int:
    text = (fields.text(name) or str(default)).strip()
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else least - 1
    if not least <= value <= most:
        raise BadFieldError(f"{name}: {shown(text)} is not a whole number from {least} to {most}")
    return value


def _moment(fields: Fields, name: str, *, is_end: bool = False) -> datetime | None:
    text = (fields.text(name) or "").strip()
    if not text:
        return None
    for form in _FORMS:
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        is_whole_day = is_end and len(text) <= _DAY
        return moment + timedelta(days=1) if is_whole_day and moment.year < MAXYEAR else moment
    raise BadFieldError(f"{name}: {shown(text)} is not a date such as 2031-05-02 or 2031-05-02 10:00:00")
