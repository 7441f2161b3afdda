"""Looks at a finished file itself, whether it is what it should be: ffmpeg can end well with a damaged one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.transcoding.promise import PromisedAudio, PromisedVideo

_REPORT_EVERY = 50
# Two blocks of the slowest AAC.
_TOLERANCE_OF_SOUND = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a finished file has to be.

    Attributes:
        video: Its video streams, in order.
        audio: Its audio streams, in order, behind those.
        least_seconds: It lasts at least so long.
        most_seconds: It lasts at most so long, None if that was not decided beforehand.
        has_cover: Whether there is a picture beside its sound.
    """

    video: tuple[PromisedVideo, ...]
    audio: tuple[PromisedAudio, ...]
    least_seconds: Fraction
    most_seconds: Fraction | None
    has_cover: bool = False


def check_video_alone(container: InputContainer, video: PromisedVideo) -> None:
    """Check that a file has one stream of pictures, as promised.

    Raises:
        OutputInvalidError: It is otherwise.
    """
    _check_streams(container, Expectation((video,), (), Fraction(0), None))


def check_whole(container: InputContainer, expected: Expectation) -> None:
    """Check streams and length of a file whose packets were looked at before; nothing is decoded.

    Raises:
        OutputInvalidError: It is otherwise.
    """
    _check_streams(container, expected)
    _check_duration(_duration(container), expected)


def measure_duration(path: Path) -> Fraction:
    """Return how long a file of ours lasts, in seconds, from its header."""
    with av.open(f"file:{path.absolute()}", metadata_errors="replace") as container:
        return _duration(container)


def verify_file(path: Path, expected: Expectation, *, threads: int, on_progress: ProgressListener) -> Fraction:
    """Check a finished file: streams, sizes, length; and decode all of it.

    Returns:
        How long it lasts, in seconds.

    Raises:
        OutputInvalidError: It is not what it has to be; the message says in which way.
    """
    try:
        with av.open(f"file:{path.absolute()}", metadata_errors="replace") as container:
            _check_streams(container, expected)
            duration = _duration(container)
            _check_duration(duration, expected)
            decode_all(container, threads, on_progress)
            return duration
    except av.error.FFmpegError as error:
        raise OutputInvalidError("The result does not decode to its end") from error


def _duration(container: InputContainer) -> Fraction:
    # libav counts from the first sample, which an edit list may put behind the presentation's start. Sound alone begins
    # at its start: what lies before it, such as what an encoder of MP3 adds, is not played.
    start = container.start_time or 0 if any(not _is_cover(stream) for stream in container.streams.video) else 0
    return Fraction(start + (container.duration or 0), av.time_base)


def _is_cover(stream: Stream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _check_streams(container: InputContainer, expected: Expectation) -> None:
    played = [stream for stream in container.streams if not _is_cover(stream)]
    codecs = [(stream.type, _codec(stream)) for stream in played]
    wanted = [("video", video.codec) for video in expected.video]
    wanted += [("audio", audio.codec) for audio in expected.audio]
    if codecs != wanted:
        raise OutputInvalidError(f"The result has the streams {_listed(codecs)} instead of {_listed(wanted)}")
    if expected.has_cover is (len(played) == len(container.streams)):
        raise OutputInvalidError(f"The result has {'no' if expected.has_cover else 'a'} cover")
    for stream, video in zip((each for each in played if isinstance(each, VideoStream)), expected.video, strict=True):
        _check_video(stream, video)
    for sound, audio in zip((each for each in played if isinstance(each, AudioStream)), expected.audio, strict=True):
        _check_audio(sound, audio)


def _codec(stream: Stream) -> str:
    # Decoders may have names of their own, such as libdav1d.
    return stream.codec_context.codec.canonical_name


def _listed(codecs: Iterable[tuple[str, str | None]]) -> str:
    return ", ".join(f"{kind} {codec}" for kind, codec in codecs) or "none"


def _check_video(stream: VideoStream, promised: PromisedVideo) -> None:
    size = FrameSize(stream.width, stream.height)
    if size != promised.size:
        raise OutputInvalidError(f"The result's pictures are {size} instead of {promised.size}")
    tag = stream.codec_context.codec_tag
    if promised.tag is not None and tag != promised.tag:
        raise OutputInvalidError(f"The result's video is called {tag} instead of {promised.tag}")
    depth = stream.format.components[0].bits
    if promised.bit_depth is not None and depth != promised.bit_depth:
        raise OutputInvalidError(f"The result's samples have {depth} bits instead of {promised.bit_depth}")


def _check_audio(stream: AudioStream, promised: PromisedAudio) -> None:
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if promised.sample_rate is not None and rate != promised.sample_rate:
        raise OutputInvalidError(f"The result's sound has {rate} samples a second instead of {promised.sample_rate}")
    if promised.channels is not None and channels != promised.channels:
        raise OutputInvalidError(f"The result's sound has {channels} channels instead of {promised.channels}")


def _check_duration(seconds: Fraction, expected: Expectation) -> None:
    limit = expected.least_seconds
    if expected.most_seconds is not None and seconds > expected.most_seconds:
        limit = expected.most_seconds
    elif seconds >= expected.least_seconds:
        return
    raise OutputInvalidError(f"The result lasts {float(seconds):.3f} s instead of {float(limit):.3f} s")


def _prepare_decoders(container: InputContainer, threads: int) -> None:
    for video in container.streams.video:
        video.thread_type = "AUTO"
    for stream in (*container.streams.video, *container.streams.audio):
        stream.codec_context.thread_count = threads
        # Otherwise damage is covered up by pictures that look nearly right.
        stream.codec_context.options = {"err_detect": "explode"}


def decode_all(container: InputContainer, threads: int, on_progress: ProgressListener) -> None:
    """Decode all of a file, and compare how much there was with what its header says.

    Raises:
        OutputInvalidError: It is damaged, or lacks something.
    """
    _prepare_decoders(container, threads)
    duration, done = _duration(container), Fraction(0)
    decoded, heard = Counter[int](), Counter[int]()
    for number, packet in enumerate(container.demux()):
        frames = [frame for frame in packet.decode() if isinstance(frame, VideoFrame | AudioFrame)]
        decoded[packet.stream.index] += len(frames)
        heard[packet.stream.index] += sum(frame.samples for frame in frames if isinstance(frame, AudioFrame))
        if any(frame.is_corrupt for frame in frames):
            raise OutputInvalidError("The result has damaged frames")
        done = done if packet.pts is None else max(done, packet.pts * packet.time_base)
        if number % _REPORT_EVERY == 0 and duration:
            on_progress(float(min(Fraction(1), done / duration)))
    _check_counts(container, decoded)
    if all(_is_cover(stream) for stream in container.streams.video):
        _check_sound(container, heard)


def _check_counts(container: InputContainer, decoded: Counter[int]) -> None:
    for stream in container.streams.video:
        # Containers without an index of all packets do not tell how many there are.
        if not _is_cover(stream) and stream.frames not in (0, decoded[stream.index]):
            raise OutputInvalidError(f"The result shows {decoded[stream.index]} pictures instead of {stream.frames}")


def _check_sound(container: InputContainer, heard: Counter[int]) -> None:
    """Compare how much sound was decoded with what the header says, which is that of the whole where sound is alone."""
    told = _duration(container)
    for stream in container.streams.audio:
        seconds = Fraction(heard[stream.index], stream.codec_context.sample_rate)
        if seconds < told - _TOLERANCE_OF_SOUND:
            raise OutputInvalidError(f"The result has {float(seconds):.3f} s of sound instead of {float(told):.3f} s")
