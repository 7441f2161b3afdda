"""How is x264 driven? What clients ask for by FFmpeg's old names, in the options of today's FFmpeg."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from filmstrip.params.video_stream import VideoEncoding
from filmstrip.params.x264 import Switches, X264Parameters

NAMES = ("libx264",)
"""What clients call it."""

CODEC = "h264"
"""FFmpeg's name of the codec, as a probe of the result tells it."""

_DEFAULT_QUALITY = 23
_DEFAULT_KEYFRAME_FRAMES = 90
_DEFAULT_PROFILE = "main"
_FASTEST_FRAME_RATE = 300

# Our name of a value that is passed on as it is: FFmpeg's name of the option.
_VALUES = {
    "coder": "coder",
    "directpred": "direct-pred",
    "me_range": "me_range",
    "subq": "subq",
    "bf": "bf",
    "b_strategy": "b_strategy",
    "refs": "refs",
    "trellis": "trellis",
    "cmp": "cmp",
    "sc_threshold": "sc_threshold",
    "i_qfactor": "i_qfactor",
    "qcomp": "qcomp",
    "qmin": "qmin",
    "qmax": "qmax",
    "qdiff": "qdiff",
    "rc_lookahead": "rc-lookahead",
}

# Flag of `flags2`: the option that it has become, and the value that switches it on.
_SWITCHES = {
    "bpyramid": ("b-pyramid", "normal"),
    "wpred": ("weightb", "1"),
    "mixed_refs": ("mixed-refs", "1"),
    "dct8x8": ("8x8dct", "1"),
    "fastpskip": ("fast-pskip", "1"),
    "aud": ("aud", "1"),
}

# Motion searches by FFmpeg's old names, and what x264 calls them.
_MOTION_SEARCHES = {"epzs": "dia", "full": "esa"}

# The flags that FFmpeg hands to x264; the others belong to other encoders, or FFmpeg has dropped them.
_HEEDED_FLAGS = ("psnr", "ildct", "cgop")


def profile_of(video: VideoEncoding, x264: X264Parameters) -> str:
    """Tell the H.264 profile of the result."""
    if video.pix_format.endswith("422p"):
        return "high422"
    asks_for_high = (x264.flags2 or {}).get("dct8x8", False)
    return video.profile or x264.vprofile or ("high" if asks_for_high else _DEFAULT_PROFILE)


def encoder_arguments(video: VideoEncoding, x264: X264Parameters, frame_rate: Fraction | None) -> list[str]:
    """Write the arguments for one video stream.

    Args:
        video: What is asked for.
        x264: Which of x264's settings differ from those of the preset.
        frame_rate: Frames per second of the result, None if unknown.
    """
    return [
        *("-codec:v", "libx264"),
        # The preset first: everything below changes single settings of it.
        *("-preset:v", x264.preset or "medium"),
        # What the player must be able to do; x264 drops whatever the profile does not have.
        *("-profile:v", profile_of(video, x264)),
        *_level(video.level or x264.level),
        *_rate_control(video, x264),
        *_keyframes(video, frame_rate),
        *_settings(x264),
    ]


def _level(level: int | None) -> list[str]:
    # Announced to players; x264 picks the lowest one that fits if none is asked for.
    return [] if level is None else ["-level:v", f"{level // 10}.{level % 10}"]


def _rate_control(video: VideoEncoding, x264: X264Parameters) -> Iterator[str]:
    if video.bitrate is not None and video.quality is None:
        # The average that is asked for.
        yield from ("-b:v", _bits(video.bitrate * 1000))
    else:
        # Constant quality. Below 1 x264 becomes lossless, in a profile that browsers do not play.
        yield from ("-crf:v", f"{float(max(1, _DEFAULT_QUALITY if video.quality is None else video.quality)):g}")
    most = x264.max_rate * 10**6 if x264.max_rate is not None else None
    if most is None and video.quality is not None and video.bitrate is not None:
        most = video.bitrate * 1000
    if most is not None:
        # A ceiling, as an average over the decoder's buffer: without a buffer x264 would ignore it.
        yield from ("-maxrate:v", _bits(most))
    if most is not None or x264.bufsize is not None:
        # Two seconds of the ceiling if nothing else is asked for: smooth quality at a latency that files can afford.
        yield from (
            "-bufsize:v",
            _bits(x264.bufsize * 10**6 if x264.bufsize is not None else 2 * (most or Fraction(0))),
        )
    if x264.min_rate is not None:
        yield from ("-minrate:v", _bits(x264.min_rate * 10**6))


def _bits(bits: Fraction) -> str:
    return str(max(1, round(bits)))


def _keyframes(video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
    interval = video.keyframe
    if interval is None:
        # At most so far apart: players seek to keyframes.
        yield from ("-g:v", str(_DEFAULT_KEYFRAME_FRAMES))
        return
    if interval.seconds is not None:
        # By time, not by frames: exact for fractional and for variable frame rates.
        yield from ("-force_key_frames:v", f"expr:gte(t,n_forced*{float(interval.seconds):g})")
    # The longest distance that x264 allows itself: of forced keyframes it must never come first, also where pictures
    # come faster for a while.
    yield from (
        "-g:v",
        str(interval.frames or math.ceil(2 * (interval.seconds or 1) * (frame_rate or _FASTEST_FRAME_RATE))),
    )
    # No keyframes at scene cuts: each would shift the ones after it off the grid that is asked for.
    yield from ("-sc_threshold:v", "0")


def _settings(x264: X264Parameters) -> Iterator[str]:
    for name, option in _VALUES.items():
        value = getattr(x264, name)
        if value is not None:
            yield from (f"-{option}:v", f"{float(value):g}" if isinstance(value, Fraction) else str(value))
    if x264.me_method is not None:
        yield from ("-me_method:v", _MOTION_SEARCHES.get(x264.me_method, x264.me_method))
    if x264.partitions is not None:
        yield from ("-partitions:v", _partitions(x264.partitions))
    for name, is_on in (x264.flags2 or {}).items():
        option, on = _SWITCHES[name]
        yield from (f"-{option}:v", on if is_on else "0")
    yield from _flags(x264.flags or {})


def _partitions(switches: Switches) -> str:
    return ",".join(name.removeprefix("part") for name, is_on in switches.items() if is_on) or "none"


def _flags(switches: Switches) -> Iterator[str]:
    heeded = "".join(f"{'+' if is_on else '-'}{name}" for name, is_on in switches.items() if name in _HEEDED_FLAGS)
    if heeded:
        yield from ("-flags:v", heeded)
    if not switches.get("loop", True):
        # FFmpeg does not hand on that its loop filter is off.
        yield from ("-x264-params:v", "no-deblock=1")
