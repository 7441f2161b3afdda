"""Options of FFmpeg that all or several encoders heed alike."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.media.transcoding.encoders._base import FORCED_COUNT, FORCED_TIME, Pass
from filmstrip.params import codec_parameters
from filmstrip.params.video_stream import FASTEST_FRAME_RATE, KeyframeInterval, VideoEncoding

_DEFAULT_KEYFRAME_FRAMES = 90
# FFmpeg counts them in 32 bits.
_MOST_BUFFER_BITS = 2**31 - 1
_UNSAFE, _ESCAPED = re.compile(r"([\\':=])"), r"\\\1"


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Limits of a bitrate, None for none.

    Attributes:
        most: The highest one, as an average over the buffer, in bit/s.
        least: The lowest one, in bit/s.
        buffer: Size of the decoder's buffer, in bits.
    """

    most: Fraction | None = None
    least: Fraction | None = None
    buffer: Fraction | None = None


def rate_control(video: VideoEncoding, quality: Fraction | int, limits: RateLimits) -> Iterator[str]:
    """Write how many bits are spent.

    Args:
        video: What is asked for.
        quality: The constant quality, if no average is asked for.
        limits: What is asked for beside.
    """
    if is_average(video):
        # The average that is asked for.
        yield from ("-b:v", bits((video.bitrate or 0) * 1000))
    else:
        yield from ("-crf:v", f"{float(quality):g}")
    most = ceiling(video, limits)
    if most is not None:
        # A ceiling, as an average over the decoder's buffer: without a buffer it would be ignored.
        yield from ("-maxrate:v", bits(most))
    if most is not None or limits.buffer is not None:
        # Two seconds of the ceiling if nothing else is asked for: smooth quality at a latency that files can afford.
        buffer = limits.buffer if limits.buffer is not None else 2 * (most or 0)
        yield from ("-bufsize:v", bits(min(buffer, _MOST_BUFFER_BITS)))
    if limits.least is not None:
        yield from ("-minrate:v", bits(limits.least))


def ceiling(video: VideoEncoding, limits: RateLimits) -> Fraction | None:
    """Return the highest bitrate in bit/s, which a bitrate beside a quality is too; None for none."""
    if limits.most is None and video.quality is not None and video.bitrate is not None:
        return video.bitrate * 1000
    return limits.most


def is_average(video: VideoEncoding) -> bool:
    """Check whether an average bitrate is what decides; a quality wins over it, and makes it a ceiling."""
    return video.bitrate is not None and video.quality is None


def keyframes(video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
    """Write where keyframes are."""
    interval = video.keyframe
    if interval is None:
        # At most so far apart: players seek to keyframes.
        yield from ("-g:v", str(_DEFAULT_KEYFRAME_FRAMES))
        return
    yield from forced_keyframes(interval)
    # The longest distance that an encoder allows itself: of forced keyframes it must never come first, also where
    # pictures come faster for a while.
    yield from (
        "-g:v",
        str(interval.frames or math.ceil(2 * (interval.seconds or 1) * (frame_rate or FASTEST_FRAME_RATE))),
    )


def forced_keyframes(interval: KeyframeInterval) -> Iterator[str]:
    """Write where keyframes are forced, if they are asked for by time."""
    if interval.seconds is not None:
        # By time, not by frames: exact for fractional and for variable frame rates. Three times 0.8 is more than 2.4 in
        # floating point, so a little less than the time is enough: frames are further apart.
        yield from ("-force_key_frames:v", f"expr:gte({FORCED_TIME},{FORCED_COUNT}*{float(interval.seconds):g})")


def grid_frames(video: VideoEncoding, frame_rate: Fraction | None) -> int | None:
    """Return the distance of keyframes in whole frames at a constant rate; None if none is asked for, or it is none."""
    interval = video.keyframe
    if interval is None or interval.frames is not None:
        return None if interval is None else interval.frames
    frames = (interval.seconds or Fraction(0)) * (frame_rate or Fraction(0))
    return frames.numerator if frames and frames.denominator == 1 else None


def pass_log(in_pass: Pass | None) -> Iterator[str]:
    """Write which of two passes it is, as FFmpeg itself keeps what was measured."""
    if in_pass is not None:
        yield from ("-pass:v", str(in_pass.number), "-passlogfile:v", str(in_pass.statistics))


def kilobits(parameters: codec_parameters.RateLimits) -> RateLimits:
    """Return the limits that are set of an encoder that counts in kbit/s."""
    rates = (parameters.max_rate, parameters.min_rate, parameters.bufsize)
    return RateLimits(*(None if rate is None else rate * 1000 for rate in rates))


def setting_list(settings: Iterable[tuple[str, str]]) -> str:
    """Write settings as FFmpeg reads a dictionary (`av_dict_parse_string`): a path may have any characters."""
    return ":".join(f"{name}={_UNSAFE.sub(_ESCAPED, value)}" for name, value in settings)


def of_h264(video: VideoEncoding, encoder: str) -> Iterator[str]:
    """Yield which parameters that only H.264 has are given for an encoder of another codec."""
    for name in ("profile", "level"):
        if getattr(video, name) is not None:
            yield f"{name} is about H.264, and was ignored: {encoder} chooses what fits"


def ignored(limits: RateLimits, reasons: Mapping[str, str]) -> Iterator[str]:
    """Yield which limits are asked for that have no effect.

    Args:
        limits: What is asked for.
        reasons: Why those that have none have none, by their names.
    """
    values = {"max_rate": limits.most, "min_rate": limits.least, "bufsize": limits.buffer}
    for name, value in values.items():
        if value is not None and name in reasons:
            yield f"{name} was ignored: {reasons[name]}"


def without_ceiling(video: VideoEncoding, limits: RateLimits, encoder: str) -> Iterator[str]:
    """Yield which limits have no effect on x264 and x265, which know a ceiling and the buffer that it is kept over."""
    reasons = {"min_rate": f"{encoder} has no lowest bitrate"}
    if ceiling(video, limits) is None:
        reasons["bufsize"] = f"{encoder} heeds it with max_rate only"
    yield from ignored(limits, reasons)


def other_quality(video: VideoEncoding, used: Fraction | int, reason: str) -> Iterator[str]:
    """Yield that another quality is used than the one that is asked for, if it is."""
    if video.quality is not None and video.quality != used:
        yield f"quality is {float(used):g}, not {float(video.quality):g}: {reason}"


def bits(amount: Fraction | int) -> str:
    """Write a number of bits, or of bits per second."""
    return str(max(1, round(amount)))
