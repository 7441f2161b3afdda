"""Uploads over HTTP, as tus 1.0 wants them: what each request is answered, and what is there afterwards."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import secrets
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from api_harness import Service
from filmstrip.api.uploading.form_file import file_content
from filmstrip.api.uploading.headers import CutOffError
from filmstrip.api.uploading.receiving import Receiver, receive, writing_to
from filmstrip.api.uploading.threads import UploadThreads
from filmstrip.domain.errors import UploadLockedError
from filmstrip.uploads.uploads import Uploads

OFFSET_STREAM = "application/offset+octet-stream"
DATA = bytes(range(256)) * 4


@dataclass
class Tus:
    """A client that sends what it is told to."""

    service: Service
    token: str
    folder: Path
    uploads: Uploads

    async def send(self, method: str, path: str, data: Any = None, **headers: object) -> Any:
        """Send a request; names of headers have underscores for hyphens."""
        told = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): str(value) for name, value in headers.items()}
        return await self.service.client.request(method, path, data=data, headers=told)

    async def create(self, data: Any = None, **headers: object) -> Any:
        return await self.send("POST", f"/v1/upload_file/{self.token}", data, **headers)

    async def new(self, length: int = len(DATA), **headers: object) -> str:
        """Make an upload; return its path."""
        answer = await self.create(Upload_Length=length, **headers)
        assert answer.status == 201, await answer.text()
        return path_of(answer)

    async def append(self, path: str, offset: int, data: Any, **headers: object) -> Any:
        return await self.send("PATCH", path, data, Upload_Offset=offset, Content_Type=OFFSET_STREAM, **headers)

    async def offset(self, path: str) -> int:
        answer = await self.send("HEAD", path)
        assert answer.status == 200
        return int(answer.headers["Upload-Offset"])

    def content(self, path: str) -> bytes:
        """Read the bytes that are kept."""
        file = self.folder / path.rsplit("/", 1)[-1]
        return file.read_bytes() if file.exists() else b""


def path_of(answer: Any) -> str:
    """The path of a new upload."""
    return "/" + answer.headers["Location"].split("/", 3)[3]


@pytest.fixture
async def tus(service: Service, tmp_path: Path, uploads: Uploads) -> Tus:
    return Tus(service, await service.new_task(), tmp_path / "uploads", uploads)


async def test_a_file_in_pieces(tus: Tus) -> None:
    """Created, asked for, sent in two pieces; what is kept are its bytes, and each answer is as clients want it."""
    answer = await tus.create(
        Upload_Length=len(DATA), Upload_Metadata="filename " + base64.b64encode(b"a.mp4").decode()
    )
    assert answer.status == 201
    assert answer.headers["Location"].startswith(
        f"http://127.0.0.1:{tus.service.client.port}/v1/upload_file/{tus.token}/"
    )
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    path = path_of(answer)
    assert await tus.offset(path) == 0
    first = await tus.append(path, 0, DATA[:700])
    assert (first.status, first.headers["Upload-Offset"]) == (204, "700")
    head = await tus.send("HEAD", path)
    assert {
        name: head.headers[name] for name in ("Upload-Offset", "Upload-Length", "Upload-Metadata", "Cache-Control")
    } == {
        "Upload-Offset": "700",
        "Upload-Length": str(len(DATA)),
        "Upload-Metadata": "filename YS5tcDQ=",
        "Cache-Control": "no-store",
    }
    last = await tus.append(path, 700, DATA[700:])
    assert last.headers["Upload-Offset"] == str(len(DATA))
    assert tus.content(path) == DATA


async def test_what_can_be_done_is_told(tus: Tus) -> None:
    """OPTIONS needs no version and no upload, and other origins may send all headers and read all of ours."""
    answer = await tus.service.client.options(f"/v1/upload_file/{tus.token}")
    assert answer.status == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "concatenation" in answer.headers["Tus-Extension"]
    assert answer.headers["Tus-Checksum-Algorithm"].startswith("sha1")
    assert int(answer.headers["Tus-Max-Size"]) == 50 << 30
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert "Upload-Checksum" in answer.headers["Access-Control-Allow-Headers"]
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    ("headers", "status", "field"),
    [
        ({"Tus_Resumable": "0.2.2", "Upload_Length": 3}, 412, "Tus-Resumable"),
        ({"Tus_Resumable": "", "Upload_Length": 3}, 412, "Tus-Resumable"),
        ({}, 400, "Upload-Length"),
        ({"Upload_Length": -1}, 400, "Upload-Length"),
        ({"Upload_Length": "1e9"}, 400, "Upload-Length"),
        ({"Upload_Length": "9" * 5000}, 400, "Upload-Length"),
        ({"Upload_Length": "٣"}, 400, "Upload-Length"),
        ({"Upload_Length": 3, "Upload_Defer_Length": 1}, 400, "Upload-Length"),
        ({"Upload_Defer_Length": 2}, 400, "Upload-Defer-Length"),
        ({"Upload_Length": 51 << 30}, 413, "Upload-Length"),
        ({"Upload_Length": 3, "Upload_Metadata": "name !!"}, 400, "Upload-Metadata"),
        ({"Upload_Length": 3, "Upload_Metadata": "n " + "A" * 5000}, 400, "Upload-Metadata"),
        ({"Upload_Length": 3, "Upload_Concat": "both"}, 400, "Upload-Concat"),
        ({"Upload_Concat": "final;"}, 400, "Upload-Concat"),
        ({"Upload_Concat": "final;" + "/x/y " * 1001}, 400, "Upload-Concat"),
        ({"Upload_Concat": "final;/x/" + "0" * 32}, 404, "no such upload"),
        ({"Upload_Concat": "final;/../../etc/passwd"}, 400, "Upload-Concat"),
        ({"Upload_Concat": f"final;/{'0' * 32} /{'0' * 32}"}, 400, "twice"),
    ],
)
async def test_a_creation_that_has_no_sense(tus: Tus, headers: dict[str, object], status: int, field: str) -> None:
    """It is refused by its status, with a sentence that names the header; nothing is made."""
    answer = await tus.create(**headers)
    assert answer.status == status
    assert field in (await answer.json())["message"]
    assert not tus.folder.exists()


async def test_an_empty_metadata_is_none(tus: Tus) -> None:
    """As the Python client sends it."""
    path = await tus.new(Upload_Metadata="")
    assert "Upload-Metadata" not in (await tus.send("HEAD", path)).headers


async def test_an_unknown_task_or_upload(tus: Tus) -> None:
    """404: one that was never made, is malformed, or is another task's."""
    stranger = Tus(tus.service, await tus.service.new_task(), tus.folder, tus.uploads)
    path = await tus.new()
    for other in ("0" * 32, "..%2f..%2fetc", "%ff", "x", stranger.token):
        assert (await tus.send("HEAD", path.replace(tus.token, other))).status == 404
        assert (await tus.append(path.replace(tus.token, other), 0, b"x")).status == 404
        assert (await tus.send("DELETE", path.replace(tus.token, other))).status == 404
    for unknown in ("0" * 32, "%00", "%ff", "..%2f" + "0" * 32, "a" * 5000):
        assert (await tus.send("HEAD", f"/v1/upload_file/{tus.token}/{unknown}")).status == 404
    nobody = Tus(tus.service, "0" * 32, tus.folder, tus.uploads)
    assert (await nobody.create(Upload_Length=3)).status == 404


