"""How is a peer run once? In a folder of its own, measured, and its pictures judged."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

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
        verdict = judge(task) if peer.numbers_images and failure is None else None
        return Record(
            **_where(source, interval, peer.name, number),
            **_spent(cost),
            frames_decoded=_frames_decoded(cost),
            images=verdict.images if verdict else None,
            exact=verdict.exact if verdict else None,
            worst_frames=verdict.worst_frames if verdict else None,
            failure=failure,
        )


def run_floor(source: Source, interval: Fraction, number: int, *, everything: bool = False) -> Record:
    """Measure the floor of a task; only its decoding counts, not what prepares it."""
    count = Task(source, interval, Path()).count
    options = ["--all"] if everything else []
    command = [sys.executable, "-m", "benchmarks.floor", str(source.path), str(interval), str(count), *options]
    cost = measure(command)
    told = json.loads(cost.output)
    where = _where(source, interval, "floor-all" if everything else "floor", number)
    spent = {"wall_seconds": told["wall_seconds"], "cpu_seconds": told["cpu_seconds"]}
    spent["instructions"] = told["instructions"]
    return Record(**where, **{**_spent(cost), **spent}, frames_decoded=told["frames_decoded"])


def _where(source: Source, interval: Fraction, peer: str, number: int) -> dict[str, object]:
    return {"source": source.name, "interval": float(interval), "peer": peer, "round": number}


def _spent(cost: Cost) -> dict[str, float | None]:
    fields = ("wall_seconds", "cpu_seconds", "peak_mib", "read_mb", "instructions")
    return {field: getattr(cost, field) for field in fields}


def _failure(cost: Cost) -> str | None:
    if cost.exit_code == 0:
        return None
    return f"exit code {cost.exit_code}: {cost.errors[-_LAST_WORDS:].strip()}"


def _frames_decoded(cost: Cost) -> int | None:
    """Ask our engine's report, or ffmpeg's own words, summed over all runs of it."""
    if cost.output.startswith("{"):
        told: int = json.loads(cost.output)["frames_decoded"]
        return told
    decoded = [int(found) for found in _FFMPEG_TELLS.findall(cost.errors)]
    return sum(decoded) if decoded else None
