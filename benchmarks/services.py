"""Services that benchmarks run: jobs for them, and what their processes cost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from filmstrip.cli.demo.api_client import ApiClient
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg

_PATIENCE_SECONDS = 600.0
_START_SECONDS = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


def make_film(folder: Path) -> Path:
    """Make a film of five seconds, 640x360, 30 pictures a second."""
    path = folder / "film.mp4"
    scenery = "testsrc2=size=640x360:rate=30:duration=5"
    command = [find_ffmpeg(MediaSettings()), "-v", "error", "-f", "lavfi", "-i", scenery, "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-g", "60", str(path)], check=True)
    return path


def wait_until_open(port: int) -> None:
    """Wait until something listens at a port of this machine."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise RuntimeError("The service did not start")


def submit(client: ApiClient, token: str, film: Path, folder: Path, interval: float = 1) -> str:
    """Start a job of a thumbnail each second, or so many seconds, and their track; return its token."""
    output = {"output": "thumbnails", "interval": interval, "width": 160, "height": 90, "image_format": "jpg"}
    query = {"source": film.as_uri(), "format": [{**output, "destination": {"url": f"{folder.as_uri()}/"}}]}
    task = client.create_token(token)
    client.start_encode2(task, json.dumps({"query": query}))
    return task


def finish(client: ApiClient, tasks: list[str]) -> None:
    """Wait for the end of jobs."""
    for task in tasks:
        *_, last = client.states(task, _PATIENCE_SECONDS)
        if last.error:
            raise RuntimeError(last.error_description)


def cpu_seconds(pid: int) -> tuple[float, float]:
    """Tell the CPU time of a process, and of all that it started, with those that have ended."""
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        stats[int(path.parent.name)] = int(fields[1]), [int(ticks) for ticks in fields[11:15]]
    own = {pid}
    while more := {each for each, (parent, _) in stats.items() if parent in own} - own:
        own |= more
    return sum(stats[pid][1][:2]) / _TICKS, sum(sum(stats[each][1]) for each in own - {pid}) / _TICKS
