"""The parameters of an encoded video."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, SerializeAsAny

from filmstrip.domain.frame_rate import snap_frame_rate
from filmstrip.params.codec_parameters import CodecParameters
from filmstrip.params.parameters import Parameters
from filmstrip.params.values import Flag, Text, mistake, number, one_of

PIXEL_FORMATS = ("yuv420p", "yuv422p", "yuvj420p", "yuvj422p")
"""Chroma subsampling and range: 4:2:0 plays everywhere, `j` is full range (JPEG)."""

_KEYFRAME = re.compile(r"\s*(?P<number>\d{1,6}(?:\.\d{1,3})?)\s*(?P<seconds>s?)\s*", re.IGNORECASE)
_RATIO = re.compile(
    r"\s*(?P<width>\d{1,12}(?:\.\d{1,9})?)\s*[:/x]\s*(?P<height>\d{1,12}(?:\.\d{1,9})?)\s*", re.IGNORECASE
)
_EXTREME_RATIO = 100
SLOWEST_FRAME_RATE = Fraction(1, 1000)
FASTEST_FRAME_RATE = 300


@dataclass(frozen=True, slots=True)
class KeyframeInterval:
    """The longest distance between two keyframes; one of the two is set.

    Attributes:
        frames: In frames, at least 1.
        seconds: In seconds, above 0.
    """

    frames: int | None = None
    seconds: Fraction | None = None

    def __str__(self) -> str:
        return f"{float(self.seconds)}s" if self.seconds is not None else str(self.frames)


def _parse_keyframe(value: object) -> KeyframeInterval:
    if isinstance(value, KeyframeInterval):
        return value
    match = None if isinstance(value, bool) else _KEYFRAME.fullmatch(str(value))
    size = Fraction(match["number"]) if match else Fraction(0)
    if match and match["seconds"] and size > 0:
        return KeyframeInterval(seconds=size)
    if size.denominator != 1 or size < 1:
        raise mistake(value, "a number of frames such as 60 or of seconds such as 3s")
    return KeyframeInterval(frames=int(size))


def _parse_aspect_ratio(value: object) -> Fraction:
    expectation = "a ratio of width to height such as 16:9 or 1.77"
    text = str(value)
    match = None if isinstance(value, bool) else _RATIO.fullmatch(text if ":" in text or "/" in text else f"{text}:1")
    if match is None or not Fraction(match["width"]) or not Fraction(match["height"]):
        raise mistake(value, expectation)
    ratio = Fraction(match["width"]) / Fraction(match["height"])
    if not Fraction(1, _EXTREME_RATIO) <= ratio <= _EXTREME_RATIO:
        raise mistake(value, f"{expectation}, at most {_EXTREME_RATIO}:1")
    return ratio


H264_LEVELS = (10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52, 60, 61, 62)
"""Levels of ITU-T H.264, table A-1, times ten."""

H264_PROFILES = ("baseline", "main", "high")

_LEVEL_NAMES = {
    name: level
    for level in H264_LEVELS
    for name in (str(level), f"{level}.0", f"{level // 10}.{level % 10}", str(level // 10) if level % 10 == 0 else "")
}


def _parse_level(value: object) -> int:
    level = _LEVEL_NAMES.get(str(value).strip() or "none")
    if level is None:
        raise mistake(value, f"one of {', '.join(map(str, H264_LEVELS))}")
    return level


def frame_rates(most: int) -> BeforeValidator:
    """Accept frames per second up to a most."""
    expectation = f"a number of frames per second from 0.001 to {most}, such as 29.97 or 30000/1001"
    return number(expectation, least=SLOWEST_FRAME_RATE, most=most)


FrameRate = Annotated[
    Fraction,
    AfterValidator(snap_frame_rate),
    frame_rates(FASTEST_FRAME_RATE),
]
Kilobits = Annotated[Fraction, number("a number of kbit/s above 0 and at most 1000000", above=0, most=10**6)]
AspectRatio = Annotated[Fraction, BeforeValidator(_parse_aspect_ratio)]
H264Level = Annotated[int, BeforeValidator(_parse_level)]
H264Profile = Annotated[str, one_of(H264_PROFILES)]


def _parse_rotation(value: object) -> int:
    text = str(value).strip().removesuffix(".0")
    if text not in {"0", "90", "180", "270"}:
        raise mistake(value, "one of 0, 90, 180, 270")
    return int(text)


class VideoEncoding(Parameters):
    """How pictures are prepared and encoded. What an encoder knows of it, the output says.

    Attributes:
        video_codec: Name of the encoder.
        video_codec_parameters: Settings of the encoder that `video_codec` names.
        framerate: Frames per second, such as "29.97" or "30000/1001"; that of the source if absent.
        framerate_limit: Most frames per second, if `framerate` is absent.
        keyframe: Distance of keyframes in frames ("60") or seconds ("3s"). If absent there is one at least every 90
            frames, and at scene cuts; if given there are no others.
        quality: Constant quality (CRF), best at the low end of the encoder's scale, such as 0 to 51 of libx264; wins
            over `bitrate`, which is then the ceiling.
        bitrate: Average of the video in kbit/s; constant quality if absent.
        two_pass: Whether `bitrate` is met by encoding twice.
        pix_format: yuv420p (the default, plays everywhere), yuv422p, or yuvj420p and yuvj422p in full range.
        profile: H.264 profile: baseline, main (the default) or high.
        level: H.264 level such as 41 for 4.1; as low as possible if absent.
        tag_video: What the container calls the codec, such as hvc1; the name that most players know if absent.
        aspect_ratio: Shape of the shown picture such as "4:3" or "1.77"; that of the source if absent.
        rotate: Degrees clockwise that the upright picture is turned: 0, 90, 180 or 270.
        deinterlace: Whether interlaced video is made progressive.
        hdr_to_sdr: Whether high dynamic range is tone-mapped to BT.709.
    """

    # The first ones, as what is allowed in the others follows from them.
    video_codec: Text = ""
    video_codec_parameters: SerializeAsAny[CodecParameters] | None = None
    framerate: FrameRate | None = None
    framerate_limit: FrameRate | None = None
    keyframe: Annotated[KeyframeInterval, BeforeValidator(_parse_keyframe), PlainSerializer(str)] | None = None
    quality: Annotated[Fraction, number("a number from 0 to 63", least=0, most=63)] | None = None
    bitrate: Kilobits | None = None
    two_pass: Flag = False
    pix_format: Annotated[str, one_of(PIXEL_FORMATS)] = "yuv420p"
    profile: H264Profile | None = None
    level: H264Level | None = None
    tag_video: Text | None = None
    aspect_ratio: AspectRatio | None = None
    rotate: Annotated[int, BeforeValidator(_parse_rotation)] = 0
    deinterlace: Flag = False
    hdr_to_sdr: Flag = False

    def frame_rate_of(self, source_rate: Fraction | None) -> Fraction | None:
        """Return the constant frame rate that is asked for; None keeps the source's own times."""
        if self.framerate is not None:
            return self.framerate
        limit = self.framerate_limit
        return limit if limit is not None and (source_rate is None or source_rate > limit) else None
