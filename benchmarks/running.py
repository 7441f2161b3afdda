"""How is a peer run once? In a folder of its own, measured, and its pictures judged."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.exactness import judge
from benchmarks.measure import Cost, measure
from benchmarks.peers import Peer, Task
from benchmarks.results import Record
from benchmarks.sources import Source

_FFMPEG_TELLS = re.compile(r"Input stream #0:0 \(video\):.*?(\d+) frames decoded")
_LAST_WORDS = 300


def run_peer(peer: Peer, source: Source, interval: Fraction, number: int, limit_seconds: float) -> Record:
    """Let a peer do a task once."""
    with tempfile.TemporaryDirectory(prefix="filmstrip-bench-") as folder:
        task = Task(source, interval, Path(folder))
        cost = measure(peer.command(task), limit_seconds=limit_seconds)
        failure = _failure(cost)
        record = _record(task, peer.name, number, cost)
        if failure or not peer.numbers_images:
            return replace(record, failure=failure)
        verdict = judge(task)
        return replace(record, images=verdict.images, exact=verdict.exact, worst_frames=verdict.worst_frames)


def run_floor(source: Source, interval: Fraction, number: int, *, everything: bool = False) -> Record:
    """Measure the floor of a task; only its decoding counts, not what prepares it."""
    task = Task(source, interval, Path())
    options = ["--all"] if everything else []
    command = [sys.executable, "-m", "benchmarks.floor", str(source.path), str(interval), str(task.count), *options]
    cost = measure(command)
    record = _record(task, "floor-all" if everything else "floor", number, cost)
    failure = _failure(cost)
    if failure:
        return replace(record, failure=failure)
    told = json.loads(cost.output)
    return replace(record, **told, work_cpu_seconds=told["cpu_seconds"])


def _record(task: Task, peer: str, number: int, cost: Cost) -> Record:
    return Record(
        source=task.source.name,
        interval=float(task.interval),
        peer=peer,
        round=number,
        wall_seconds=cost.wall_seconds,
        cpu_seconds=cost.cpu_seconds,
        peak_mib=cost.peak_mib,
        read_mb=cost.read_mb,
        instructions=cost.instructions,
        work_cpu_seconds=_told(cost).get("work_cpu_seconds"),
        frames_decoded=_frames_decoded(cost),
    )


def _failure(cost: Cost) -> str | None:
    if cost.exit_code == 0:
        return None
    return f"exit code {cost.exit_code}: {cost.errors[-_LAST_WORDS:].strip()}"


def _told(cost: Cost) -> dict[str, Any]:
    """Read the report of our engine; empty for all others."""
    told: dict[str, Any] = json.loads(cost.output) if cost.output.startswith("{") else {}
    return told


def _frames_decoded(cost: Cost) -> int | None:
    """Ask our engine's report, or ffmpeg's own words, summed over all runs of it."""
    told: int | None = _told(cost).get("frames_decoded")
    if told is not None:
        return told
    decoded = [int(found) for found in _FFMPEG_TELLS.findall(cost.errors)]
    return sum(decoded) if decoded else None
