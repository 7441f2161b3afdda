"""What the two encoders of libvpx, of VP8 and of VP9, have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders._base import Pass, VideoEncoder
from filmstrip.media.transcoding.encoders._options import (
    bits,
    ceiling,
    forced_keyframes,
    grid_frames,
    ignored,
    is_average,
    keyframes,
    kilobits,
    of_h264,
    other_quality,
    pass_log,
    rate_control,
)
from filmstrip.params.codec_parameters import RateLimits
from filmstrip.params.values import one_of
from filmstrip.params.video_stream import VideoEncoding

# In frames: weeks. libvpx counts them from the beginning, whatever keyframes are forced meanwhile.
_NEVER = 100_000_000
_SPEEDS = {"best": 0, "good": 2, "realtime": 6}
_SPEED_OF_FIRST_PASS = 4


class VpxParameters(RateLimits):
    """Settings of libvpx.

    Attributes:
        preset: Speed against size: best, good (the default) or realtime.
    """

    preset: Annotated[str, one_of(tuple(_SPEEDS))] | None = None


class VpxEncoder(VideoEncoder[VpxParameters]):
    """An encoder of libvpx.

    Attributes:
        default_quality: The constant quality if nothing is asked for.
        unlimited: The ceiling of the bitrate that means none.
    """

    parameters = VpxParameters
    default_quality: ClassVar[int]
    unlimited: ClassVar[str]

    @abstractmethod
    def threading(self) -> list[str]:
        """Write how several threads work on a picture."""

    def has_two_passes(self, video: VideoEncoding) -> bool:
        """Check whether it can go through a clip twice: in real time it cannot."""
        return self.settings(video).preset != "realtime"

    def arguments(
        self, video: VideoEncoding, frame_rate: Fraction | None, in_pass: Pass | None = None, threads: int = 0
    ) -> list[str]:
        """Write the arguments for one video stream."""
        del threads
        preset = self.settings(video).preset or "good"
        is_measuring = in_pass is not None and in_pass.number == 1
        return [
            *("-codec:v", self.names[0]),
            *("-deadline:v", preset),
            # FFmpeg's own choice of 1 takes twice the time for a few percent of the size; measuring needs no care.
            *("-cpu-used:v", str(_SPEED_OF_FIRST_PASS if is_measuring else _SPEEDS[preset])),
            *self.threading(),
            *self._rate_control(video),
            *_keyframes(video, frame_rate),
            *pass_log(in_pass),
        ]

    def compromises(self, video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
        """Yield what is of another codec, limits without effect, and that there are more keyframes than asked for."""
        yield from of_h264(video, self.names[0])
        if not is_average(video):
            reason = f"{self.names[0]} heeds it with a bitrate and no quality only"
            yield from ignored(kilobits(self.settings(video)), {"min_rate": reason, "bufsize": reason})
            yield from other_quality(video, self._quality(video), f"{self.names[0]} knows whole numbers")
        if video.two_pass and video.keyframe is not None and _whole_frames(video, frame_rate) is None:
            yield (
                f"There are keyframes at scene cuts too: with two_pass, {self.names[0]} has none but those asked for "
                "only where keyframe is a whole number of frames"
            )

    def _rate_control(self, video: VideoEncoding) -> Iterator[str]:
        limits = kilobits(self.settings(video))
        if is_average(video):
            yield from rate_control(video, 0, limits)
            return
        # Its ceiling is no option of its own, but the bitrate beside the quality.
        most = ceiling(video, limits)
        yield from ("-crf:v", f"{self._quality(video)}", "-b:v", self.unlimited if most is None else bits(most))

    def _quality(self, video: VideoEncoding) -> int:
        return round(self.default_quality if video.quality is None else video.quality)


def _keyframes(video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
    frames = _whole_frames(video, frame_rate)
    if video.keyframe is None:
        yield from keyframes(video, frame_rate)
    elif frames is not None:
        # As long at least as at most: no keyframes at scene cuts, which would shift the grid that is asked for.
        yield from ("-g:v", str(frames), "-keyint_min:v", str(frames))
    else:
        yield from forced_keyframes(video.keyframe)
        # With two passes, bits would be shared out up to the next keyframe that is not forced: never.
        yield from ("-g:v", str(_NEVER), *(() if video.two_pass else ("-keyint_min:v", str(_NEVER))))


def _whole_frames(video: VideoEncoding, frame_rate: Fraction | None) -> int | None:
    """Return the grid in frames, if there is one; with two passes, a rate that the source tells is believed for it."""
    rate = frame_rate if video.two_pass else video.framerate
    return grid_frames(video, rate)
