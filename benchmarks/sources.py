"""Which films are measured? Generated ones, one encoded segment repeated to full length, kept outside of git."""

from __future__ import annotations

import hashlib
import inspect
import os
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg

from benchmarks import scenery
from benchmarks.scenery import View, raw_frames

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
CACHE_VARIABLE = "FILMSTRIP_BENCHMARK_SOURCES"
_DEFAULT_CACHE = Path(__file__).parents[1] / ".cache" / "benchmarks"
_BT709 = "-vf setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
_PQ = "-vf setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084:range=tv"


@dataclass(frozen=True, slots=True)
class Source:
    """A film.

    Attributes:
        name: File name.
        title: What it is, for tables.
        view: How it is drawn.
        rate: Frames a second.
        segment_frames: How many frames are drawn and encoded; no round number of seconds, so that the targets of a
            grid fall onto different places of the segment.
        repeats: How often the segment is shown.
        encoder: Options of the encoder, as in a shell.
    """

    name: str
    title: str
    view: View
    rate: Fraction
    segment_frames: int
    repeats: int
    encoder: str

    @property
    def seconds(self) -> Fraction:
        """Length of the film."""
        return self.segment_frames * self.repeats / self.rate

    @property
    def path(self) -> Path:
        """The file; made when it is first asked for, which takes minutes, and anew when its recipe changes."""
        recipe = f"{inspect.getsource(scenery)} {self}"
        fingerprint = hashlib.sha256(recipe.encode()).hexdigest()[:8]
        target = cache_folder() / fingerprint / self.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            self._make(target)
        return target

    def number_at(self, seconds: Fraction) -> int:
        """Tell the bar code of the frame that is played at a moment."""
        last = self.segment_frames * self.repeats - 1
        return min(int(seconds * self.rate), last) % self.segment_frames

    def _make(self, target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".making-") as folder:
            segment, film = Path(folder) / f"segment{target.suffix}", Path(folder) / target.name
            self._encode(segment)
            repeated = ["-stream_loop", str(self.repeats - 1), "-i", str(segment)]
            # The sound ends before the pictures, so that it does not decide how many pictures there are.
            noise = ["-f", "lavfi", "-i", f"anoisesrc=amplitude=0.1:duration={float(self.seconds) - 1}"]
            faststart = ["-movflags", "+faststart"] if target.suffix == ".mp4" else []
            _run(
                [
                    *repeated,
                    *noise,
                    "-map",
                    "0:v",
                    "-map",
                    "1:a",
                    "-c:v",
                    "copy",
                    *_sound(target),
                    *faststart,
                    str(film),
                ]
            )
            film.replace(target)

    def _encode(self, segment: Path) -> None:
        view = self.view
        layout = "yuv420p" if view.bit_depth == 8 else f"yuv420p{view.bit_depth}le"
        raw = f"-f rawvideo -pixel_format {layout} -video_size {view.width}x{view.height} -framerate {self.rate}"
        command = [
            FFMPEG,
            "-nostdin",
            "-v",
            "error",
            "-y",
            *shlex.split(f"{raw} -i pipe:0 {self.encoder}"),
            str(segment),
        ]
        with subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, "SVT_LOG": "1"}) as process:
            assert process.stdin is not None
            for frame in raw_frames(view, self.segment_frames):
                process.stdin.write(frame)
            process.stdin.close()
        if process.returncode:
            raise RuntimeError(shlex.join(command))


def cache_folder() -> Path:
    """The folder of the films; the environment variable FILMSTRIP_BENCHMARK_SOURCES names another one."""
    return Path(os.environ.get(CACHE_VARIABLE, _DEFAULT_CACHE))


def _sound(target: Path) -> list[str]:
    return (
        ["-c:a", "libopus", "-b:a", "96k"] if target.suffix == ".webm" else ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    )


def _run(arguments: list[str]) -> None:
    subprocess.run([FFMPEG, "-nostdin", "-v", "error", "-y", *arguments], check=True)


FULL_HD = View(1920, 1080)
CINEMA = View(1920, 1080, grain=0.8)
ULTRA_HD_PQ = View(3840, 2160, bit_depth=10, white=0.58)
_X264 = "-c:v libx264 -preset medium -crf 23 -g 250"
_X265 = "-tag:v hvc1 -x265-params log-level=none:keyint=250"

MAIN = Source(
    "main_h264_1080p60.mp4",
    "H.264 1080p60, 10 min",
    FULL_HD,
    Fraction(60),
    3272,
    11,
    f"{_X264} {_BT709}",
)
CUT = Source(
    "cut_h264_1080p60.mp4",
    "H.264 1080p60, 1 min",
    FULL_HD,
    Fraction(60),
    899,
    4,
    f"-c:v libx264 -preset faster -crf 23 -g 250 {_BT709}",
)
HEVC = Source(
    "hevc_1080p30.mp4",
    "HEVC 1080p30, 10 min",
    FULL_HD,
    Fraction(30),
    1499,
    12,
    f"-c:v libx265 -preset fast -crf 25 {_X265} {_BT709}",
)
VP9 = Source(
    "vp9_1080p30.webm",
    "VP9 1080p30, 10 min",
    FULL_HD,
    Fraction(30),
    899,
    20,
    f"-c:v libvpx-vp9 -deadline good -cpu-used 5 -row-mt 1 -crf 34 -b:v 0 -g 150 {_BT709}",
)
AV1 = Source(
    "av1_1080p30.mp4",
    "AV1 1080p30, 10 min",
    FULL_HD,
    Fraction(30),
    899,
    20,
    f"-c:v libsvtav1 -preset 9 -crf 36 -g 150 {_BT709}",
)
UHD = Source(
    "hevc_2160p30_pq.mp4",
    "HEVC 4K HDR10 30p, 10 min",
    ULTRA_HD_PQ,
    Fraction(30),
    449,
    40,
    f"-c:v libx265 -preset faster -crf 26 {_X265} {_PQ}",
)
FEATURE = Source(
    "feature_h264_1080p24.mp4",
    "H.264 1080p24, 2 h",
    CINEMA,
    Fraction(24),
    2159,
    80,
    f"{_X264} {_BT709}",
)

SOURCES = {source.name.split(".")[0]: source for source in (MAIN, CUT, HEVC, VP9, AV1, UHD, FEATURE)}
