"""How does a task get at its source?"""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.domain.errors import SourceChangedError, SourceUnreachableError
from filmstrip.jobs.tasks.fetching import FetchListener, fetch_source
from filmstrip.media.source.media_source import LocalFile
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference
from filmstrip.testing.range_server import RangeServer
from raw_server import RawServer, running_raw_server

CONTENT = bytes(range(256)) * 4096


@pytest.fixture
def storage(tmp_path: Path) -> StorageSettings:
    return StorageSettings(
        tmp_path / "temporary", private_hosts=("127.0.0.1",), local_roots=(tmp_path,), retry_pause_seconds=0.01
    )


@pytest.fixture
def url(range_server: RangeServer) -> str:
    (range_server.folder / "video.mp4").write_bytes(CONTENT)
    return range_server.url_of("video.mp4")


async def test_a_file_is_read_where_it_is(tmp_path: Path, storage: StorageSettings) -> None:
    """A local source is never copied."""
    (tmp_path / "video.mp4").write_bytes(CONTENT)
    source, version = await fetch_source(f"file://{tmp_path}/video.mp4", storage, tmp_path / "copy", whole=True)
    assert source == LocalFile(tmp_path / "video.mp4")
    assert version.size_bytes == len(CONTENT)
    assert not (tmp_path / "copy").exists()


async def test_a_source_is_read_from_afar(
    tmp_path: Path, storage: StorageSettings, url: str, range_server: RangeServer
) -> None:
    """What need not be read whole is not copied, and costs next to nothing before it is read."""
    source, version = await fetch_source(url, storage, tmp_path / "copy", whole=False)
    assert isinstance(source, SourceReference)
    assert source.version == version
    assert range_server.bytes_sent < 1000


async def test_what_was_said_before_is_not_asked_again(
    tmp_path: Path, storage: StorageSettings, url: str, range_server: RangeServer
) -> None:
    """A source that is read in parts needs no further word of its server; one of this machine is opened as ever."""
    said: list[SourceFacts] = []
    _, version = await fetch_source(
        url, storage, tmp_path / "copy", whole=False, listener=FetchListener(on_answer=said.append)
    )
    range_server.forget()
    source, again = await fetch_source(url, storage, tmp_path / "copy", whole=False, expected=version, known=said[0])
    assert (source, again, range_server.requests) == (SourceReference(url, version), version, [])
    (tmp_path / "video.mp4").write_bytes(CONTENT)
    local, _ = await fetch_source(
        f"file://{tmp_path}/video.mp4", storage, tmp_path / "copy", whole=False, expected=version, known=said[0]
    )
    assert local == LocalFile(tmp_path / "video.mp4")


async def test_a_source_is_copied_once(
    tmp_path: Path, storage: StorageSettings, url: str, range_server: RangeServer
) -> None:
    """What is needed whole is copied, and the copy is used again without a word to the server."""
    source, version = await fetch_source(url, storage, tmp_path / "copy", whole=True)
    assert source == LocalFile(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == CONTENT
    range_server.forget()
    assert await fetch_source(url, storage, tmp_path / "copy", whole=True, expected=version) == (source, version)
    assert range_server.requests == []


async def test_a_server_without_ranges(
    tmp_path: Path, storage: StorageSettings, url: str, range_server: RangeServer
) -> None:
    """A source that its server hands out only as a whole is copied, also where a part would do."""
    range_server.manners.ranges = False
    source, _ = await fetch_source(url, storage, tmp_path / "copy", whole=False)
    assert source == LocalFile(tmp_path / "copy")


async def test_another_state_is_refused(
    tmp_path: Path, storage: StorageSettings, url: str, range_server: RangeServer
) -> None:
    """After a restart the source has to be what it was, or pictures of two videos would be mixed."""
    _, version = await fetch_source(url, storage, tmp_path / "copy", whole=False)
    (range_server.folder / "video.mp4").write_bytes(CONTENT[:-1])
    with pytest.raises(SourceChangedError):
        await fetch_source(url, storage, tmp_path / "copy", whole=False, expected=version)


async def test_nobody_waits_for_a_copy(
    tmp_path: Path, storage: StorageSettings, url: str, range_server: RangeServer
) -> None:
    """A copy whose task is cancelled ends by itself and leaves nothing."""
    (range_server.folder / "video.mp4").write_bytes(CONTENT * 16)
    range_server.manners.bytes_per_second = 8_000_000
    patient = replace(storage, connections=1)
    (tmp_path / "copies").mkdir()
    copying = asyncio.create_task(fetch_source(url, patient, tmp_path / "copies" / "copy", whole=True))
    async with asyncio.timeout(30):
        while not list((tmp_path / "copies").glob("*")):  # noqa: ASYNC110 - the copy is made by a thread
            await asyncio.sleep(0.01)
        copying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await copying
        while list((tmp_path / "copies").glob("*")):  # noqa: ASYNC110 - the copy is made by a thread
            await asyncio.sleep(0.01)


async def test_an_answer_counts_before_the_copy_is_whole(tmp_path: Path, storage: StorageSettings) -> None:
    """A server that breaks in the middle of the very first part has answered; one that says nothing has not."""

    def answer(server: RawServer, connection: socket.socket, _head: str) -> None:
        if len(server.heads) == 1:
            connection.sendall(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n")
            connection.sendall(b"Content-Range: bytes 0-0/1000000\r\n\r\nx")

    answers: list[str] = []
    listener = FetchListener(on_answer=lambda _facts: answers.append("answered"))
    impatient = replace(storage, retries=0)
    with running_raw_server(answer) as server, running_raw_server() as silent:
        for url, expected in ((silent.url(), []), (server.url(), ["answered"])):
            with pytest.raises(SourceUnreachableError):
                await fetch_source(url, impatient, tmp_path / "copy", whole=True, listener=listener)
            assert answers == expected


async def test_what_a_killed_attempt_left_of_joining_is_in_nobodys_way(
    tmp_path: Path, storage: StorageSettings, range_server: RangeServer
) -> None:
    """Pictures and sound of a playlist are joined anew where the process was killed in the middle of it."""
    texts = {
        "all": '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",URI="sound"\n#EXT-X-STREAM-INF:AUDIO="s"\npictures\n',
        "pictures": "#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n",
        "sound": "#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n",
    }
    for name, text in texts.items():
        (range_server.folder / name).write_text(f"#EXTM3U\n{text}")
    (range_server.folder / "a.ts").write_bytes(b"pictures ")
    (range_server.folder / "b.ts").write_bytes(b"sound")
    left = tmp_path / "copy-joining" / "0"
    left.mkdir(parents=True)
    (left / "joined.mp4").write_bytes(b"pict")

    def write(joined: Path, *parts: Path) -> Path:
        with joined.open("xb") as file:
            file.writelines(part.read_bytes() for part in parts)
        return joined

    async def join(pictures: Path, sound: Path, folder: Path) -> Path:
        return write(folder / "joined.mp4", pictures, sound)

    source, _ = await fetch_source(range_server.url_of("all"), storage, tmp_path / "copy", whole=True, join=join)
    assert source == LocalFile(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"pictures sound"
    assert not left.parent.exists()
