"""Reaches the first frame of a clip as fast as the container allows, and exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from av.format import Flags

from filmstrip.domain.clocks import FFMPEG_CLOCK_HZ
from filmstrip.domain.container_kind import ContainerKind
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.containers.opening import open_container
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.extent import first_moment
from filmstrip.media.timeline.pieces import is_listed, is_read_on
from filmstrip.media.timeline.shown_picture import keyframe_before, shown_since

# A seek may land later than it aims.
_BEFORE_KEYFRAME_SECONDS = 5
_COARSE_TICK = Fraction(1, 500)


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a source is used, as ffmpeg has to be told.

    Attributes:
        seek_seconds: Container time to which the input is sought, None to begin at its start.
        seek_origin_seconds: Container time from which ffmpeg counts when it seeks; None if it takes container time.
        run_up_seconds: How much is decoded after that, at times below 0, and thrown away.
        skip_seconds: The same where the source has no times that could be below 0.
        lead_seconds: For how long the picture that the clip begins with has been on screen already.
        picture_shift_seconds: By how much ffmpeg shows pictures too early, as the source counts times in whole frames.
        duration_seconds: How much is encoded, None for all the rest.
        end_seconds: When the last picture ends, from the clip's start, None if that is not known.
        follows_jumps: Whether the source's clock jumps, and its parts have to be put together.
        has_sound_at_start: Whether there is sound from the clip's first moment on, as far as that is known.
    """

    seek_seconds: Fraction | None = None
    run_up_seconds: Fraction = Fraction(0)
    skip_seconds: Fraction = Fraction(0)
    lead_seconds: Fraction = Fraction(0)
    duration_seconds: Fraction | None = None
    seek_origin_seconds: Fraction | None = None
    end_seconds: Fraction | None = None
    follows_jumps: bool = False
    has_sound_at_start: bool = False
    picture_shift_seconds: Fraction = Fraction(0)


def plan_cut(
    kind: ContainerKind,
    first_seconds: Fraction,
    presentation_seconds: Fraction,
    start_seconds: Fraction,
    duration_seconds: Fraction | None,
    least_run_up_seconds: Fraction = Fraction(0),
) -> Cut:
    """Decide how the first frame of a clip is reached: as fast as the container allows, and exactly.

    Args:
        kind: What the source's container is.
        first_seconds: Container time of the first packet of any stream.
        presentation_seconds: Container time of the presentation's first moment, from which all outputs count.
        start_seconds: Where the clip begins, counted from that moment.
        duration_seconds: Length of the clip, None for all the rest.
        least_run_up_seconds: How far back a keyframe is, if that is known.
    """
    if kind.run_up_seconds is None:
        # Bare streams: all is decoded from the start.
        return Cut(skip_seconds=start_seconds, duration_seconds=duration_seconds)
    run_up = max(Fraction(kind.run_up_seconds), least_run_up_seconds)
    if start_seconds > run_up:
        return Cut(presentation_seconds + start_seconds - run_up, run_up, duration_seconds=duration_seconds)
    # From the very start nothing is sought, which could lose the first samples; what lies before the presentation's
    # first moment, such as the sound that a muxer puts before the first picture, is part of the run-up.
    lead = max(Fraction(0), presentation_seconds - first_seconds)
    return Cut(None, start_seconds + lead, duration_seconds=duration_seconds)


def find_cut(source: LocalFile, info: MediaInfo, start_seconds: Fraction, duration_seconds: Fraction | None) -> Cut:
    """Plan a cut, and look up since when the picture that it begins with has been on screen."""
    cut = _shown_cut(source, info, start_seconds, duration_seconds)
    return replace(cut, end_seconds=max(Fraction(0), info.duration_seconds - start_seconds))


def _shown_cut(source: LocalFile, info: MediaInfo, start_seconds: Fraction, duration_seconds: Fraction | None) -> Cut:
    if info.pieces:
        # No moment can be sought where the clock jumps. Read on from the start, ffmpeg puts the pieces together; it
        # counts from the very first packet. Not rounded up, which would drop the first picture.
        lead = info.pieces[0].lead_seconds if is_read_on(info) or is_listed(info) else 0
        skipped = math.floor((start_seconds + lead) * FFMPEG_CLOCK_HZ)
        skip = Fraction(skipped, FFMPEG_CLOCK_HZ)
        return Cut(skip_seconds=skip, duration_seconds=duration_seconds, follows_jumps=True)
    cut = _planned(source, info, start_seconds, duration_seconds)
    if cut.run_up_seconds == 0 or info.video is None:
        return cut
    moment = info.start_seconds + start_seconds
    shown = shown_since(source, info.video.index, moment)
    lead = Fraction(0) if shown is None else moment - shown
    return replace(cut, lead_seconds=lead, picture_shift_seconds=_shift(moment, info.video.time_base))


def _shift(moment: Fraction, tick: Fraction) -> Fraction:
    """Return what ffmpeg rounds off when it counts pictures from a moment, in units in which that shows."""
    return Fraction(0) if tick < _COARSE_TICK else _round_half_up(moment / tick) * tick - moment


def _round_half_up(value: Fraction) -> int:
    """Round to the nearest integer, halves up, as ffmpeg rounds times."""
    return math.floor(value + Fraction(1, 2))


def _run_up(source: LocalFile, info: MediaInfo, start_seconds: Fraction) -> Fraction:
    """Look how far before a clip decoding has to begin, where no index leads to a keyframe."""
    usual = info.kind.run_up_seconds
    if info.video is None or usual is None or info.kind.lists_keyframes or start_seconds <= usual:
        return Fraction(0)
    moment = info.start_seconds + start_seconds
    keyframe = keyframe_before(source, info.video.index, moment)
    return Fraction(0) if keyframe is None else moment - keyframe + _BEFORE_KEYFRAME_SECONDS


def _planned(source: LocalFile, info: MediaInfo, start_seconds: Fraction, duration_seconds: Fraction | None) -> Cut:
    used = {stream.index for stream in (info.video, info.sound) if stream is not None}
    with open_container(source) as container:
        origin = first_moment(container, None)
        is_discontinuous = bool(Flags(container.format.flags) & Flags.ts_discont)
        # In a broadcast, ffmpeg counts from the first one of the streams that it uses.
        first = first_moment(container, used if is_discontinuous else None)
        sound = None if info.sound is None else first_moment(container, {info.sound.index})
    begin = info.start_seconds if first is None else first
    run_up = _run_up(source, info, start_seconds)
    cut = plan_cut(info.kind, begin, info.start_seconds, start_seconds, duration_seconds, run_up)
    has_sound = sound is not None and sound <= info.start_seconds + start_seconds
    # Given container time, ffmpeg adds the start of a broadcast to it if other streams start earlier.
    is_counted = is_discontinuous and cut.seek_seconds is not None
    return replace(cut, has_sound_at_start=has_sound, seek_origin_seconds=origin if is_counted else None)