async def test_a_revoked_key_uploads_nothing(tus: Tus) -> None:
    """The task's token alone is not enough, once its key is revoked."""
    tus.service.database.keys.revoke_key("test")
    assert (await tus.create(Upload_Length=3)).status == 404


async def test_another_offset(tus: Tus) -> None:
    """409 tells where it is; nothing is written."""
    path = await tus.new()
    await tus.append(path, 0, DATA[:10])
    answer = await tus.append(path, 5, DATA[5:20])
    assert (answer.status, await tus.offset(path)) == (409, 10)
    assert "byte 10" in (await answer.json())["message"]


async def test_another_type(tus: Tus) -> None:
    """415, and a missing offset 400."""
    path = await tus.new()
    answer = await tus.send("PATCH", path, b"abc", Upload_Offset=0, Content_Type="text/plain")
    assert answer.status == 415
    assert (await tus.send("PATCH", path, b"abc", Content_Type=OFFSET_STREAM)).status == 400


async def test_more_than_was_told(tus: Tus) -> None:
    """413, whether the length is told before or only seen; what was there stays."""
    path = await tus.new(10)
    assert (await tus.append(path, 0, DATA[:11])).status == 413

    async def endless() -> Any:
        for _ in range(4):
            yield DATA[:4]

    assert (await tus.append(path, 0, endless())).status == 413
    assert await tus.offset(path) == 0
    assert (await tus.append(path, 0, DATA[:10])).status == 204
    assert tus.content(path) == DATA[:10]


