"""Does a media process get the bytes of a remote source, and nothing else, through the process that fetches them?"""

import asyncio
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from filmstrip.domain.errors import (
    HostNotAllowedError,
    MediaProcessError,
    SourceChangedError,
    SourceNotFoundError,
    SourceUnreadableError,
)
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.isolation.sandbox import run_beside
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs.child.fetch_request import FETCHER, FetchRequest, fetch_requests
from filmstrip.outputs.child.fetched_ranges import FetchedRanges
from filmstrip.outputs.registry import CHILD
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference, SourceVersion
from filmstrip.testing.range_server import RangeServer

pytestmark = pytest.mark.timeout(240)
MEDIA = MediaSettings()
SIZE = 3_000_000


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(private_hosts=("127.0.0.1",), temporary_root=tmp_path, retry_pause_seconds=0.01)


@pytest.fixture
def content(range_server: RangeServer) -> bytes:
    data = random.Random(1).randbytes(SIZE)
    (range_server.folder / "source").write_bytes(data)
    return data


@asynccontextmanager
async def fetched(url: str, settings: StorageSettings, folder: Path) -> AsyncIterator[socket.socket]:
    request = fetch_requests().dump_json(FetchRequest(SourceReference(url), MEDIA, settings)).decode()
    with ForkServer(FETCHER) as server:
        async with run_beside(server, request, MEDIA, folder) as end:
            yield end


async def test_bytes_arrive(
    range_server: RangeServer, settings: StorageSettings, content: bytes, tmp_path: Path
) -> None:
    """Ranges of any place and length are those of the source, also when many threads ask at once."""
    chosen = random.Random(2)
    spans = [(start := chosen.randrange(SIZE), start + chosen.randrange(1, 500_000)) for _ in range(200)]
    async with fetched(range_server.url_of("source"), settings, tmp_path) as end:
        ranges = await asyncio.to_thread(FetchedRanges, end.fileno())
        assert ranges.size_bytes == SIZE

        def read_all() -> bool:
            with ThreadPoolExecutor(24) as pool:
                answers = pool.map(lambda span: ranges.read_range(*span), spans)
                return all(answer == content[slice(*span)] for answer, span in zip(answers, spans, strict=True))

        assert await asyncio.to_thread(read_all)
        assert ranges.read_range(SIZE, SIZE + 5) == b""
        # Beyond what is known of the head, each byte was fetched once.
        assert ranges.bytes_read >= sum(
            min(end, SIZE) - max(start, 1 << 16) for start, end in spans if start >= 1 << 16
        )


async def test_failures_keep_their_names(range_server: RangeServer, settings: StorageSettings, tmp_path: Path) -> None:
    """What is wrong with a source is told by the same error and sentence as where it happens."""
    shutil.copy(ASSETS["plain.mp4"].path, range_server.folder / "film.mp4")
    (range_server.folder / "text").write_text("no film at all " * 9999)
    film = range_server.url_of("film.mp4")
    cases: list[tuple[SourceReference, StorageSettings, type[Exception], str]] = [
        (SourceReference(range_server.url_of("none")), settings, SourceNotFoundError, "none"),
        (SourceReference(film), StorageSettings(tmp_path), HostNotAllowedError, "private_hosts"),
        (SourceReference(film, SourceVersion(1)), settings, SourceChangedError, "changed"),
        (SourceReference(range_server.url_of("text")), settings, SourceUnreadableError, "cannot be read as media"),
    ]
    with ForkServer(CHILD) as server:
        for reference, storage, kind, words in cases:
            with pytest.raises(kind, match=words):
                await MediaChild(MEDIA, storage, server).probe(reference, tmp_path)
        info = await MediaChild(MEDIA, settings, server).probe(SourceReference(film), tmp_path)
    assert info.video is not None


async def test_signs_of_a_slow_answer(
    range_server: RangeServer, settings: StorageSettings, content: bytes, tmp_path: Path
) -> None:
    """While one long answer arrives, there are signs of it; without arrivals there are none."""
    signs: list[str] = []
    async with fetched(range_server.url_of("source"), settings, tmp_path) as end:
        ranges = await asyncio.to_thread(FetchedRanges, end.fileno(), lambda: signs.append("sign"))
        range_server.manners.bytes_per_second = 500_000
        assert await asyncio.to_thread(ranges.read_range, 100_000, 2_600_000) == content[100_000:2_600_000]
        signs.append("answer")
        assert signs.index("answer") >= 2
        assert await asyncio.to_thread(ranges.read_range, 0, 10) == content[:10]


