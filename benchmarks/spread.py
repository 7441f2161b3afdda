"""`python -m benchmarks.spread --database URL`: what does one long video cost the busiest of several workers?

A film is encoded in one piece by one worker, and then in segments by two, which share a bucket of a SeaweedFS that is
started for it. Each worker has one core. Processor time is that of a worker and all that it starts; database, store and
API are not counted. The parts are measured apart, by themselves, for what more workers would need.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import psycopg

from benchmarks.fleet import running_program
from benchmarks.services import cpu_seconds, finish, wait_until_open
from filmstrip.cli.demo.api_client import ApiClient
from filmstrip.domain.artifact import Artifact
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.outputs._base import OutputPlan
from filmstrip.outputs._rendering import Rendering, Workbench
from filmstrip.outputs._segment_encoding import render
from filmstrip.outputs.mp4.output import Mp4
from filmstrip.storage.own.bucket import OwnBucket
from filmstrip.storage.own.scratch import BucketScratch
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.running_program import free_ports
from filmstrip.testing.seaweedfs import S3Server, running_seaweedfs

_KEY = "k" * 24
_BUCKET = "own"
_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts cost, in seconds of CPU.

    Attributes:
        whole: The film in one piece.
        sound: Its sound.
        segments: Each segment.
        join: Their joining.
        put: One segment to the bucket.
        fetch: One segment back.
        megabytes: All segments.
    """

    whole: float
    sound: float
    segments: list[float]
    join: float
    put: float
    fetch: float
    megabytes: float

    def longest(self, workers: int) -> float:
        """Return what the busiest worker needs: each takes the next piece when it is free, and one joins them."""
        loads = [0.0] * workers
        for piece in (self.sound, *self.segments):
            loads[loads.index(min(loads))] += piece + self.put
        fetched = len(self.segments) * (workers - 1) / workers
        return max(loads) + fetched * self.fetch + self.join


