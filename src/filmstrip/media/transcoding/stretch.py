"""A stretch of a clip that is encoded for itself, its pictures with the times that they have in the whole clip.

    clip       0 ─────────────────┬──────────────────┬──────── end
    stretch                       start              end
    decoded              ↑ keyframe ─────────────────┘

What ffmpeg adds to the times of the source is the same, to the microsecond, as where the clip is encoded in one piece:
so are the times of all pictures, and which of them a constant rate takes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from av.packet import Packet
from av.video.stream import VideoStream

from filmstrip.domain.clocks import ASSUMED_TIME_BASE, FFMPEG_CLOCK_HZ, HALF_MILLISECOND
from filmstrip.domain.codec_limits import MOST_HELD_PICTURES
from filmstrip.media.containers.opening import open_container, read_packets, reading_errors, select_stream
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.shown_picture import keyframe_before
from filmstrip.media.transcoding.cut import Cut

if TYPE_CHECKING:
    from filmstrip.media.transcoding.transcode import SourceClip  # which has a stretch

# Filters look back, and what is shown at a start may have appeared before it.
_RUN_UP_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which pictures of a clip are encoded.

    Attributes:
        start_seconds: Those that are shown from here on, in time of the clip; None from its first one on.
        end_seconds: Those that are shown before it; None for all the rest.
        origin_seconds: Container time at which the clip's time 0 is, as ffmpeg counts.
        seek_seconds: Container time to which the input is sought; None to read it as for the whole clip.
    """

    start_seconds: Fraction | None
    end_seconds: Fraction | None
    origin_seconds: Fraction
    seek_seconds: Fraction | None = None


def find_stretch(
    source: LocalFile, stream_index: int, cut: Cut, start_seconds: Fraction | None, end_seconds: Fraction | None
) -> Stretch:
    """Find out how the first picture of a stretch is reached.

    Args:
        source: A file whose container lists its keyframes.
        stream_index: Number of the video stream.
        cut: How the whole clip would be read.
        start_seconds: As in `Stretch`.
        end_seconds: As in `Stretch`.
    """
    origin = _origin(source, cut)
    if start_seconds is None:
        return Stretch(None, end_seconds, origin)
    keyframe = keyframe_before(source, stream_index, origin + start_seconds - _RUN_UP_SECONDS)
    clip_begins = cut.seek_seconds is not None and (keyframe is None or keyframe <= cut.seek_seconds)
    seek = None if keyframe is None or clip_begins else _microseconds(keyframe)
    return Stretch(start_seconds, end_seconds, origin, seek)


def shown_ticks(clip: SourceClip, stream_index: int) -> tuple[Fraction, list[int]]:
    """List when the pictures of a stretch are shown, by the packets of the source: nothing is decoded.

    Returns:
        Seconds per unit of the stream, and times of the clip in such units, ascending, none twice; rounded as ffmpeg
        rounds.
    """
    return _shown(clip, stream_index, clip.stretch or Stretch(None, None, _origin(clip.source, clip.cut)))


def first_shown(clip: SourceClip, stream_index: int, frame_rate: Fraction | None) -> Fraction:
    """Return when the first picture of a clip is shown, in time of the clip, by the first packets of the source.

    Args:
        clip: The clip.
        stream_index: Number of the video stream.
        frame_rate: Its constant rate, None to keep the times of the source.
    """
    beginning = Stretch(None, None, _origin(clip.source, clip.cut))
    tick, ticks = _shown(clip, stream_index, beginning, most=MOST_HELD_PICTURES + 1)
    seconds = ticks[0] * tick if ticks else Fraction(0)
    return seconds if frame_rate is None else round_half_up(seconds * frame_rate) / frame_rate


def _shown(
    clip: SourceClip, stream_index: int, stretch: Stretch, most: int | None = None
) -> tuple[Fraction, list[int]]:
    cut = clip.cut
    with open_container(clip.source) as container, reading_errors():
        stream = select_stream(container, stream_index)
        seek = cut.seek_seconds if stretch.seek_seconds is None else stretch.seek_seconds
        if seek is not None:
            container.seek(math.floor(seek * FFMPEG_CLOCK_HZ), backward=True)
        tick = stream.time_base or ASSUMED_TIME_BASE
        added = round_half_up(-stretch.origin_seconds / tick)
        first, behind = (_ticks(end, tick) for end in (stretch.start_seconds, stretch.end_seconds))
        if first is None and cut.run_up_seconds:
            # What is on screen when the clip begins is shown from its first moment on.
            first = _ticks(-cut.lead_seconds - HALF_MILLISECOND, tick)
        times = (each + added for each in _times(container.demux(stream)))
        wanted = (time for time in _until(behind, times) if first is None or time >= first)
        shown = set(itertools.islice(wanted, most))
    if stretch.start_seconds is None and cut.run_up_seconds:
        shown = {max(0, time) for time in shown}
    end = cut.duration_seconds
    return tick, sorted(time for time in shown if end is None or time * tick < end)


def _ticks(seconds: Fraction | None, tick: Fraction) -> int | None:
    return None if seconds is None else round_half_up(_microseconds(seconds) / tick)


def round_half_up(value: Fraction) -> int:
    """Round to the nearest integer, halves up, as ffmpeg rounds times."""
    return math.floor(value + Fraction(1, 2))


def _times(packets: Iterable[Packet[VideoStream]]) -> Iterator[int]:
    for packet in read_packets(packets):
        if packet.pts is not None and packet.size and not packet.is_discard:
            yield packet.pts


def _until(behind: int | None, times: Iterator[int]) -> Iterator[int]:
    """Yield those before a moment: in decoding order, later ones may stand before some of them."""
    later_count = 0
    for time in times:
        if behind is None or time < behind:
            yield time
        else:
            later_count += 1
        if later_count > MOST_HELD_PICTURES:
            return


def _origin(source: LocalFile, cut: Cut) -> Fraction:
    """Return what ffmpeg subtracts from container times: options have whole microseconds."""
    run_up = _microseconds(cut.run_up_seconds)
    if cut.seek_seconds is not None:
        return _microseconds(cut.seek_seconds) + run_up
    with open_container(source) as container:
        return Fraction(container.start_time or 0, FFMPEG_CLOCK_HZ) + run_up


def _microseconds(value: Fraction) -> Fraction:
    return Fraction(f"{float(value):.6f}")
