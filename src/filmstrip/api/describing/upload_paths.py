"""The addresses of uploads in the OpenAPI document: tus 1.0, whose requests are headers and bytes."""

from __future__ import annotations

from typing import Any

from filmstrip.api.describing.operation import COUNT, TEXT, TOKEN, Schema

_VERSION: Schema = {"const": "1.0.0"}


def upload_paths() -> dict[str, Any]:
    """Describe them."""
    token, identity = _in_path("task_token", "Of create_task"), _in_path("upload_id", "The last part of Location")
    length = _header("Upload-Length", "Bytes of the whole file", COUNT)
    offset = _header("Upload-Offset", "Bytes that are there already", COUNT, is_required=True)
    metadata = _header("Upload-Metadata", "Names, each with its value in base64", TEXT)
    version = _header("Tus-Resumable", "Version of the protocol", _VERSION, is_required=True)
    return {
        "/v1/upload_file/{task_token}": {
            "parameters": [token],
            "post": _request(
                "begin_upload", "Begin an upload; Location is its address", [version, length, metadata], 201
            ),
            "options": _request("upload_abilities", "Tell which extensions of tus there are", [], 204),
        },
        "/v1/upload_file/{task_token}/{upload_id}": {
            "parameters": [token, identity],
            "head": _request("upload_state", "Tell how many bytes are there", [version], 200),
            "patch": {
                **_request("append_to_upload", "Send bytes", [version, offset], 204),
                "requestBody": {"content": {"application/offset+octet-stream": {"schema": {"type": "string"}}}},
            },
            "delete": _request("remove_upload", "Forget the upload", [version], 204),
        },
    }


def _request(identity: str, text: str, parameters: list[dict[str, Any]], status: int) -> dict[str, Any]:
    responses = {str(status): {"description": "Done"}, "4XX": {"description": "Why it was not done"}}
    return {"operationId": identity, "summary": text, "parameters": parameters, "responses": responses}


def _in_path(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": text, "schema": dict(TOKEN)}


def _header(name: str, text: str, schema: Schema, *, is_required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": is_required, "description": text, "schema": dict(schema)}
