"""`python -m benchmarks.renditions`: several videos of one film, from one decode or from one each: what does each cost?

Ours is `filmstrip encode`, which also decodes each result to its end; beside it are one ffmpeg command with a split, as
it is written by hand, and one ffmpeg process each. All run in turn with the same program and settings. CPU seconds, as
others may use the machine; "busiest" is the share of the busiest thread of the process, below which no number of cores
gets, and "space" the address space that is limited by `memory_limit_mb`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median

from benchmarks.measure import measure
from benchmarks.sources import FFMPEG, FULL_HD, HEVC, MAIN, UHD, ULTRA_HD_PQ, Source

FILMS = (
    Source("ladder_h264_1080p30.mp4", "H.264 1080p30, 6 s", FULL_HD, Fraction(30), 90, 2, MAIN.encoder),
    Source("ladder_hevc_1080p30.mp4", "HEVC 1080p30, 6 s", FULL_HD, Fraction(30), 90, 2, HEVC.encoder),
    Source("ladder_hevc_2160p30.mp4", "HEVC 4K 10 bit, 2 s", ULTRA_HD_PQ, Fraction(30), 30, 2, UHD.encoder),
)
HEIGHTS = (1080, 720, 480)
_THREADS, _QUALITY = "2", "25"
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process took: CPU seconds, the share of its busiest thread, and its address space in MiB."""

    cpu_seconds: float
    busiest_share: float
    space_mib: int


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.renditions", description=__doc__)
    parser.add_argument("--presets", nargs="+", default=["veryfast", "medium"])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(
        "| film | preset | one ffmpeg each | one by hand | busiest | space | ours, one each | ours together | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for film in FILMS:
        for preset in given.presets:
            rounds = [_round(film, preset) for _ in range(given.rounds)]
            each, hand, ours_each, ours = (median(column) for column in zip(*(r[0] for r in rounds), strict=True))
            share, space = median(r[1].busiest_share for r in rounds), max(r[1].space_mib for r in rounds)
            print(
                f"| {film.title} | {preset} | {each:.2f} s | {hand:.2f} s | {share:.0%} | {space} MiB "
                f"| {ours_each:.2f} s | {ours:.2f} s | {ours / ours_each:.2f} |",
                flush=True,
            )


def _round(film: Source, preset: str) -> tuple[tuple[float, float, float, float], Spent]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        each = sum(_watched(_alone(film, preset, height, folder)).cpu_seconds for height in HEIGHTS)
        hand = _watched(_by_hand(film, preset, folder))
        ours_each = sum(_ours(film, preset, (height,), folder) for height in HEIGHTS)
        return (each, hand.cpu_seconds, ours_each, _ours(film, preset, HEIGHTS, folder)), hand


def _alone(film: Source, preset: str, height: int, folder: Path) -> list[str]:
    filters = ["-map", "0:v", "-map", "0:a", "-vf", f"scale=-2:{height}"]
    return [FFMPEG, *_reading(film), *filters, *_encoding(preset), str(folder / f"{height}.mp4")]


def _by_hand(film: Source, preset: str, folder: Path) -> list[str]:
    copies = [f"[copy{height}]" for height in HEIGHTS]
    scales = [f"{copy}scale=-2:{height}[v{height}]" for copy, height in zip(copies, HEIGHTS, strict=True)]
    command = [FFMPEG, *_reading(film), "-filter_complex"]
    command += [";".join([f"[0:v]split={len(HEIGHTS)}{''.join(copies)}", *scales])]
    for height in HEIGHTS:
        command += ["-map", f"[v{height}]", "-map", "0:a", *_encoding(preset), str(folder / f"hand{height}.mp4")]
    return command


def _reading(film: Source) -> list[str]:
    return ["-nostdin", "-v", "error", "-y", "-threads", _THREADS, "-i", str(film.path)]


def _encoding(preset: str) -> list[str]:
    video = ["-c:v", "libx264", "-preset", preset, "-crf", _QUALITY, "-pix_fmt", "yuv420p", "-threads:v", _THREADS]
    return [*video, "-filter_threads", _THREADS, "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart"]


def _ours(film: Source, preset: str, heights: tuple[int, ...], folder: Path) -> float:
    """Return the CPU seconds of the whole command."""
    entry = {"output": "mp4", "quality": int(_QUALITY), "video_codec_parameters": {"preset": preset}, "hdr_to_sdr": 0}
    places = [{"height": height, "destination": f"file://{folder}/ours{height}.mp4"} for height in heights]
    query = folder / "query.json"
    query.write_text(json.dumps({"query": {"source": film.path.as_uri(), "format": [entry | at for at in places]}}))
    os.environ["FILMSTRIP_THREADS"] = _THREADS
    cost = measure([str(Path(sys.executable).with_name("filmstrip")), "encode", str(query)])
    if cost.exit_code:
        raise RuntimeError(cost.errors)
    return cost.cpu_seconds


def _watched(command: list[str]) -> Spent:
    """Run a command and look at its threads until it ends."""
    threads: dict[str, int] = {}
    space_kib = 0
    with subprocess.Popen(command) as process:
        place = Path("/proc", str(process.pid))
        while process.poll() is None:
            with suppress(OSError, IndexError):
                threads |= {thread.name: _ticks(thread / "stat") for thread in (place / "task").iterdir()}
                space_kib = int((place / "status").read_text().partition("VmPeak:")[2].split()[0])
            time.sleep(_LOOK_SECONDS)
    if process.returncode:
        raise RuntimeError(command)
    total = sum(threads.values())
    return Spent(total / os.sysconf("SC_CLK_TCK"), max(threads.values()) / total, space_kib >> 10)


def _ticks(stat: Path) -> int:
    """Read user and system time of a thread (proc(5))."""
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    main()
