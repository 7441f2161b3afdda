"""Makes small sources with ffmpeg's generators, encodes them as `mp4`, and reads the results back with libav."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

import barcode
from filmstrip.domain.artifact import OutputResult
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.outputs._rendering import Rendering, Workbench
from filmstrip.outputs.mp4.output import Mp4
from filmstrip.outputs.mp4.render import render
from upright import luma_of

SETTINGS = MediaSettings(threads=2)
FAST = {"preset": "ultrafast"}


@dataclass(frozen=True)
class Encoded:
    """A finished mp4 with all that was told while it was made."""

    path: Path
    result: OutputResult
    warnings: tuple[str, ...]
    progress: tuple[float, ...]

    def packets(self, kind: str = "video") -> list[tuple[Fraction, bool]]:
        """Presentation time and keyframe flag of every packet, in presentation order."""
        with av.open(self.path) as container:
            stream = getattr(container.streams, kind)[0]
            return sorted((p.pts * p.time_base, p.is_keyframe) for p in container.demux(stream) if p.size)

    def keyframe_times(self) -> list[Fraction]:
        return [time for time, is_keyframe in self.packets() if is_keyframe]

    def numbers(self) -> list[tuple[Fraction, int | None]]:
        """Time and bar code of every picture."""
        with av.open(self.path) as container:
            return [
                (frame.pts * frame.time_base, barcode.read_number(luma_of(frame)))
                for frame in container.decode(video=0)
            ]

    def picture(self) -> npt.NDArray[np.uint8]:
        """The first picture as RGB [H, W, 3]."""
        with av.open(self.path) as container:
            return next(container.decode(video=0)).to_ndarray(format="rgb24")

    def picture_at(self, seconds: float) -> npt.NDArray[np.uint8]:
        """The first picture at or after a moment as RGB [H, W, 3]."""
        with av.open(self.path) as container:
            shown = (frame for frame in container.decode(video=0) if frame.time is not None and frame.time >= seconds)
            return next(shown).to_ndarray(format="rgb24")

    def sound(self) -> npt.NDArray[np.float64]:
        """All samples as float [channels, samples], in presentation time from 0."""
        with av.open(self.path) as container:
            frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return np.concatenate(frames, axis=1).astype(np.float64)

    def x264_options(self) -> dict[str, str]:
        """What x264 wrote about itself into the first picture (user data SEI)."""
        match = re.search(rb"options: ([ -~]+)", self.path.read_bytes())
        assert match is not None
        return dict(word.split("=", 1) for word in match[1].decode().split() if "=" in word)


def generate(path: Path, *arguments: str) -> Path:
    """Run ffmpeg to make a source."""
    command = [find_ffmpeg(SETTINGS), "-v", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
    return path


def moving_picture(size: str = "160x90", rate: str = "25", seconds: float = 2) -> tuple[str, ...]:
    """Arguments for a moving test picture as an input."""
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def encode(
    source: Path,
    folder: Path,
    *,
    upscale: bool = False,
    fast: bool = True,
    info: MediaInfo | None = None,
    **asked: object,
) -> Encoded:
    """Plan and render an mp4 of a source, of which something may be known already, in this process."""
    folder.mkdir(exist_ok=True)
    if fast:
        asked.setdefault("video_codec_parameters", FAST)
    info = info or probe(LocalFile(source), SETTINGS)
    output = Mp4.model_validate(asked)
    plan = output.plan(info, upscale=upscale)
    warnings, progress = list(plan.warnings), list[float]()
    rendering = Rendering("", plan.groups[0], info, folder, upscale)
    bench = Workbench(rendering, LocalFile(source), SETTINGS, progress.append, warnings.append)
    (artifact,) = render(output, bench)
    result = output.result(info, [artifact], upscale=upscale)
    return Encoded(bench.path(""), result, tuple(warnings), tuple(progress))
