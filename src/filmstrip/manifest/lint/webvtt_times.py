"""Rules on the times of a WebVTT track: cues touch, from 0 to the end of the video and a little beyond."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from filmstrip.manifest.lint.finding import WEBVTT_PLAYERS, Level, Player, Rule, whole_file
from filmstrip.manifest.lint.surroundings import Surroundings
from filmstrip.manifest.lint.webvtt_reading import VttTrack


def _backward(track: VttTrack, _: Surroundings) -> Iterator[str]:
    yield from (str(cue) for cue in track.cues if cue.end <= cue.start)
    yield from (str(cue) for before, cue in pairwise(track.cues) if cue.start < before.end)


def _gaps(track: VttTrack, _: Surroundings) -> Iterator[str]:
    yield from (str(cue) for before, cue in pairwise(track.cues) if cue.start > before.end)


def _starts_late(track: VttTrack, _: Surroundings) -> Iterator[str]:
    yield from (str(cue) for cue in track.cues[:1] if cue.start > 0)


def _ends_early(track: VttTrack, around: Surroundings) -> Iterator[str]:
    if around.duration is not None:
        yield from (str(cue) for cue in track.cues[-1:] if cue.end < around.duration)


def _ends_with_video(track: VttTrack, around: Surroundings) -> Iterator[str]:
    if around.duration is not None:
        last = track.cues[-1:]
        yield from (str(cue) for cue in last if math.floor(cue.end) <= around.duration <= cue.end)


def _same_second(track: VttTrack, _: Surroundings) -> Iterator[str]:
    starts = [(math.floor(cue.start), cue) for cue in track.cues]
    yield from (str(cue) for (before, _cue), (start, cue) in pairwise(starts) if before == start)


TIME_RULES: tuple[Rule[VttTrack], ...] = (
    Rule(
        "cue-order",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "Cues overlap or run backward: some players take the first that fits, others the last",
        _backward,
    ),
    Rule(
        "gap",
        Level.WARNING,
        (Player.VIDEO_JS_10, Player.SHAKA),
        "Nothing is said about the time before this cue, and the picture of a neighbour is shown",
        _gaps,
    ),
    Rule(
        "starts-late",
        Level.WARNING,
        (Player.MEDIA_CHROME, Player.SHAKA),
        "Nothing is said about the beginning, and another picture is shown there",
        _starts_late,
    ),
    Rule(
        "ends-early",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "The track ends before the video: at the end of the bar there is no picture or a wrong one",
        _ends_early,
    ),
    Rule(
        "ends-with-video",
        Level.WARNING,
        (Player.VIDSTACK, Player.VIDEO_JS_8),
        "The track does not reach a whole second beyond the video: no picture at the very end of the bar",
        _ends_with_video,
    ),
    Rule(
        "fraction",
        Level.WARNING,
        (Player.VIDEO_JS_8, Player.ARTPLAYER),
        "Times are cut to whole seconds: the next picture appears up to a second early",
        lambda track, _: [str(cue) for cue in track.cues if cue.start.denominator != 1],
    ),
    Rule(
        "same-second",
        Level.WARNING,
        (Player.VIDEO_JS_8, Player.ARTPLAYER),
        "Times are cut to whole seconds: of several cues in one second only one is ever shown",
        _same_second,
    ),
    Rule(
        "hours",
        Level.WARNING,
        (Player.PLYR,),
        "100 hours and more are not read",
        lambda track, _: whole_file(broken=any(cue.end >= 100 * 3600 for cue in track.cues)),
    ),
)
