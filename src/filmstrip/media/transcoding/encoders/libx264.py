"""x264: what clients ask for by FFmpeg's old names, in the options of today's FFmpeg."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from filmstrip.media.transcoding.encoders._base import Pass, VideoEncoder
from filmstrip.media.transcoding.encoders._options import (
    RateLimits,
    keyframes,
    other_quality,
    pass_log,
    rate_control,
    without_ceiling,
)
from filmstrip.params.codec_parameters import Switches
from filmstrip.params.video_stream import VideoEncoding
from filmstrip.params.x264 import X264Parameters

_DEFAULT_QUALITY = 23
_DEFAULT_PROFILE = "main"

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


_MOST_USUAL_MEGABITS = 200
"""Above it, kbit/s were most likely meant."""


class X264(VideoEncoder[X264Parameters]):
    """H.264 (ITU-T H.264), in a profile that browsers play."""

    names: ClassVar[tuple[str, ...]] = ("libx264",)
    codec: ClassVar[str] = "h264"
    parameters = X264Parameters
    qualities: ClassVar[tuple[int, int]] = (0, 51)

    def arguments(
        self, video: VideoEncoding, frame_rate: Fraction | None, in_pass: Pass | None = None, threads: int = 0
    ) -> list[str]:
        """Write the arguments for one video stream."""
        del threads
        x264 = self.settings(video)
        return [
            *("-codec:v", "libx264"),
            # The preset first: everything below changes single settings of it.
            *("-preset:v", x264.preset or "medium"),
            # What the player must be able to do; x264 drops whatever the profile does not have.
            *("-profile:v", self.profile(video)),
            *_level(video.level or x264.level),
            *rate_control(video, self._quality(video), _limits(x264)),
            *keyframes(video, frame_rate),
            # No keyframes at scene cuts: each would shift the ones after it off the grid that is asked for.
            *(("-sc_threshold:v", "0") if video.keyframe is not None else ()),
            *_settings(x264),
            *pass_log(in_pass),
        ]

    def _quality(self, video: VideoEncoding) -> Fraction | int:
        # Below 1 x264 becomes lossless, in a profile that browsers do not play.
        return max(1, _DEFAULT_QUALITY if video.quality is None else video.quality)

    def profile(self, video: VideoEncoding) -> str:
        """Return the H.264 profile of the result."""
        x264 = self.settings(video)
        if video.pix_format.endswith("422p"):
            return "high422"
        asks_for_high = (x264.flags2 or {}).get("dct8x8", False)
        return video.profile or x264.vprofile or ("high" if asks_for_high else _DEFAULT_PROFILE)

    def compromises(self, video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
        """Yield what is encoded otherwise than asked for: in another profile, in another quality, without limits."""
        del frame_rate
        profile, used = video.profile or self.settings(video).vprofile, self.profile(video)
        if profile is not None and profile != used:
            yield f"pix_format {video.pix_format} needs the H.264 profile {used} instead of {profile}"
        yield from other_quality(video, self._quality(video), "below it H.264 is lossless, which browsers do not play")
        limits = {name: getattr(self.settings(video), name) for name in ("max_rate", "min_rate", "bufsize")}
        for name, megabits in limits.items():
            if megabits is not None and megabits > _MOST_USUAL_MEGABITS:
                yield f"{name} is {float(megabits):g} Mbit/s: libx264 counts in Mbit/s, the other encoders in kbit/s"
        yield from without_ceiling(video, _limits(self.settings(video)), "libx264")


def _level(level: int | None) -> list[str]:
    # Announced to players; x264 picks the lowest one that fits if none is asked for.
    return [] if level is None else ["-level:v", f"{level // 10}.{level % 10}"]


def _limits(x264: X264Parameters) -> RateLimits:
    mega = 10**6
    return RateLimits(*(None if rate is None else rate * mega for rate in (x264.max_rate, x264.min_rate, x264.bufsize)))


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


ENCODER = X264()
