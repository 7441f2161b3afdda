"""Limits: how much processor time a piece of work may take, and how long an output may be."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from filmstrip.domain.clocks import ASSUMED_FRAME_RATE
from filmstrip.domain.errors import LimitExceededError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._rendering import Rendering
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.params.clip import Clip

# Several times what the slowest choices need on a slow core: x264's "placebo" encodes some 3 million pixels a second
# (others say by their effort how much slower they are), the slowest decoders 80 million.
_ENOUGH_FOR_ANYTHING_SECONDS = 120
_PROBED_BYTES_PER_SECOND = 1_000_000
_ENCODED_PIXELS_PER_SECOND = 1_000_000
_DECODED_PIXELS_PER_SECOND = 5_000_000
_SECONDS_PER_PICTURE = 5
# Encoders of sound do at least thirty seconds in one on a slow core, of eight channels as well.
_SECONDS_PER_SECOND_OF_SOUND = Fraction(1, 4)
# However many pictures a source claims to hold, so few bytes are not worth more.
_SECONDS_PER_BYTE = Fraction(1, 100)
_UPSCALED_PIXELS = 3840 * 2160

# Slides of a talk that change twice a minute have more than 100 bytes a second.
_LEAST_BYTES_PER_SECOND = 8
_UNSUSPICIOUS_SECONDS = 3600


def within_processor_time(
    settings: MediaSettings, source: ReadableSource | None, renderings: tuple[Rendering, ...]
) -> MediaSettings:
    """Return the settings with as much processor time as the work may need, `cpu_limit_seconds` at most."""
    size_bytes = _size_of(source)
    if size_bytes is None:
        return settings
    seconds = Fraction(_ENOUGH_FOR_ANYTHING_SECONDS)
    if renderings:
        by_content = sum((_seconds_by_pixels(each) + _seconds_by_sound(each) for each in renderings), Fraction(0))
        seconds += min(by_content, size_bytes * _SECONDS_PER_BYTE)
        seconds += sum(map(_seconds_by_own_pixels, renderings))
        seconds += _SECONDS_PER_PICTURE * sum(len(rendering.group.artifact_names) for rendering in renderings)
    else:
        seconds += Fraction(size_bytes, _PROBED_BYTES_PER_SECOND)
    return replace(settings, cpu_limit_seconds=min(settings.cpu_limit_seconds, int(seconds)))


def check_length(output: object, info: MediaInfo, settings: MediaSettings) -> None:
    """Refuse an output that would be too long, before anything of it is made.

    Raises:
        LimitExceededError: It has a `Clip` that covers more than `max_output_seconds`, or more than an hour of a source
            that is next to empty.
    """
    if not isinstance(output, Clip):
        return
    seconds = output.range_of(info.duration_seconds).duration
    if seconds > settings.max_output_seconds:
        raise LimitExceededError(
            f"The output would cover {float(seconds):.0f} seconds, and this service makes at most "
            f"{settings.max_output_seconds:g} (its setting max_output_seconds): ask for a part by start_time and "
            "duration"
        )
    claimed = info.duration_seconds
    if seconds > _UNSUSPICIOUS_SECONDS and (info.size_bytes or claimed * 1000) < _LEAST_BYTES_PER_SECOND * claimed:
        raise LimitExceededError(
            f"The source claims to last {float(claimed):.0f} seconds and holds {info.size_bytes} bytes only: ask for a "
            f"part of at most {_UNSUSPICIOUS_SECONDS} seconds by start_time and duration"
        )


def _size_of(source: ReadableSource | None) -> int | None:
    if isinstance(source, LocalFile):
        try:
            return source.path.stat().st_size
        except OSError:
            return None  # opening it says what is the matter
    return source.version.size_bytes if source is not None and source.version is not None else None


def _seconds_by_sound(rendering: Rendering) -> Fraction:
    seconds = rendering.info.duration_seconds if rendering.info.sound is not None else Fraction(0)
    return seconds * rendering.effort.ffmpeg_runs * _SECONDS_PER_SECOND_OF_SOUND


def _seconds_by_own_pixels(rendering: Rendering) -> Fraction:
    effort = rendering.effort
    return Fraction(effort.own_pixels * effort.seconds_per_million_pixels, _ENCODED_PIXELS_PER_SECOND)


def _seconds_by_pixels(rendering: Rendering) -> Fraction:
    video = rendering.info.video
    if video is None:
        return Fraction(0)
    frames = rendering.info.duration_seconds * max(video.frame_rate or 0, ASSUMED_FRAME_RATE)
    pixels = video.coded_size.width * video.coded_size.height
    encoded = max(pixels, _UPSCALED_PIXELS) if rendering.upscale else pixels
    runs = rendering.effort.ffmpeg_runs * rendering.effort.seconds_per_million_pixels
    return frames * (
        Fraction(pixels, _DECODED_PIXELS_PER_SECOND) + runs * Fraction(encoded, _ENCODED_PIXELS_PER_SECOND)
    )
