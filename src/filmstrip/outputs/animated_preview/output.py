"""`animated_preview`: short moments from all over the source, joined, as video sites play when one points at a film."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.domain.geometry import SizeRequest
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.moving_picture import MovingEncoding, MovingFormat
from filmstrip.outputs._moving_picture import MovingPicture
from filmstrip.params.values import number, one_of, whole_number

_DEFAULT_WIDTH = 320
_ALWAYS_SLOW_ENOUGH = Fraction(10)
"""Frames per second: nobody minds that a shorter moment stays for one frame of these."""


class AnimatedPreview(MovingPicture):
    """A few seconds that show what the source is like, without sound.

    Attributes:
        image_format: webp (the default; small, and plays as a picture), gif, or mp4 (smaller still, for a `video`
            element).
        count: How many moments, spread evenly over the source.
        moment_duration: How long each is, in seconds; less if the source is too short for it.
        quality: 1 to 100, for webp and mp4.
        framerate: Frames per second, 10 if absent; at least one for each `moment_duration`.
    """

    output_name: ClassVar[str] = "animated_preview"

    image_format: Annotated[MovingFormat, one_of([form.value for form in MovingFormat])] = MovingFormat.WEBP
    count: Annotated[int, whole_number(1, 100)] = 6
    moment_duration: Annotated[Fraction, number("a number of seconds above 0 and at most 60", above=0, most=60)] = (
        Fraction(1)
    )
    quality: Annotated[int, whole_number(1, 100)] = 75

    @property
    def moving_format(self) -> MovingFormat:
        """What is asked for."""
        return self.image_format

    @property
    def encoding(self) -> MovingEncoding:
        """Format, times and quality."""
        return replace(super().encoding, quality=self.quality)

    @property
    def shown_rate(self) -> Fraction:
        """Frames per second of the file: none stays longer than its moment is, or the preview might last for hours."""
        return max(super().shown_rate, min(_ALWAYS_SLOW_ENOUGH, 1 / self.moment_duration))

    @property
    def why_faster(self) -> str:
        """Why a lower rate is not taken."""
        return "a frame stays no longer than the moment that it is of"

    def size_request_or_default(self) -> SizeRequest:
        """Return the size that is asked for; 320 pixels wide if none is."""
        request = self.size_request()
        is_free = (request.width, request.height, request.short_side) == (None, None, None)
        return SizeRequest(width=_DEFAULT_WIDTH) if is_free else request

    def frame_count(self, info: MediaInfo) -> int:
        """Return how many frames all stretches have together."""
        return self.count * self._frames_each(info)

    def moments(self, info: MediaInfo) -> list[Fraction]:
        """Return the moments of the frames: each stretch lies in the middle of an equal part of the source."""
        span, frames = self.span(info), self._frames_each(info)
        part = span.duration / self.count
        lead = (part - self._length_each(info)) / 2
        begins = [span.start + part * number + lead for number in range(self.count)]
        return [begin + number / self.shown_rate for begin in begins for number in range(frames)]

    def _frames_each(self, info: MediaInfo) -> int:
        return max(1, int(self._length_each(info) * self.shown_rate))

    def _length_each(self, info: MediaInfo) -> Fraction:
        return min(self.moment_duration, self.span(info).duration / self.count)
