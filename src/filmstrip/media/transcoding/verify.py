"""Is a finished video what it should be? ffmpeg can end well with a damaged file, so the result itself is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.video.frame import VideoFrame

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.containers.mp4_boxes import is_faststart

_REPORT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a finished video has to be.

    Attributes:
        video_codec: FFmpeg's name of its video codec.
        audio_codec: FFmpeg's name of its audio codec, None for no sound.
        size: Coded size of its pictures.
        least_seconds: It lasts at least so long.
        most_seconds: It lasts at most so long, None if that was not decided beforehand.
    """

    video_codec: str
    audio_codec: str | None
    size: FrameSize
    least_seconds: Fraction
    most_seconds: Fraction | None


def measure_duration(path: Path) -> Fraction:
    """Tell how long a video of ours lasts, in seconds, from its header."""
    with av.open(f"file:{path.absolute()}", metadata_errors="replace") as container:
        return _duration(container)


def verify_video(path: Path, expected: Expectation, *, threads: int, on_progress: ProgressListener) -> Fraction:
    """Check a finished MP4 file: order of its parts, streams, size, length; and decode all of it.

    Returns:
        How long it lasts, in seconds.

    Raises:
        OutputInvalidError: It is not what it has to be; the message says in which way.
    """
    if not is_faststart(path):
        raise OutputInvalidError("The result's index does not lie before its samples")
    try:
        with av.open(f"file:{path.absolute()}", metadata_errors="replace") as container:
            _check_streams(container, expected)
            duration = _duration(container)
            _check_duration(duration, expected)
            _decode_all(container, threads, on_progress)
            return duration
    except av.error.FFmpegError as error:
        raise OutputInvalidError("The result does not decode to its end") from error


def _duration(container: InputContainer) -> Fraction:
    # libav counts from the first sample, which an edit list may put behind the presentation's start.
    return Fraction((container.start_time or 0) + (container.duration or 0), av.time_base)


def _check_streams(container: InputContainer, expected: Expectation) -> None:
    codecs = [(stream.type, stream.codec_context.name) for stream in container.streams]
    wanted = [("video", expected.video_codec)]
    wanted += [("audio", expected.audio_codec)] if expected.audio_codec is not None else []
    if codecs != wanted:
        raise OutputInvalidError(f"The result has the streams {_listed(codecs)} instead of {_listed(wanted)}")
    video = container.streams.video[0]
    size = FrameSize(video.width, video.height)
    if size != expected.size:
        raise OutputInvalidError(f"The result's pictures are {size} instead of {expected.size}")


def _listed(codecs: Iterable[tuple[str, str | None]]) -> str:
    return ", ".join(f"{kind} {codec}" for kind, codec in codecs) or "none"


def _check_duration(seconds: Fraction, expected: Expectation) -> None:
    limit = expected.least_seconds
    if expected.most_seconds is not None and seconds > expected.most_seconds:
        limit = expected.most_seconds
    elif seconds >= expected.least_seconds:
        return
    raise OutputInvalidError(f"The result lasts {float(seconds):.3f} s instead of {float(limit):.3f} s")


def _decode_all(container: InputContainer, threads: int, on_progress: ProgressListener) -> None:
    video = container.streams.video[0]
    video.thread_type = "AUTO"
    for stream in (video, *container.streams.audio):
        stream.codec_context.thread_count = threads
        # Otherwise damage is covered up by pictures that look nearly right.
        stream.codec_context.options = {"err_detect": "explode"}
    packet_count = sum(stream.frames for stream in container.streams) or 1
    picture_count = 0
    for number, packet in enumerate(container.demux()):
        frames = [frame for frame in packet.decode() if isinstance(frame, VideoFrame | AudioFrame)]
        picture_count += sum(isinstance(frame, VideoFrame) for frame in frames)
        if any(frame.is_corrupt for frame in frames):
            raise OutputInvalidError("The result has damaged frames")
        if number % _REPORT_EVERY == 0:
            on_progress(min(1.0, number / packet_count))
    if picture_count != video.frames:
        raise OutputInvalidError(f"The result shows {picture_count} pictures instead of {video.frames}")