@pytest.mark.parametrize("kind", ["sha1", "sha256", "md5"])
async def test_a_checksum(tus: Tus, kind: str) -> None:
    """460 for another one, and none of the bytes counts; with the right one they do."""
    path = await tus.new()
    digest = base64.b64encode(hashlib.new(kind, DATA).digest()).decode()
    wrong = await tus.append(path, 0, DATA[:-1] + b"x", Upload_Checksum=f"{kind} {digest}")
    assert (wrong.status, await tus.offset(path)) == (460, 0)
    assert tus.content(path) == b""
    right = await tus.append(path, 0, DATA, Upload_Checksum=f"{kind} {digest}")
    assert (right.status, tus.content(path)) == (204, DATA)


@pytest.mark.parametrize("told", ["crc32 AAAA", "sha1 !!", "sha1", "", "x" * 5000])
async def test_a_checksum_that_has_no_sense(tus: Tus, told: str) -> None:
    """400 (460 for an empty one of a known kind), and nothing is written; the upload can go on."""
    path = await tus.new()
    answer = await tus.append(path, 0, DATA, Upload_Checksum=told)
    assert answer.status == (460 if told == "sha1" else 400)
    assert (await tus.append(path, 0, DATA)).status == 204


async def test_bytes_with_the_creation(tus: Tus) -> None:
    """The first ones come with the request for it; also all of them."""
    answer = await tus.create(DATA[:100], Upload_Length=len(DATA), Content_Type=OFFSET_STREAM)
    assert (answer.status, answer.headers["Upload-Offset"]) == (201, "100")
    assert (await tus.append(path_of(answer), 100, DATA[100:])).status == 204
    assert tus.content(path_of(answer)) == DATA
    whole = await tus.create(DATA, Upload_Length=len(DATA), Content_Type=OFFSET_STREAM)
    assert tus.content(path_of(whole)) == DATA
    too_large = await tus.create(DATA, Upload_Length=3, Content_Type=OFFSET_STREAM)
    assert too_large.status == 413


async def test_a_length_that_is_told_later(tus: Tus) -> None:
    """With any piece, once; the sum of what came has to fit."""
    answer = await tus.create(Upload_Defer_Length=1)
    path = path_of(answer)
    assert (await tus.send("HEAD", path)).headers["Upload-Defer-Length"] == "1"
    await tus.append(path, 0, DATA[:100])
    assert (await tus.append(path, 100, b"", Upload_Length=50)).status == 400
    assert (await tus.append(path, 100, DATA[100:200], Upload_Length=200)).status == 204
    head = await tus.send("HEAD", path)
    assert (head.headers["Upload-Length"], "Upload-Defer-Length" in head.headers) == ("200", False)
    assert (await tus.append(path, 200, b"", Upload_Length=300)).status == 400


async def test_an_upload_of_parts(tus: Tus) -> None:
    """They are sent side by side, and joined in the order that is asked for; then they are gone."""
    parts = [await tus.new(len(DATA), Upload_Concat="partial") for _ in range(2)]
    await asyncio.gather(tus.append(parts[0], 0, DATA), tus.append(parts[1], 0, DATA[::-1]))
    answer = await tus.create(Upload_Concat=f"final;{parts[1]} http://127.0.0.1{parts[0]}")
    assert answer.status == 201, await answer.text()
    path = path_of(answer)
    assert tus.content(path) == DATA[::-1] + DATA
    head = await tus.send("HEAD", path)
    assert (head.headers["Upload-Length"], head.headers["Upload-Offset"]) == ("2048", "2048")
    assert head.headers["Upload-Concat"].startswith("final;")
    assert [(await tus.send("HEAD", part)).status for part in parts] == [404, 404]
    assert (await tus.append(path, 2048, b"x")).status == 400