async def test_a_slow_source_is_no_hang(range_server: RangeServer, settings: StorageSettings, tmp_path: Path) -> None:
    """A media process that has nothing to report is not ended as long as its source arrives."""
    shutil.copy(ASSETS["plain.ts"].path, range_server.folder / "film.ts")
    film = SourceReference(range_server.url_of("film.ts"))
    media = replace(MEDIA, stall_seconds=8.0)
    with ForkServer(CHILD) as server:
        child = MediaChild(media, settings, server)
        await child.probe(film, tmp_path)
        asked = len(range_server.requests)
        range_server.manners.latency_seconds = 1.5
        assert (await child.probe(film, tmp_path)).video is not None
    assert (len(range_server.requests) - asked) * 1.5 > media.stall_seconds


async def test_a_source_that_changes_midway(
    range_server: RangeServer, settings: StorageSettings, content: bytes, tmp_path: Path
) -> None:
    """An error while reading reaches whoever reads, and the next one too."""
    async with fetched(range_server.url_of("source"), settings, tmp_path) as end:
        ranges = await asyncio.to_thread(FetchedRanges, end.fileno())
        (range_server.folder / "source").write_bytes(content[:-1])
        for _ in range(2):
            with pytest.raises(SourceChangedError):
                await asyncio.to_thread(ranges.read_range, 100_000, 200_000)


def ask_for_everything(end: int) -> None:
    os.write(end, struct.pack("<IQQ", 1, 0, 1 << 40))


def ask_backwards(end: int) -> None:
    os.write(end, struct.pack("<IQQ", 1, 100, 1))


def ask_a_thousand_times(end: int) -> None:
    for number in range(1000):
        os.write(end, struct.pack("<IQQ", 1000 + number, SIZE - 10, SIZE))


def ask_in_noise(end: int) -> None:
    os.write(end, b"\xff" * 4000)


@pytest.mark.parametrize("nonsense", [ask_for_everything, ask_backwards, ask_a_thousand_times, ask_in_noise])
async def test_nonsense_ends_the_fetching(
    range_server: RangeServer,
    settings: StorageSettings,
    content: bytes,
    tmp_path: Path,
    nonsense: Callable[[int], None],
) -> None:
    """A media process that was taken over and asks for nonsense has nobody any more who fetches for it; others have."""
    assert content
    async with fetched(range_server.url_of("source"), settings, tmp_path) as end:
        ranges = await asyncio.to_thread(FetchedRanges, os.dup(end.fileno()))
        range_server.manners.latency_seconds = 0.5
        waiting = asyncio.create_task(asyncio.to_thread(ranges.read_range, SIZE - 10, SIZE))
        with suppress(BrokenPipeError, ConnectionResetError):  # it may be gone before all is asked
            await asyncio.to_thread(nonsense, end.fileno())
        with pytest.raises(MediaProcessError, match="ended unexpectedly"):
            await waiting
        range_server.manners.latency_seconds = 0
        async with fetched(range_server.url_of("source"), settings, tmp_path) as other:
            again = await asyncio.to_thread(FetchedRanges, other.fileno())
            assert await asyncio.to_thread(again.read_range, SIZE - 10, SIZE) == content[-10:]


def test_what_a_fetching_process_loads() -> None:
    """It has no decoder and no event loop, so that little of it can be attacked."""
    code = f"import sys, {FETCHER}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"av", "numpy", "PIL", "asyncio", "aiohttp", "sqlalchemy"} & set(done.stdout.split())


def test_a_reader_waits_for_nobody_who_is_gone() -> None:
    """The end of the other side wakes everybody who waits, and is told to everybody who comes later."""
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(struct.pack("<I?QI", 0, False, 0, 8) + struct.pack("<Q", 100))
        ranges = FetchedRanges(ours.fileno())
        failures: list[str] = []

        def read() -> None:
            try:
                ranges.read_range(0, 100)
            except MediaProcessError as error:
                failures.append(str(error))

        readers = [threading.Thread(target=read) for _ in range(8)]
        for reader in readers:
            reader.start()
        for _ in readers:
            theirs.recv(20, socket.MSG_WAITALL)
        theirs.close()
        for reader in readers:
            reader.join()
        read()
        assert failures == ["The process that fetches the source ended unexpectedly"] * 9
