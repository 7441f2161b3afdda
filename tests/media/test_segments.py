"""Is a video that is encoded in segments the one that is encoded in one piece?"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from assets import ASSETS
from filmstrip.domain.artifact import Artifact
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.probing.probe import probe
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.outputs._base import OutputPlan
from filmstrip.outputs._rendering import Rendering, Workbench
from filmstrip.outputs._segment_encoding import render
from filmstrip.outputs._video import VideoOutput
from filmstrip.outputs.mp4.output import Mp4
from filmstrip.outputs.webm.output import Webm
from mp4_bench import FAST, SETTINGS, generate, moving_picture


@dataclass(frozen=True)
class Film:
    """What a finished file shows and lets hear, as a reader finds it."""

    shown: list[Fraction]
    decoded: list[Fraction]
    keyframes: list[Fraction]
    sound: list[tuple[Fraction, int]]
    seconds: Fraction
    header: tuple[Any, ...]


def read(path: Path) -> Film:
    with av.open(path) as container:
        packets = list(container.demux())
        pictures = [packet for packet in packets if packet.stream.type == "video" and packet.size]
        tick = container.streams.video[0].time_base
        assert tick is not None
        header = tuple(
            (stream.time_base, stream.start_time, stream.frames, stream.metadata.get("language"))
            for stream in container.streams
        )
        seconds = Fraction(container.duration or 0, av.time_base)
    with av.open(path) as container:
        decoded = list(container.decode(audio=0)) if container.streams.audio else []
        sound = [(frame.pts * frame.time_base, frame.samples) for frame in decoded]
    return Film(
        sorted(packet.pts * tick for packet in pictures),
        [packet.dts * tick for packet in pictures],
        sorted(packet.pts * tick for packet in pictures if packet.is_keyframe),
        sound,
        seconds,
        header,
    )


@dataclass
class Bench:
    """Makes groups of an output in this process."""

    source: Path
    folder: Path
    output: VideoOutput

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.info: MediaInfo = probe(LocalFile(self.source), SETTINGS)
        self.warnings: list[str] = []

    def make(self, plan: OutputPlan) -> Path:
        finished: dict[str, Artifact] = {}
        for group in plan.groups:
            rendering = Rendering("", group, self.info, self.folder, finished=finished)
            bench = Workbench(rendering, LocalFile(self.source), SETTINGS, lambda _: None, self.warnings.append)
            for artifact in render(self.output, bench):
                finished[artifact.name] = artifact
        return self.folder / "output"


def both(source: Path, folder: Path, segment_seconds: float, output: VideoOutput) -> Iterator[Film]:
    """Yield what becomes of a source in one piece, and in segments."""
    whole, cut = (Bench(source, folder / name, output) for name in ("whole", "cut"))
    yield read(whole.make(output.plan(whole.info)))
    plan = output.plan_in_segments(cut.info, Fraction(segment_seconds))
    assert plan is not None
    assert len(plan.pieces) > 2
    yield read(cut.make(plan))
    assert cut.warnings == whole.warnings


def fast(**asked: Any) -> Mp4:
    return Mp4.model_validate({"video_codec_parameters": FAST, **asked})


NORMAL = {"preset": "superfast", "bf": 3}
REORDERED = {"video_codec_parameters": NORMAL}
CASES: dict[str, tuple[str, float, dict[str, Any]]] = {
    "constant": ("plain.mp4", 2, REORDERED),
    "variable": ("vfr.mp4", 2, REORDERED),
    "variable in Matroska": ("vfr.mkv", 4, REORDERED),
    "made constant": ("vfr.mp4", 4, {"framerate": "30000/1001"}),
    "59.94": ("ntsc_59_94.mp4", 1, {}),
    "59.94 made 29.97": ("ntsc_59_94.mp4", 1, {"framerate": 29.97, "keyframe": 30}),
    "a grid of keyframes": ("vfr.mp4", 4, {"keyframe": "2s"}),
    "edit list": ("edit_list_cut.mp4", 2, REORDERED),
    "open groups": ("hevc_open_gop.mp4", 1, {}),
    "rotated": ("rotated_90.mp4", 1, {}),
    "starts late": ("start_5s.mkv", 2, {}),
    "sound longer than pictures": ("audio_longer.mp4", 1, {}),
    "sound begins late": ("late_sound.mp4", 3, {}),
    "a picture for a minute": ("still_minute.mp4", 10, {}),
    "clip": ("plain.mp4", 1, {"start_time": 1.3, "duration": 4.01, "keyframe": "0.5s"}),
    "clip from between pictures": ("vfr.mp4", 4, {"start_time": 2.02, **REORDERED}),
}


@pytest.mark.parametrize("case", CASES)
def test_segments_are_as_one_piece(tmp_path: Path, case: str) -> None:
    """The same pictures at the same times, decoded in the same order, the same samples, the same header."""
    name, seconds, asked = CASES[case]
    whole, cut = both(ASSETS[name].path, tmp_path, seconds, fast(**asked))
    assert (cut.shown, cut.decoded) == (whole.shown, whole.decoded)
    assert cut.sound == whole.sound
    assert cut.header == whole.header
    # One program's muxer rounds edits up to milliseconds, that of another version to the nearest.
    assert abs(cut.seconds - whole.seconds) < Fraction(1, 1000)
    if "keyframe" in asked:
        assert cut.keyframes == whole.keyframes


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (Mp4, {"video_codec": "libx265", "video_codec_parameters": {"preset": "ultrafast"}}),
        (Mp4, {"video_codec": "libsvtav1", "video_codec_parameters": {"preset": 12}}),
        (Webm, {"video_codec_parameters": {"preset": "realtime"}}),
        (Webm, {"audio_codec": "vorbis", "video_codec": "libsvtav1", "video_codec_parameters": {"preset": 12}}),
    ],
)
def test_every_encoder_makes_segments(tmp_path: Path, kind: type[VideoOutput], asked: dict[str, Any]) -> None:
    """The same pictures and samples in every container."""
    output = kind.model_validate({"keyframe": "1s", "height": 90, "duration": 4, **asked})
    whole, cut = both(ASSETS["plain.mp4"].path, tmp_path, 1.4, output)
    assert (cut.shown, cut.decoded, cut.keyframes) == (whole.shown, whole.decoded, whole.keyframes)
    assert (cut.sound, cut.header) == (whole.sound, whole.header)


@pytest.mark.parametrize(
    "asked",
    [
        {"bitrate": 300},
        {"quality": 20, "bitrate": 300},
        {"video_codec_parameters": {"max_rate": 1, "bufsize": 2}},
        {"bitrate": 300, "two_pass": 1},
        {"keyframe": 50},
        {"duration": 2.9},
    ],
)
def test_what_would_come_out_otherwise_is_not_cut(asked: dict[str, Any]) -> None:
    """A budget that is kept over the whole, a grid of pictures whose number nobody knows, and what is short."""
    info = probe(LocalFile(ASSETS["plain.mp4"].path), SETTINGS)
    output = Mp4.model_validate(asked)
    assert output.plan_in_segments(info, Fraction(2)) is None
    assert Mp4.model_validate({"quality": 20}).plan_in_segments(info, Fraction(2)) is not None


def quality(film: Path, source: Path) -> list[float]:
    """Return the VMAF of each picture, as ffmpeg measures it against the source."""
    log = film.with_suffix(".json")
    compare = f"[0:v][1:v]libvmaf=log_fmt=json:log_path={log}:n_threads=2"
    command = [
        find_ffmpeg(SETTINGS),
        "-v",
        "error",
        "-i",
        str(film),
        "-i",
        str(source),
        "-lavfi",
        compare,
        "-f",
        "null",
        "-",
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
    return [frame["metrics"]["vmaf"] for frame in json.loads(log.read_text())["frames"]]


def test_no_joint_is_seen(tmp_path: Path) -> None:
    """Around each, pictures are as good as those of one piece there."""
    source = generate(tmp_path / "source.mp4", *moving_picture(seconds=4), "-c:v", "libx264", "-qp", "0")
    output = Mp4.model_validate({"video_codec_parameters": {"preset": "veryfast"}})
    films = []
    for name, seconds in (("whole", 60), ("cut", 1.2)):
        bench = Bench(source, tmp_path / name, output)
        plan = output.plan_in_segments(bench.info, Fraction(seconds)) or output.plan(bench.info)
        films.append(quality(bench.make(plan), source))
    whole, cut = films
    for joint in (30, 60):
        around = slice(joint - 12, joint + 13)
        assert min(cut[around]) > min(whole[around]) - 2
        assert sum(cut[around]) > sum(whole[around]) - 25