async def test_parts_that_do_not_fit(tus: Tus) -> None:
    """Not complete, no part at all, or another key's: nothing is joined, and nothing is lost."""
    whole, part = await tus.new(3), await tus.new(3, Upload_Concat="partial")
    await tus.append(whole, 0, b"abc")
    assert (await tus.create(Upload_Concat=f"final;{whole}")).status == 400
    assert (await tus.create(Upload_Concat=f"final;{part}")).status == 400
    await tus.append(part, 0, b"abc")
    other_key = tus.service.database.keys.create_key("other")[0]
    stranger = Tus(tus.service, tus.service.database.tasks.create_task(other_key.id), tus.folder, tus.uploads)
    assert (await stranger.create(Upload_Concat=f"final;{part}")).status == 404
    assert (tus.content(part), tus.content(whole)) == (b"abc", b"abc")
    assert {path.name for path in tus.folder.iterdir()} == {path.rsplit("/", 1)[-1] for path in (part, whole)}


async def test_an_end_before_time(tus: Tus) -> None:
    """DELETE removes it with its bytes, also by POST with the method in a header, as some proxies need it."""
    path, other = await tus.new(), await tus.new()
    await tus.append(path, 0, DATA[:10])
    assert (await tus.send("DELETE", path)).status == 204
    assert (await tus.send("HEAD", path)).status == 404
    assert (await tus.send("POST", other, X_HTTP_Method_Override="DELETE")).status == 204
    assert not any(tus.folder.iterdir())


async def test_a_method_by_a_header(tus: Tus) -> None:
    """PATCH as POST, for clients behind old proxies."""
    path = await tus.new()
    answer = await tus.send(
        "POST", path, DATA, X_HTTP_Method_Override="PATCH", Upload_Offset=0, Content_Type=OFFSET_STREAM
    )
    assert (answer.status, tus.content(path)) == (204, DATA)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "TRACE"])
async def test_another_method(tus: Tus, method: str) -> None:
    """405 with those that there are."""
    answer = await tus.send(method, await tus.new())
    assert (answer.status, answer.headers["Allow"]) == (405, "HEAD, PATCH, DELETE, OPTIONS")


async def test_two_at_once(tus: Tus) -> None:
    """The later request goes on, as it comes from a client that has lost the one before; what that brought counts."""
    path = await tus.new()
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> Any:
        yield DATA[:10]
        began.set()
        await may_end.wait()
        yield DATA[10:20]

    first = asyncio.create_task(tus.append(path, 0, slow()))
    await began.wait()
    async with asyncio.timeout(20):
        while not (tus.folder / path.rsplit("/", 1)[-1]).exists():
            await tus.service.client.get("/healthz")
    stranger = path.replace(tus.token, "0" * 32)
    assert (await tus.append(stranger, 0, DATA)).status == 404
    assert (await tus.send("HEAD", stranger)).status == 404
    assert (await tus.send("DELETE", path)).status == 423
    assert await tus.offset(path) == 10
    assert (await first).status == 423
    may_end.set()
    assert (await tus.append(path, 10, DATA[10:])).status == 204
    assert tus.content(path) == DATA


async def test_another_process_writes(tus: Tus) -> None:
    """If the other request is not ours to end, it is waited for: 423."""
    path = await tus.new()
    identity = path.rsplit("/", 1)[-1]
    writing = tus.uploads.write(tus.token, identity, 0)
    assert (await tus.append(path, 0, DATA)).status == 423
    assert (await tus.send("DELETE", path)).status == 423
    writing.close()
    assert (await tus.append(path, 0, DATA)).status == 204


async def test_one_that_took_too_long_cuts_nothing_off(tus: Tus) -> None:
    """Its time was over and another one wrote: it counts nothing more, and leaves alone what is there."""
    path = await tus.new()
    identity = path.rsplit("/", 1)[-1]
    late = tus.uploads.write(tus.token, identity, 0)
    late.write(DATA[:5])
    tus.service.clock.advance(minutes=5)
    assert (await tus.append(path, 0, DATA)).status == 204
    with pytest.raises(UploadLockedError):
        late.end()
    late.close()
    assert tus.content(path) == DATA
    assert await tus.offset(path) == len(DATA)


