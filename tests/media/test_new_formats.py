"""Is a new encoder one new file, and a new format a package and a muxer, with nothing else changed?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assets import ASSETS

_ENCODER = """
from filmstrip.media.transcoding.encoders._base import VideoEncoder
from filmstrip.params.codec_parameters import CodecParameters


class Aom(VideoEncoder[CodecParameters]):
    names = ("libaom-av1",)
    codec = "av1"
    parameters = CodecParameters
    qualities = (0, 63)
    pixel_formats = ("yuv420p",)

    def arguments(self, video, frame_rate, in_pass=None, threads=0):
        quality = 40 if video.quality is None else video.quality
        return ["-codec:v", "libaom-av1", "-cpu-used:v", "8", "-usage:v", "realtime", "-crf:v", str(quality)]


ENCODER = Aom()
"""
_MUXER = """
from filmstrip.media.transcoding.muxers._base import Muxer


class Matroska(Muxer):
    name = "mkv"
    content_type = "video/x-matroska"
    video_codecs = {"h264": (), "av1": ()}
    audio_codecs = ("flac", "opus")

    def arguments(self):
        return ("-f", "matroska")


MUXER = Matroska()
"""
_OUTPUT = """
from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders.registry import audio_names, video_names
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.outputs._video import VideoOutput
from filmstrip.params.values import one_of

_MUXER = muxer_named("mkv")


class Mkv(VideoOutput):
    output_name: ClassVar[str] = "mkv"
    muxer: ClassVar = _MUXER
    video_codec: Annotated[str, one_of(video_names(_MUXER.video_codecs))] = "libx264"
    audio_codec: Annotated[str, one_of(audio_names(_MUXER.audio_codecs))] = "flac"

    def temporary_name(self) -> str:
        return "video.mkv"
"""
_RUN = """
import json, sys
from pathlib import Path
from filmstrip import outputs
from filmstrip.media.transcoding import encoders, muxers

folder = Path(sys.argv[1])
encoders.__path__.append(str(folder / "encoders"))
muxers.__path__.append(str(folder / "muxers"))
outputs.__path__.append(str(folder / "outputs"))

import av
from output_runs import run_output

run = run_output(Path(sys.argv[2]), folder / "made", duration=1, width=64, **json.loads(sys.argv[3]))
with av.open(run.first) as container:
    print(container.format.name, *(stream.codec_context.codec.canonical_name for stream in container.streams))
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a new encoder, a new muxer and a new output, beside the program's own."""
    written = {
        "encoders/libaom.py": _ENCODER,
        "muxers/mkv.py": _MUXER,
        "outputs/mkv/__init__.py": "",
        "outputs/mkv/output.py": _OUTPUT,
        "outputs/mkv/render.py": "from filmstrip.outputs._encoding import render\n",
    }
    for name, text in written.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("entry", "made"),
    [
        ('{"output": "mp4", "video_codec": "libaom-av1"}', "mov,mp4,m4a,3gp,3g2,mj2 av1 aac"),
        ('{"output": "mkv", "video_codec": "libaom-av1", "audio_codec": "opus"}', "matroska,webm av1 opus"),
    ],
)
def test_files_alone_are_enough(entry: str, made: str, files: Path) -> None:
    """They are found, asked for by their names, checked, run and verified, without a line changed anywhere."""
    tests = Path(__file__).parent.parent
    told = subprocess.run(
        [sys.executable, "-c", _RUN, str(files), str(ASSETS["plain.mp4"].path), entry],
        env={"PYTHONPATH": str(tests)},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert told.stdout.strip() == made, told.stderr
