"""`thumbnail`: one picture of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from filmstrip.domain.artifact import Artifact, MediaKind, OutputResult
from filmstrip.domain.geometry import Fit, fit
from filmstrip.domain.media_info import MediaInfo
from filmstrip.outputs._base import OutputPlan
from filmstrip.outputs._single_picture import SinglePicture
from filmstrip.params.values import Seconds, mistake, parse_exact, whole_number

_MOST_FRAMES = 10_000_000
_DEFAULT_TIME = Fraction(1, 2)
_PERCENT = 100
# Hosted encoders keep a second's distance from the end, where many videos are black.
_DISTANCE_FROM_END = Fraction(1)
SEARCH_SECONDS = Fraction(2)
"""How far on either side of the moment the best frame may lie."""


def _parse_fraction(value: object) -> Fraction:
    """Parse a fraction of the duration: 0 to 1, or a percentage ("15%", or a number above 1)."""
    text = str(value).strip()
    number = parse_exact(text.removesuffix("%")) if isinstance(value, str) else parse_exact(value)
    if number is None:
        raise mistake(value, "a fraction of the duration from 0 to 1, or a percentage")
    is_percentage = text.endswith("%") or number > 1
    return min(max(number / _PERCENT if is_percentage else number, Fraction(0)), Fraction(1))


class Thumbnail(SinglePicture):
    """One picture. `frame_number` wins over `time`, and `time` over `start_time`.

    Attributes:
        time: Which moment, as a fraction of the duration from 0 to 1, or as a percentage; 0.5 if nothing else is given.
            The last second of the source is never taken.
        frame_number: Which frame, counted from 0.
        start_time: Which moment, in seconds.
    """

    output_name: ClassVar[str] = "thumbnail"
    kind: ClassVar[MediaKind] = MediaKind.IMAGE

    time: Annotated[Fraction, BeforeValidator(_parse_fraction)] | None = None
    frame_number: Annotated[int, whole_number(0, _MOST_FRAMES)] | None = None
    start_time: Seconds | None = None

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Name the one picture."""
        del upscale  # an image always gets the size that was asked for
        return self.plan_picture("picture", self.fit_to(info))

    def moment(self, info: MediaInfo) -> Fraction:
        """Return the moment in seconds, where it follows from the duration; a frame number needs the source."""
        if self.time is None and self.start_time is not None:
            return self.start_time
        last = max(Fraction(0), info.duration_seconds - _DISTANCE_FROM_END)
        return min((_DEFAULT_TIME if self.time is None else self.time) * info.duration_seconds, last)

    def fit_to(self, info: MediaInfo) -> Fit:
        """Return the picture's size, and how the source fits it."""
        return fit(info.require_video().display_size, self.size_request())

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the picture, with the moment that was asked for and that of the frame it shows."""
        del upscale
        (picture,) = artifacts
        (stamp,) = picture.frames
        size = self.fit_to(info).size
        return self.result_of_file(
            picture,
            "image",
            meta={
                "width": size.width,
                "height": size.height,
                "time": float(stamp.requested_seconds),
                "time_fraction": None if self.time is None else float(self.time),
                "actual_time": float(stamp.actual_seconds),
                "format": self.image_format.wire_name,
                "size": picture.size_bytes,
                "source_size": info.size_bytes,
                "bytes_read": picture.source_bytes_read or info.size_bytes,
            },
        )
