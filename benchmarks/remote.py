"""`python -m benchmarks.remote`: how many bytes and how much time does a source behind a network take?

The link is a server on loopback that answers 15 ms late and sends 20 MB/s on each connection. Compared are the whole
download on one connection and a loop of `ffmpeg -ss URL`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from urllib.request import urlopen

from benchmarks.__main__ import RESULTS
from benchmarks.measure import measure
from benchmarks.peers import ENGINE, Task, seek_loop
from benchmarks.sources import SOURCES, Source
from filmstrip.testing.manners import Manners
from filmstrip.testing.range_server import RangeServer, running_range_server

LINK = Manners(latency_seconds=0.015, bytes_per_second=20e6)


@dataclass(frozen=True, slots=True)
class Transfer:
    """What one way to read a source over the link took.

    Attributes:
        way: Which one.
        wall_seconds: From start to end, with decoding where there is any.
        sent_mb: Bytes of bodies that the server sent, in millions.
        share: Those bytes by the length of the source.
        requests: How many requests there were.
        connections: On how many connections.
    """

    way: str
    wall_seconds: float
    sent_mb: float
    share: float
    requests: int
    connections: int


def main() -> None:
    """Compare the ways."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.remote", description=__doc__)
    parser.add_argument("--source", default="main_h264_1080p60", choices=SOURCES)
    parser.add_argument("--interval", type=Fraction, default=Fraction(30))
    parser.add_argument("--name", default="remote")
    given = parser.parse_args()
    transfers = list(compare(SOURCES[given.source], given.interval))
    (RESULTS / f"{given.name}.json").write_text(
        json.dumps([asdict(transfer) for transfer in transfers], indent=1) + "\n"
    )
    (RESULTS / f"{given.name}.md").write_text(table(transfers))
    print(table(transfers))


def compare(source: Source, interval: Fraction) -> Iterator[Transfer]:
    """Read the source in each way, one after the other."""
    with running_range_server(source.path.parent, LINK) as server, tempfile.TemporaryDirectory() as folder:
        task = Task(source, interval, Path(folder))
        url = server.url_of(source.name)
        yield _transfer("Filmstrip, engine", server, source, lambda: _run(_engine(task, url)))
        yield _transfer("Filmstrip, engine, keyframes", server, source, lambda: _run(_engine(task, url, "keyframe")))
        yield _transfer("loop of ffmpeg -ss URL", server, source, lambda: _run(seek_loop(task, url)))
        yield _transfer("download, one connection", server, source, lambda: _download(url))
    began_at = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        _run(_engine(Task(source, interval, Path(folder)), str(source.path)))
    yield Transfer("Filmstrip, engine, from disk", time.perf_counter() - began_at, 0, 0, 0, 0)


def table(transfers: Sequence[Transfer]) -> str:
    """Write the comparison as Markdown."""
    head = "| | wall s | MB | of the source | requests | connections |\n|---|---|---|---|---|---|\n"
    rows = (
        f"| {t.way} | {t.wall_seconds:.2f} | {t.sent_mb:.1f} | {t.share:.1%} | {t.requests} | {t.connections} |"
        for t in transfers
    )
    return head + "\n".join(rows) + "\n"


def _transfer(way: str, server: RangeServer, source: Source, act: Callable[[], None]) -> Transfer:
    server.forget()
    began_at = time.perf_counter()
    act()
    wall = time.perf_counter() - began_at
    connections = len({request.client for request in server.requests})
    share = server.bytes_sent / source.path.stat().st_size
    return Transfer(way, wall, server.bytes_sent / 1e6, share, len(server.requests), connections)


def _engine(task: Task, place: str, precision: str = "exact") -> list[str]:
    given = [place, str(task.interval), str(task.count), str(task.folder), "--precision", precision]
    return [*ENGINE, *given]


def _run(command: list[str]) -> None:
    cost = measure(command)
    if cost.exit_code:
        raise RuntimeError(cost.errors)


def _download(url: str) -> None:
    with urlopen(url) as answer:  # noqa: S310 - our own server on loopback
        while answer.read(1 << 20):
            pass


if __name__ == "__main__":
    main()
