"""Are several renditions of one source made by one run of ffmpeg, each whole, or with an error of its own?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

import barcode
from assets import ASSETS
from filmstrip.domain.errors import OutputInvalidError, SourceUnreadableError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.timing import TimeRange
from filmstrip.media.probing.probe import probe
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.cut import find_cut
from filmstrip.media.transcoding.encoders._base import Pass
from filmstrip.media.transcoding.encoders.registry import audio_encoders, video_encoders
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.media.transcoding.joined_parts import joined_parts
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.media.transcoding.promise import Delivery, Promise, PromisedAudio, PromisedVideo
from filmstrip.media.transcoding.transcode import AudioTrack, Rendition, SourceClip, Transcode, VideoTrack
from filmstrip.media.transcoding.transcoder import Delivered, Transcoder
from filmstrip.params.audio_stream import AudioEncoding
from filmstrip.params.video_stream import VideoEncoding
from filmstrip.params.x264 import X264Parameters
from mp4_bench import SETTINGS
from recordings import LIVE, VP8, joined
from upright import luma_of

_MP4 = muxer_named("mp4")
_FAST = VideoEncoding(video_codec_parameters=X264Parameters(preset="ultrafast"))
_SIZES = (FrameSize(320, 180), FrameSize(160, 90))


def _video(size: FrameSize) -> VideoTrack:
    encoder = tuple(video_encoders()["libx264"].arguments(_FAST, Fraction(25)))
    return VideoTrack(0, f"scale={size.width}:{size.height},format=yuv420p,setsar=1", encoder, has_constant_rate=False)


def _audio(channels: int = 2) -> AudioTrack:
    return AudioTrack(1, tuple(audio_encoders()["aac"].arguments(AudioEncoding(audio_channels_number=channels))))


def _rendition(target: Path, sizes: tuple[FrameSize, ...], channels: tuple[int, ...]) -> Rendition:
    return Rendition(target, _MP4, tuple(map(_video, sizes)), tuple(map(_audio, channels)))


def _promise(info: MediaInfo, rendition: Rendition, seconds: Fraction | None, sizes: tuple[FrameSize, ...]) -> Promise:
    return Promise(
        TimeRange.clip(info.duration_seconds, None, seconds),
        ends_early=seconds is not None,
        source_seconds=info.duration_seconds,
        frame_rate=Fraction(25),
        video=tuple(PromisedVideo("h264", size) for size in sizes),
        audio=tuple(PromisedAudio("aac") for _ in rendition.audio),
        joints=max(0, len(info.pieces) - 1),
    )


class _Bench:
    """A source and a folder, with a program that notes each time that it is run."""

    def __init__(self, source: Path, folder: Path, seconds: Fraction | None) -> None:
        self.source, self.folder, self.seconds = LocalFile(source), folder, seconds
        self.info = probe(self.source, SETTINGS)
        self.told: list[list[float]] = []
        self.runs = folder / "runs"
        self.program = folder / "program"
        ffmpeg = find_ffmpeg(SETTINGS)
        note = f"open({str(self.runs)!r}, 'a').write('run\\n')"
        self.program.write_text(
            f"#!{sys.executable}\nimport os, sys\n{note}\nos.execv({ffmpeg!r}, [{ffmpeg!r}, *sys.argv[1:]])\n"
        )
        self.program.chmod(0o755)

    @property
    def clip(self) -> SourceClip:
        cut = find_cut(self.source, self.info, Fraction(0), self.seconds)
        return SourceClip(self.source, cut, threads=1, parts=joined_parts(self.info, self.source))

    def make(
        self, wanted: dict[str, tuple[tuple[FrameSize, ...], tuple[int, ...]]], change: Callable[[Promise], Promise]
    ) -> list[Delivered]:
        renditions = [_rendition(self.folder / name, *tracks) for name, tracks in wanted.items()]
        promises = [
            _promise(self.info, rendition, self.seconds, sizes)
            for rendition, (sizes, _) in zip(renditions, wanted.values(), strict=True)
        ]
        self.told = [[] for _ in renditions]
        deliveries = [
            Delivery(change(promise), told.append, lambda _message: None)
            for promise, told in zip(promises, self.told, strict=True)
        ]
        return list(Transcoder(str(self.program)).make(Transcode(self.clip, tuple(renditions)), deliveries))

    @property
    def made(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()} - {"runs", "program"}


def _numbers(path: Path, track: int = 0) -> list[int | None]:
    with av.open(path) as container:
        frames = container.decode(video=track)
        return [barcode.read_number(luma_of(frame)) for frame in frames]


def _streams(path: Path) -> list[tuple[str, int]]:
    with av.open(path) as container:
        return [
            (each.type, each.width if each.type == "video" else each.codec_context.channels)
            for each in (*container.streams.video, *container.streams.audio)
        ]


def test_several_renditions_are_one_decode(tmp_path: Path) -> None:
    """Sizes, sound alone, pictures alone and several tracks in one file: one run of ffmpeg, and each is whole."""
    bench = _Bench(ASSETS["plain.mp4"].path, tmp_path, Fraction(2))
    large, small = _SIZES
    delivered = bench.make(
        {
            "large.mp4": ((large,), (2,)),
            "small.mp4": ((small,), (1,)),
            "silent.mp4": ((small,), ()),
            "sound.mp4": ((), (2,)),
            "both.mp4": ((large, small), (2, 1)),
        },
        lambda promise: promise,
    )
    assert [(each.position, each.error) for each in delivered] == [(number, None) for number in range(5)]
    assert bench.runs.read_text() == "run\n"
    assert bench.made == {"large.mp4", "small.mp4", "silent.mp4", "sound.mp4", "both.mp4"}
    assert _streams(tmp_path / "sound.mp4") == [("audio", 2)]
    assert _streams(tmp_path / "silent.mp4") == [("video", 160)]
    assert _streams(tmp_path / "both.mp4") == [("video", 320), ("video", 160), ("audio", 2), ("audio", 1)]
    for name in ("large.mp4", "small.mp4", "silent.mp4"):
        assert _numbers(tmp_path / name) == list(range(50)), name
    assert _numbers(tmp_path / "both.mp4", 1) == list(range(50))
    assert all(told == sorted(told) and told[-1] > 0.9 for told in bench.told)


def test_one_that_is_not_what_it_has_to_be_fails_alone(tmp_path: Path) -> None:
    """A rendition that does not pass has its own error, and no name; the others are kept."""
    bench = _Bench(ASSETS["plain.mp4"].path, tmp_path, Fraction(1))
    large, small = _SIZES

    def spoil(promise: Promise) -> Promise:
        is_small = promise.video[0].size == small
        return replace(promise, video=(PromisedVideo("hevc", small),)) if is_small else promise

    first, second, third = bench.make(
        {"a.mp4": ((large,), ()), "b.mp4": ((small,), ()), "c.mp4": ((large,), (2,))}, spoil
    )
    assert isinstance(second.error, OutputInvalidError)
    assert str(second.error) == "The result has the streams video h264 instead of video hevc"
    assert (first.error, third.error) == (None, None)
    assert {"a.mp4", "c.mp4"} <= bench.made
    assert "b.mp4" not in bench.made


def test_a_damaged_source_is_told_to_each(tmp_path: Path) -> None:
    """A source that breaks off is no one's success."""
    bench = _Bench(ASSETS["truncated.mp4"].path, tmp_path, None)
    delivered = bench.make({"a.mp4": ((_SIZES[1],), ()), "b.mp4": ((_SIZES[1],), (2,))}, lambda promise: promise)
    assert [type(each.error) for each in delivered] == [SourceUnreadableError] * 2
    assert not {"a.mp4", "b.mp4"} & bench.made


