"""What receivers of callbacks get, in the OpenAPI document: there each is a request that the service sends."""

from __future__ import annotations

from typing import Any

from filmstrip.api.describing.operation import TEXT, TOKEN, Schema, json_text, ref
from filmstrip.db.callback_records import ERROR, QUEUED, RESTART_FAILED, RESTARTED, SAVED
from filmstrip.wire.callbacks import SIGNATURE_HEADER

_ALWAYS: dict[str, Schema] = {
    "task_token": TOKEN,
    "event": {"enum": [QUEUED, ERROR, RESTARTED, RESTART_FAILED, SAVED]},
    "event_id": {**TEXT, "description": "The same each time the event is sent"},
    "callback_type": {"enum": ["task", "stream"], "description": "stream for the end of an output"},
    "payload": TEXT,
    "status": {**json_text(ref("Task")), "description": "The task at the time of sending"},
}
_SOMETIMES: dict[str, Schema] = {
    "error_code": {"const": "1", "description": "Of error and restart_failed, as error_message"},
    "error_message": TEXT,
    "tag": {**TEXT, "description": "Of a stream, as user_tag"},
    "user_tag": TEXT,
    "restarted_task_token": {**TOKEN, "description": "Of restarted: the new task"},
}


def callback_schema() -> Schema:
    """Describe the fields of the form."""
    return {"type": "object", "properties": {**_ALWAYS, **_SOMETIMES}, "required": list(_ALWAYS)}


def callbacks() -> dict[str, Any]:
    """Describe the request (OpenAPI 3.1.0, 4.8.18); its address is in the text of the query."""
    signature = {
        "name": SIGNATURE_HEADER,
        "in": "header",
        "required": False,
        "description": "t=SECONDS,v1=DIGEST, if the operator has set callback_secret",
        "schema": TEXT,
    }
    form = {"application/x-www-form-urlencoded": {"schema": ref("Callback")}}
    what = {
        "summary": "Tell the callback_url of the query what happened, again until it is accepted",
        "parameters": [signature],
        "requestBody": {"required": True, "content": form},
        "responses": {
            "2XX": {"description": "It is accepted"},
            "default": {"description": "It is not accepted, and sent again"},
        },
    }
    return {"event": {"{$request.body#/query/query/callback_url}": {"post": what}}}