def main() -> None:
    """Measure both ways, and the parts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spread", description=__doc__)
    parser.add_argument("--database", required=True, help="postgresql://… of a server where databases may be made")
    parser.add_argument("--seconds", type=int, default=480, help="how long the film is")
    parser.add_argument("--segment", type=int, default=15, help="how long a segment is, in seconds")
    parser.add_argument("--size", default="480x270", help="how large its pictures are")
    parser.add_argument("--only", choices=("parts", "workers"), help="one of the two measurements")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_seaweedfs() as server:
        server.make_bucket(_BUCKET)
        folder = Path(name)
        film = _make_film(folder, given.seconds, given.size)
        if given.only != "workers":
            _tell_parts(_parts(film, folder, given.segment, server))
        if given.only != "parts":
            (one,) = _fleet(given.database, film, folder / "one", server, 1, given.segment)
            print(f"one piece: {one:.1f} s", flush=True)
            both = _fleet(given.database, film, folder / "two", server, 2, given.segment)
            print(
                f"segments: {', '.join(f'{each:.1f} s' for each in both)}: longest {max(both) / one:.3f} of one piece"
            )


def _tell_parts(parts: Parts) -> None:
    print(json.dumps({"parts": {key: getattr(parts, key) for key in Parts.__slots__}}), flush=True)
    for workers in (2, 4, 16):
        print(f"{workers:2} by parts: {parts.longest(workers) / parts.whole:.3f} of {parts.whole:.1f} s", flush=True)


def _make_film(folder: Path, seconds: int, size: str) -> Path:
    path = folder / "film.mp4"
    scenery = f"testsrc2=size={size}:rate=30:duration={seconds}"
    sound = f"sine=frequency=300:duration={seconds}"
    command = [find_ffmpeg(MediaSettings()), "-v", "error", "-f", "lavfi", "-i", scenery, "-f", "lavfi", "-i", sound]
    encoding = ["-pix_fmt", "yuv420p", "-preset", "ultrafast", "-g", "120", "-bf", "2"]
    subprocess.run([*command, *encoding, str(path)], check=True)
    return path


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _cost(work: Callable[[], object]) -> float:
    before = _cpu()
    work()
    return _cpu() - before


def _parts(film: Path, folder: Path, segment_seconds: int, server: S3Server) -> Parts:
    info = probe(LocalFile(film), MediaSettings(threads=1))
    output = Mp4.model_validate({})
    cut = output.plan_in_segments(info, Fraction(segment_seconds))
    if cut is None:
        raise SystemExit("The film is too short for so long segments")
    finished: dict[str, Artifact] = {}

    def make(plan: OutputPlan, number: int, here: Path) -> None:
        here.mkdir(exist_ok=True)
        rendering = Rendering("", plan.groups[number], info, here, finished=finished)
        bench = Workbench(rendering, LocalFile(film), MediaSettings(threads=1), lambda _: None, lambda _: None)
        finished.update({artifact.name: artifact for artifact in render(output, bench)})

    whole = _cost(lambda: make(output.plan(info), 0, folder / "whole"))
    finished.clear()
    here = folder / "cut"
    costs = [_cost(lambda number=number: make(cut, number, here)) for number in range(len(cut.groups))]  # type: ignore[misc]
    settings = StorageSettings(folder, **_own(server))
    with closing(BucketScratch(OwnBucket(settings, str(settings.temporary_url), "pieces/trial"))) as scratch:
        name = cut.groups[1].artifact_names[0]
        put = _cost(lambda: scratch.put(name, here / name, "video/mp4"))
        fetch = _cost(lambda: scratch.fetch(name, folder / "fetched"))
        scratch.clear()
    megabytes = sum(artifact.size_bytes for artifact in finished.values() if artifact.is_scratch) / 1e6
    return Parts(whole, costs[0], costs[1:-1], costs[-1], put, fetch, megabytes)


def _own(server: S3Server) -> dict[str, object]:
    place = f"{server.host}:{server.port}"
    account = {"temporary_key": server.key, "temporary_secret": server.secret}
    return {"temporary_url": f"s3://{place}/{_BUCKET}/filmstrip/", "plain_http_hosts": (place,), **account}


def _fleet(server: str, film: Path, here: Path, store: S3Server, count: int, segment_seconds: int) -> list[float]:
    """Return what each of some workers needed for a film."""
    here.mkdir()
    with _running(server, film, here, store, count, segment_seconds) as (client, workers):
        session = client.access_token(_KEY)
        before = [sum(cpu_seconds(pid)) for pid in workers]
        task = client.create_token(session)
        entry = {"output": "mp4", "destination": {"url": (here / "film.mp4").as_uri()}}
        client.start_encode2(task, json.dumps({"query": {"source": film.as_uri(), "format": [entry]}}))
        finish(client, [task])
        return [sum(cpu_seconds(pid)) - used for pid, used in zip(workers, before, strict=True)]


@contextmanager
def _running(
    server: str, film: Path, here: Path, store: S3Server, count: int, segment_seconds: int
) -> Iterator[tuple[ApiClient, list[int]]]:
    name = f"spread_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    (port,) = free_ports(1)
    environment = os.environ | {
        "FILMSTRIP_API_KEYS": _KEY,
        "FILMSTRIP_SECRET_KEY": secrets.token_hex(32),
        "FILMSTRIP_HOST": "127.0.0.1",
        "FILMSTRIP_PORT": str(port),
        "FILMSTRIP_DATABASE_URL": f"{server.rpartition('/')[0]}/{name}",
        "FILMSTRIP_SHARED_ROOTS": str(film.parent),
        "FILMSTRIP_SLOTS": "1",
        "FILMSTRIP_THREADS": "1",
        "FILMSTRIP_SEGMENT_SECONDS": str(segment_seconds),
        **{
            f"FILMSTRIP_{key.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
            for key, value in _own(store).items()
        },
    }
    program = Path(sys.executable).with_name("filmstrip")
    with ExitStack() as stack:
        pids = []
        for number in range(count):
            # One core each: what threads there are share it.
            held = ["taskset", "--cpu-list", str(number % (os.cpu_count() or 1)), program, "worker"]
            pids.append(stack.enter_context(running_program(held, environment, here / f"worker-{number}")))
        stack.enter_context(running_program([program, "api"], environment, here / "api"))
        wait_until_open(port)
        while len(_alive(environment["FILMSTRIP_DATABASE_URL"])) < count:
            time.sleep(_LOOKS)
        yield ApiClient(f"http://127.0.0.1:{port}"), pids


def _alive(database: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database, autocommit=True) as connection, suppress(psycopg.errors.UndefinedTable):
        return connection.execute(b"SELECT id FROM executor WHERE ended_at IS NULL").fetchall()
    return []


if __name__ == "__main__":
    main()
