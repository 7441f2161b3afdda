"""Who else makes pictures at an interval, and how are they told to? One command line each, as users write it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmarks import environments
from benchmarks.sources import FFMPEG, Source

WIDTH, HEIGHT = 320, 240
# numpy's threads, which nothing here uses, are left out as in the service's own media processes
# (`isolation.fork_server`).
ENGINE = ("env", "OPENBLAS_NUM_THREADS=1", sys.executable, "-m", "benchmarks.engine")
_SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do.

    Attributes:
        source: The film.
        interval: Seconds between two pictures.
        folder: Where the pictures go.
    """

    source: Source
    interval: Fraction
    folder: Path

    @property
    def count(self) -> int:
        """How many pictures are wanted."""
        return -(-self.source.seconds // self.interval)

    @property
    def moments(self) -> list[str]:
        """The targets in seconds, as text."""
        return [f"{float(index * self.interval):.6g}" for index in range(self.count)]


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to make the pictures.

    Attributes:
        name: Short name, for the command line and for results.
        title: What it is, for tables.
        command: Makes the command line for a task.
        is_ours: Whether it is Filmstrip.
        decodes_everything: Whether its cost grows with the length of the source and not with the number of pictures.
        numbers_images: Whether it leaves one file for each target whose names sort in the order of targets.
    """

    name: str
    title: str
    command: Callable[[Task], list[str]]
    is_ours: bool = False
    decodes_everything: bool = False
    numbers_images: bool = True


def _shell(script: str) -> list[str]:
    return ["bash", "-euc", script]


def _ffmpeg_filter(*before: str) -> Callable[[Task], list[str]]:
    def command(task: Task) -> list[str]:
        wanted = f"fps={1 / Fraction(task.interval)}:round=up,scale={WIDTH}:{HEIGHT}"
        source, images = str(task.source.path), str(task.folder / "%05d.jpg")
        return [FFMPEG, "-nostdin", "-v", "verbose", *before, "-i", source, "-vf", wanted, "-q:v", "3", images]

    return command


def _ffmpeg_seek(task: Task, place: str, *options: str) -> str:
    """One image by `ffmpeg -ss`; $0 is the time, $1 the number."""
    words = [FFMPEG, "-nostdin", "-v", "verbose", "-y", *options, "-ss", "$0", "-i", place]
    words += ["-frames:v", "1", *options, "-s", f"{WIDTH}x{HEIGHT}", "-q:v", "3", f"{task.folder}/$1.jpg"]
    return " ".join(word if word.startswith("$") else f'"{word}"' for word in words)


def _numbered(task: Task) -> str:
    return "\n".join(f"{moment} {number:05d}" for number, moment in enumerate(task.moments, 1))


def seek_loop(task: Task, place: str | None = None) -> list[str]:
    """Start ffmpeg once a target; `place` is a URL to read from instead of the file."""
    one = _ffmpeg_seek(task, place or str(task.source.path)).replace("$0", "$time").replace("$1", "$number")
    return _shell(f"while read -r time number; do {one}; done <<< {shlex.quote(_numbered(task))}")


def _seek_in_parallel(task: Task) -> list[str]:
    one = _ffmpeg_seek(task, str(task.source.path), "-threads", "1", "-filter_threads", "1")
    return _shell(f"xargs -P{os.cpu_count()} -n2 sh -c {shlex.quote(one)} <<< {shlex.quote(_numbered(task))}")


def _ffmpegthumbnailer(task: Task) -> list[str]:
    def clock(moment: str) -> str:
        seconds = int(float(moment))
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    size = ["-s", f"{WIDTH}x{HEIGHT}", "-a", "-q", "9"]
    commands = [
        shlex.join(["ffmpegthumbnailer", "-i", str(task.source.path), "-t", clock(moment), *size])
        + f" -o {shlex.quote(str(task.folder))}/{number:05d}.jpg"
        for number, moment in enumerate(task.moments, 1)
    ]
    return _shell("\n".join(commands))


def _thumbnails(task: Task) -> list[str]:
    program = environments.program("thumbnails", "thumbnails")
    options = ["--interval", f"{float(task.interval):g}", "--compress", f"{WIDTH / task.source.view.width:.4f}"]
    return [program, *options, "--output", str(task.folder), "--format", "vtt", str(task.source.path)]


def _vcsi(task: Task) -> list[str]:
    program = environments.program("vcsi", "vcsi")
    grid = ["-g", f"4x{-(-task.count // 4)}", "-w", str(4 * WIDTH)]
    return [program, *grid, str(task.source.path), "-o", str(task.folder / "sheet.jpg")]


def _script(environment: str, name: str) -> Callable[[Task], list[str]]:
    def command(task: Task) -> list[str]:
        python = environments.program(environment, "python")
        given = [str(task.source.path), str(float(task.interval)), str(task.count), str(task.folder)]
        return [python, str(_SCRIPTS / name), *given]

    return command


def _engine(*options: str) -> Callable[[Task], list[str]]:
    def command(task: Task) -> list[str]:
        given = [str(task.source.path), str(task.interval), str(task.count), str(task.folder)]
        return [*ENGINE, *given, *options]

    return command


def _filmstrip(task: Task) -> list[str]:
    size = ["--width", str(WIDTH), "--height", str(HEIGHT), "--image-format", "jpg"]
    program = str(Path(sys.executable).parent / "filmstrip")
    return [
        program,
        "thumbnails",
        str(task.source.path),
        str(task.folder),
        *size,
        "--interval",
        str(float(task.interval)),
    ]


PEERS = (
    Peer("engine", "Filmstrip, engine", _engine(), is_ours=True),
    Peer("engine-1", "Filmstrip, engine, one thread", _engine("--threads", "1"), is_ours=True),
    Peer("engine-keyframe", "Filmstrip, engine, keyframes", _engine("--precision", "keyframe"), is_ours=True),
    Peer("engine-png", "Filmstrip, engine, PNG", _engine("--format", "png"), is_ours=True),
    Peer("filmstrip", "Filmstrip, command line", _filmstrip, is_ours=True),
    Peer("ffmpeg-ss", "loop of ffmpeg -ss", seek_loop),
    Peer("ffmpeg-ss-parallel", "ffmpeg -ss in parallel, one thread each", _seek_in_parallel),
    Peer("ffmpeg-nokey", "ffmpeg -skip_frame nokey", _ffmpeg_filter("-skip_frame", "nokey"), numbers_images=True),
    Peer("ffmpeg-fps", "ffmpeg -vf fps=1/N", _ffmpeg_filter(), decodes_everything=True),
    Peer("ffmpegthumbnailer", "ffmpegthumbnailer", _ffmpegthumbnailer),
    Peer("thumbnails", "thumbnails (PyPI)", _thumbnails, numbers_images=False),
    Peer("vcsi", "vcsi", _vcsi, numbers_images=False),
    Peer("opencv", "OpenCV VideoCapture", _script("opencv", "opencv_frames.py")),
    Peer("torchcodec", "torchcodec", _script("torchcodec", "torchcodec_frames.py")),
)
BY_NAME = {peer.name: peer for peer in PEERS}