async def broken_off(tus: Tus, path: str, **headers: str) -> None:
    """Send 300 bytes of all, and go away."""
    _reader, writer = await asyncio.open_connection("127.0.0.1", tus.service.client.port)
    told = {"Host": "x", "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": OFFSET_STREAM, **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    writer.write(f"PATCH {path} HTTP/1.1\r\n{lines}Content-Length: {len(DATA)}\r\n\r\n".encode() + DATA[:300])
    await writer.drain()
    writer.close()


async def went_on(tus: Tus, path: str) -> int:
    """Go on as soon as the request before is known to be gone; return from where."""
    async with asyncio.timeout(20):
        while True:
            offset = await tus.offset(path)
            answer = await tus.append(path, offset, DATA[offset:])
            if answer.status == 204:
                return offset
            assert answer.status in (409, 423)


async def test_a_client_that_goes_away(tus: Tus) -> None:
    """It goes on from where it is told that it is."""
    path = await tus.new()
    await broken_off(tus, path)
    await went_on(tus, path)
    assert tus.content(path) == DATA


async def test_a_client_that_goes_away_before_its_checksum(tus: Tus) -> None:
    """Without all bytes nothing can be checked, so none of them counts."""
    path = await tus.new()
    await broken_off(tus, path, **{"Upload-Checksum": "sha1 AAAA"})
    assert await went_on(tus, path) == 0
    assert tus.content(path) == DATA


async def test_what_came_before_the_connection_broke_is_kept(tus: Tus) -> None:
    """Bytes that were read count, although no more came."""

    class Broken:
        """What a connection brought, and then nothing more."""

        def __init__(self) -> None:
            self.left = [DATA[:300]]

        async def read(self, size: int) -> bytes:
            assert size > 300
            if self.left:
                return self.left.pop()
            raise ConnectionResetError

    identity = (await tus.new()).rsplit("/", 1)[-1]
    broken: Any = Broken()
    threads = UploadThreads()
    async with writing_to(threads, partial(tus.uploads.write, tus.token, identity, 0)) as writing:
        with pytest.raises(CutOffError):
            await receive(threads, Receiver(broken, 10), writing)
    threads.close()
    assert tus.uploads.find(tus.token, identity).offset == 300


async def test_a_large_file(tus: Tus) -> None:
    """Tens of MiB are written in pieces, none of them held; all of it is right."""
    data = secrets.token_bytes(20 << 20)
    path = await tus.new(len(data))
    assert (await tus.append(path, 0, io.BytesIO(data))).status == 204
    assert hashlib.sha256(tus.content(path)).digest() == hashlib.sha256(data).digest()


async def test_an_upload_expires(tus: Tus) -> None:
    """A day after its last byte; each piece gives it a new day."""
    path = await tus.new()
    tus.service.clock.advance(hours=20)
    await tus.append(path, 0, DATA[:10])
    tus.service.clock.advance(hours=20)
    tus.uploads.sweep()
    assert await tus.offset(path) == 10
    tus.service.clock.advance(hours=5)
    tus.uploads.sweep()
    assert (await tus.send("HEAD", path)).status == 404
    assert not any(tus.folder.iterdir())


async def test_a_form_with_a_file(tus: Tus) -> None:
    """As `curl -F file=@film.mp4` sends it: answered as every API method, with the source to name."""
    form = FormData()
    form.add_field("note", "a field before it")
    form.add_field("file", DATA * 1000, filename='odd "name".mp4', content_type="video/mp4")
    form.add_field("late", "a field behind it")
    answer = await tus.service.client.post(f"/v1/upload_file/{tus.token}", data=form)
    body = await answer.json()
    assert (answer.status, body["error"], body["size"]) == (200, 0, len(DATA) * 1000)
    assert body["source"] == f"tus:{body['file_uuid']}"
    assert (tus.folder / body["file_uuid"]).read_bytes() == DATA * 1000


@pytest.mark.parametrize(
    "disposition",
    [
        'form-data; name="file"; filename="a"',
        'form-data; filename="a"; name="file"',
        "FORM-DATA; NAME=file; FILENAME*=UTF-8''a",
    ],
)
async def test_how_a_form_may_name_its_file(tus: Tus, disposition: str) -> None:
    """In any order of parameters, quoted or not (RFC 7578, 4.2)."""
    body = f"--b\r\nContent-Type: video/mp4\r\nContent-Disposition: {disposition}\r\n\r\nfilm\r\n--b--\r\n".encode()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await tus.service.client.post(f"/v1/upload_file/{tus.token}", data=body, headers=headers)
    assert (await answer.json())["size"] == 4


async def test_a_form_for_no_task_is_not_read(tus: Tus) -> None:
    """Its token is looked at first, whatever follows and however slowly."""
    forever = asyncio.Event()

    async def endless() -> Any:
        yield b"--b\r\n"
        await forever.wait()

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await tus.service.client.post("/v1/upload_file/nosuchtask", data=endless(), headers=headers)
    assert answer.status == 404
    forever.set()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b\r\n",
        b"--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nvalue\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file name\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nno end',
        b"\r\n" * 100_000,
        b"--b\r\n\r\n" * 10_000,
        b"--b\r\n" + b"content-disposition:form-data;name=file;" * 20_000,
    ],
    ids=["nothing", "no head", "no part", "another field", "no file", "no end", "line ends", "many parts", "long head"],
)
async def test_a_form_without_its_file(tus: Tus, body: bytes) -> None:
    """A sentence, and nothing is left."""
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await tus.service.client.post(f"/v1/upload_file/{tus.token}", data=body, headers=headers)
    assert answer.status == 400
    assert (await answer.json())["error"] == 19
    assert not tus.folder.exists() or not any(tus.folder.iterdir())


