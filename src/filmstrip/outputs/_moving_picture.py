"""What outputs of a short moving picture share: frames at many moments of the source, shown one after the other."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.domain.artifact import Artifact, MediaKind, OutputResult
from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import Fit, FrameSize, SizeRequest, fit
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.moving_picture import (
    FRAME_MOST_PIXELS,
    GIF_LEAST_FRAMES_PER_SECOND,
    GIF_MOST_FRAMES_PER_SECOND,
    MovingEncoding,
    MovingFormat,
)
from filmstrip.domain.timing import TimeRange
from filmstrip.outputs._base import Effort, Group, Output, OutputPlan
from filmstrip.outputs._picture_limits import require_possible_scaling
from filmstrip.outputs._size_words import size_words
from filmstrip.outputs._span import span_of
from filmstrip.params.clip import Clip
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.values import whole_number
from filmstrip.params.video_stream import FrameRate

_MOST_PIXELS = 10**9
"""Of all frames together, which lie in a file of 3 bytes each meanwhile: two minutes of 720p, ten frames a second."""
_LEAST_PIXELS = 10_000
"""What a frame counts for at least: a moment and a place in the file are needed for the smallest one too."""
_LARGE_WIDTH = 640
# A frame is scaled, kept, encoded and decoded again. WebP tries each one as a whole and as what has changed.
_SECONDS_PER_MILLION_PIXELS = {MovingFormat.GIF: 1, MovingFormat.WEBP: 2, MovingFormat.MP4: 1}


class MovingPicture(Output, FrameSizing, Clip):
    """One file with a short moving picture without sound.

    Attributes:
        framerate: Frames per second.
        loop: How often it plays, 0 for ever; an mp4 plays as its page says.
    """

    kind: ClassVar[MediaKind] = MediaKind.VIDEO

    framerate: FrameRate = Fraction(10)
    loop: Annotated[int, whole_number(0, 60_000)] = 0

    @property
    @abstractmethod
    def moving_format(self) -> MovingFormat:
        """The format of the file."""

    @abstractmethod
    def frame_count(self, info: MediaInfo) -> int:
        """Return how many frames are shown, by arithmetic alone, whatever length a source claims; pure.

        Raises:
            OutputError: There are none.
        """

    @abstractmethod
    def moments(self, info: MediaInfo) -> list[Fraction]:
        """Return the moments of the source whose frames are shown, in their order; pure.

        As many as `frame_count`, each of them in memory: only for what `plan` has found to be possible.

        Raises:
            OutputError: There are none.
        """

    @property
    def encoding(self) -> MovingEncoding:
        """Format, times and quality."""
        return MovingEncoding(self.moving_format, self.shown_rate, self.loop)

    @property
    def shown_rate(self) -> Fraction:
        """Frames per second of the file."""
        if self.moving_format is not MovingFormat.GIF:
            return self.framerate
        return max(GIF_LEAST_FRAMES_PER_SECOND, min(self.framerate, Fraction(GIF_MOST_FRAMES_PER_SECOND)))

    @property
    def why_faster(self) -> str:
        """Why `shown_rate` is above the one that was asked for, if it is."""
        return f"a frame of a GIF stays for {float(1 / self.shown_rate):g} seconds at most"

    def temporary_name(self) -> str:
        """Name the file by its format."""
        return f"{self.output_name}.{self.moving_format.value}"

    def fitting(self, info: MediaInfo) -> Fit:
        """Return the size of the frames, and how the source fits it; sides of an mp4 are even."""
        asked = fit(info.require_video().display_size, self.size_request_or_default())
        if self.moving_format is not MovingFormat.MP4:
            return asked
        even = FrameSize(*(max(2, side // 2 * 2) for side in (asked.size.width, asked.size.height)))
        exact = SizeRequest(even.width, even.height, mode=self.resize_mode)
        return fit(info.require_video().display_size, exact)

    def size_request_or_default(self) -> SizeRequest:
        """Return the size that is asked for."""
        return self.size_request()

    def span(self, info: MediaInfo) -> TimeRange:
        """Return the part of the source that is covered.

        Raises:
            OutputError: It begins where the source has ended.
        """
        return span_of(self, info)

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Plan one file."""
        del upscale
        size, count = self.fitting(info).size, self.frame_count(info)
        largest = self.moving_format.largest_side
        if max(size.width, size.height) > largest:
            raise OutputError(
                f"size: {size} is larger than {self.moving_format.value} can be ({largest} pixels a side); ask for a "
                "smaller width, height or size"
            )
        if max(_LEAST_PIXELS, size.width * size.height) * count > _MOST_PIXELS:
            raise OutputError(
                f"size: {count} frames of {size} are too many for one {self.moving_format.value}; ask for a smaller "
                "width, a shorter duration or a lower framerate"
            )
        if size.width * size.height > FRAME_MOST_PIXELS:
            raise OutputError(
                f"size: frames have at most {FRAME_MOST_PIXELS} pixels, one of {size} has more; ask for a smaller "
                "width, height or size"
            )
        require_possible_scaling(self.fitting(info))
        return OutputPlan((Group("moving", ("",)),), tuple(self._warnings(size, count)))

    def effort(self, info: MediaInfo) -> Effort:
        """Return what its frames cost, which are as large as they were asked for, however small the source is."""
        size = self.fitting(info).size
        own_pixels = size.width * size.height * self.frame_count(info)
        return Effort(0, _SECONDS_PER_MILLION_PIXELS[self.moving_format], own_pixels)

    def _warnings(self, size: FrameSize, count: int) -> Iterator[str]:
        if self.shown_rate != self.framerate:
            why = self.why_faster if self.shown_rate > self.framerate else "browsers show no GIF faster"
            yield f"framerate: {float(self.framerate):g} is {float(self.shown_rate):.4g} here, as {why}"
        is_free = self.size_request_or_default() == SizeRequest(mode=self.resize_mode)
        if is_free and size.width > _LARGE_WIDTH:
            yield (
                f"No size was asked for, so that the picture has that of the source ({size}): {count} frames of it "
                'make a large file; "width": 480 makes a small one'
            )

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the file."""
        del upscale
        (artifact,) = artifacts
        size, count = self.fitting(info).size, self.frame_count(info)
        duration = self.encoding.duration(count)
        bits_per_second = artifact.size_bytes * 8 / duration
        return self.result_of_file(
            artifact,
            self.moving_format.value,
            duration_seconds=duration,
            meta={
                **size_words(size, self.shown_rate),
                "codec": {MovingFormat.MP4: "h264"}.get(self.moving_format, self.moving_format.value),
                "count": count,
                "loop": self.loop,
                "bitrate": str(round(bits_per_second)),
                "audio_codec": None,
            },
        )