def test_joined_parts_are_decoded_once_too(tmp_path: Path) -> None:
    """What lies one behind the other in a file is joined for each track of each rendition, by one graph."""
    source = joined(tmp_path, "film.webm", [f"{VP8} -c:a libopus {LIVE}", f"{VP8} {LIVE}"], silent=1)
    folder = tmp_path / "made"
    folder.mkdir()
    bench = _Bench(source, folder, None)
    assert len(bench.clip.parts) == 2
    large, small = _SIZES
    wanted = {"large.mp4": ((large,), (2,)), "small.mp4": ((small,), (1,)), "sound.mp4": ((), (2,))}
    delivered = bench.make(wanted, lambda promise: promise)
    assert [each.error for each in delivered] == [None] * 3
    assert bench.runs.read_text() == "run\n"
    assert _numbers(folder / "large.mp4") == _numbers(folder / "small.mp4") == list(range(150))
    assert _streams(folder / "sound.mp4") == [("audio", 2)]


def test_two_passes_are_made_alone(tmp_path: Path) -> None:
    """What is measured belongs to one rendition: with a second one the caller is wrong, and nothing is begun."""
    bench = _Bench(ASSETS["plain.mp4"].path, tmp_path, Fraction(1))
    encoder, statistics = video_encoders()["libx264"], tmp_path / "statistics"
    first, second = (tuple(encoder.arguments(_FAST, Fraction(25), Pass(number, statistics))) for number in (1, 2))
    track = replace(_video(_SIZES[1]), encoder=second, first_pass=first)
    renditions = (Rendition(tmp_path / "a.mp4", _MP4, (track,)), _rendition(tmp_path / "b.mp4", _SIZES[1:], ()))
    with pytest.raises(ValueError, match="two passes is made alone"):
        list(Transcoder(str(bench.program)).make(Transcode(bench.clip, renditions), []))
    assert not bench.runs.exists()