@pytest.mark.parametrize("upload_idle_seconds", [0.2])
async def test_a_form_that_falls_silent(tus: Tus) -> None:
    """It is to be sent once more: nobody can go on with it, and nothing of it is left."""
    forever = asyncio.Event()

    async def silent() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nsome of it'
        await forever.wait()

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await tus.service.client.post(f"/v1/upload_file/{tus.token}", data=silent(), headers=headers)
    assert answer.status == 408
    assert "send it once more" in (await answer.json())["message"]
    assert not any(tus.folder.iterdir())
    forever.set()


async def test_a_file_in_a_form_is_found_at_every_boundary() -> None:
    """However the body is cut into pieces, the file is the same."""
    content = b"--b\r\n--b-\r\n--bc\r\n-\r\n"
    body = b'--bo\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + content + b"\r\n--bo--\r\n"
    for size in range(1, len(body) + 1):

        async def pieces(size: int = size) -> Any:
            for start in range(0, len(body), size):
                yield body[start : start + size]

        assert b"".join([data async for data in file_content(pieces(), b"bo")]) == content


async def test_too_many(tus: Tus) -> None:
    """One key has so many uploads at a time; then it is told so, and may remove one."""
    tus.uploads.settings = replace(tus.uploads.settings, max_uploads=2)
    path = await tus.new()
    await tus.new()
    answer = await tus.create(Upload_Length=3)
    assert answer.status == 429
    assert "has 2 uploads" in (await answer.json())["message"]
    await tus.send("DELETE", path)
    await tus.new()


async def test_a_full_disk(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """507; what was there is kept, and it goes on when there is room."""
    path = await tus.new()
    await tus.append(path, 0, DATA[:10])

    def full(_descriptor: int, _data: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("filmstrip.uploads.folder_store.os.write", full)
        assert (await tus.append(path, 10, DATA[10:])).status == 507
    assert await tus.offset(path) == 10
    assert (await tus.append(path, 10, DATA[10:])).status == 204
    assert tus.content(path) == DATA


async def test_a_fault_of_ours_is_no_success(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """By tus, all below 300 is one: what nobody foresaw is answered by 500."""
    path = await tus.new()

    def broken(*_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(tus.uploads, "write", broken)
    answer = await tus.append(path, 0, DATA)
    assert (answer.status, (await answer.json())["message"]) == (500, "Internal server error")


async def test_bytes_with_a_creation_that_break_off(tus: Tus) -> None:
    """The answer says where to go on, although it is no success."""
    wrong = await tus.create(DATA, Upload_Length=len(DATA), Content_Type=OFFSET_STREAM, Upload_Checksum="sha1 AAAA")
    assert wrong.status == 460
    assert (await tus.append(path_of(wrong), 0, DATA)).status == 204


async def test_no_key_fills_the_disk(tus: Tus) -> None:
    """What its uploads have and will have together is limited, whether the length is told or only seen."""
    kib = 1 << 10
    tus.uploads.settings = replace(tus.uploads.settings, max_upload_gb_per_key=1, max_upload_gb=1)
    await tus.new((1 << 30) - 10 * kib)
    too_much = await tus.create(Upload_Length=20 * kib)
    assert too_much.status == 413
    assert "max_upload_gb_per_key" in (await too_much.json())["message"]
    path = path_of(await tus.create(Upload_Defer_Length=1))
    assert (await tus.append(path, 0, bytes(20 * kib))).status == 413
    assert (await tus.append(path, 0, bytes(10 * kib))).status == 204
