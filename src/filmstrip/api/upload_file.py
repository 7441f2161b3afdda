"""/v1/upload_file/TASK_TOKEN: sources that clients send us, by tus 1.0 or as a form, and use as `tus:ID`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog
from aiohttp import web

from filmstrip.api.answer import base_url, success
from filmstrip.api.errors import failure
from filmstrip.api.uploading.desk import DESK, Desk
from filmstrip.api.uploading.form_file import receive_form
from filmstrip.api.uploading.headers import (
    OFFSET_STREAM,
    PATH,
    VERSION,
    BodyTypeError,
    TusError,
    TusVersionError,
    abilities,
    creation,
    demand_version,
    expiry,
    number,
    state,
    status_of,
)
from filmstrip.api.uploading.receiving import Receiver, receive, writing_to
from filmstrip.db.upload_records import NewUpload, Upload
from filmstrip.domain.errors import FilmstripError, UploadTooLargeError
from filmstrip.uploads.uploads import SCHEME
from filmstrip.uploads.writing import Checksum

routes = web.RouteTableDef()
log = structlog.get_logger(__name__)

Answering = Callable[[web.Request, Desk], Awaitable[web.Response]]

_COLLECTION = f"/{{leading:/*}}v1{{middle:/+}}{PATH}/{{token:[^/]+}}{{trailing:/*}}"
_ITEM = f"/{{leading:/*}}v1{{middle:/+}}{PATH}/{{token:[^/]+}}/{{identity:[^/]+}}{{trailing:/*}}"
_OVERRIDE = "X-HTTP-Method-Override"
_LOCATION: web.RequestKey[str] = web.RequestKey("upload_location", str)


@routes.route("*", _COLLECTION)
async def collection(request: web.Request) -> web.Response:
    """Begin an upload, or tell what can be done."""
    return await _answered(request, {"POST": _begin, "OPTIONS": _tell_abilities})


@routes.route("*", _ITEM)
async def item(request: web.Request) -> web.Response:
    """Go on with an upload, tell how far it is, or end it."""
    return await _answered(request, {"HEAD": _tell_state, "PATCH": _append, "DELETE": _end, "OPTIONS": _tell_abilities})


async def _answered(request: web.Request, by_method: Mapping[str, Answering]) -> web.Response:
    """Answer by HTTP status, as tus clients read nothing else; the body is for people."""
    desk = request.app[DESK]
    method = request.method
    if method == "POST":
        method = request.headers.get(_OVERRIDE, method).upper()
    try:
        if method not in by_method:
            allowed = ", ".join(by_method)
            response = _refusal(TusError(f"This address is called by {allowed}, not by {method[:20]}"), 405)
            response.headers["Allow"] = allowed
        else:
            response = await by_method[method](request, desk)
    except FilmstripError as error:
        log.info("upload_refused", reason=str(error)[:500], kind=type(error).__name__)
        response = _refusal(error, status_of(error))
    except Exception:
        # As every API method answers by HTTP status 200, a client would take it for a success.
        log.exception("upload failed")
        response = _refusal(FilmstripError("Internal server error"), 500)
    response.headers.update({"Tus-Resumable": VERSION, "Cache-Control": "no-store"})
    if _LOCATION in request:
        # Also of an upload that was made, and of which not all came: or nobody could go on with it.
        response.headers["Location"] = request[_LOCATION]
    return response


def _refusal(error: FilmstripError, status: int) -> web.Response:
    response = web.json_response(failure(error), status=status)
    if isinstance(error, TusVersionError):
        response.headers["Tus-Version"] = VERSION
    # What is left of the body is not read.
    response.force_close()
    return response


async def _tell_abilities(_request: web.Request, desk: Desk) -> web.Response:
    return web.Response(status=204, headers=abilities(desk.uploads.settings.max_upload_bytes))


async def _begin(request: web.Request, desk: Desk) -> web.Response:
    if request.content_type == "multipart/form-data":
        upload = await receive_form(request, desk, request.match_info["token"])
        return success(source=f"{SCHEME}{upload.identity}", file_uuid=upload.identity, size=upload.offset)
    demand_version(request.headers)
    asked = creation(request.headers)
    new = NewUpload(request.match_info["token"], asked.length, asked.metadata, asked.concat)
    if asked.parts:
        upload = await desk.threads.run_long(desk.uploads.join, new, asked.parts)
    else:
        _demand_fitting(request, asked.length)
        upload = await desk.threads.run(desk.uploads.create, new)
        request[_LOCATION] = _address(request, upload)
        if request.content_type == OFFSET_STREAM:
            upload = await _received(request, desk, upload.identity, 0)
    log.info("upload_begun", upload=upload.identity, task_token=upload.task_token, length=upload.length)
    return web.Response(status=201, headers={"Location": _address(request, upload), **_progress(upload)})


def _address(request: web.Request, upload: Upload) -> str:
    return f"{base_url(request)}/v1/{PATH}/{upload.task_token}/{upload.identity}"


async def _append(request: web.Request, desk: Desk) -> web.Response:
    demand_version(request.headers)
    if request.content_type != OFFSET_STREAM:
        raise BodyTypeError(f"Content-Type: {request.content_type[:80]!a} is not {OFFSET_STREAM}")
    offset = number(request.headers, "Upload-Offset")
    if offset is None:
        raise TusError("Upload-Offset: is required")
    upload = await _received(request, desk, request.match_info["identity"], offset)
    if upload.is_complete:
        log.info("upload_complete", upload=upload.identity, task_token=upload.task_token, size=upload.offset)
    return web.Response(status=204, headers=_progress(upload))


async def _received(request: web.Request, desk: Desk, identity: str, offset: int) -> Upload:
    """Take in the body, whose checksum and length were looked at first."""
    checksum = Checksum(request.headers["Upload-Checksum"]) if "Upload-Checksum" in request.headers else None
    length = number(request.headers, "Upload-Length")
    token = request.match_info["token"]
    # Who does not know the address ends no request of others.
    await desk.threads.run(desk.uploads.find, token, identity)
    receiver = Receiver(request.content, desk.uploads.settings.upload_idle_seconds)
    async with (
        desk.receivers.following(identity, receiver),
        writing_to(desk.threads, partial(desk.uploads.write, token, identity, offset, length)) as writing,
    ):
        writing.checksum = checksum
        _demand_fitting(request, writing.room)
        return await receive(desk.threads, receiver, writing)


def _demand_fitting(request: web.Request, room: int | None) -> None:
    if room is not None and (request.content_length or 0) > room:
        raise UploadTooLargeError(
            f"Content-Length: {request.content_length} bytes are more than the {room} that are left"
        )


async def _tell_state(request: web.Request, desk: Desk) -> web.Response:
    demand_version(request.headers)
    token, identity = request.match_info["token"], request.match_info["identity"]
    await desk.threads.run(desk.uploads.find, token, identity)
    # Who asks where to go on from has lost its connection.
    await desk.receivers.end(identity)
    upload = await desk.threads.run(desk.uploads.find, token, identity)
    return web.Response(status=200, headers=state(upload))


async def _end(request: web.Request, desk: Desk) -> web.Response:
    demand_version(request.headers)
    await desk.threads.run(desk.uploads.remove, request.match_info["token"], request.match_info["identity"])
    return web.Response(status=204)


def _progress(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Expires": expiry(upload.expires_at)}
