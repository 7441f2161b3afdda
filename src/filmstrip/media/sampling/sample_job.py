"""What is sampled, and what becomes of each sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.domain.timing import EXACT, Precision
from filmstrip.media.sampling.targets import Clock, Sample
from filmstrip.media.source.media_source import MediaSource

ResultT = TypeVar("ResultT")
Renderer = Callable[[Sample], ResultT]


@dataclass(frozen=True, slots=True)
class SampleJob(Generic[ResultT]):
    """What is sampled, and what becomes of each sample.

    Attributes:
        source: The bytes.
        info: What probing found; it has a video stream.
        new_renderer: Makes the function that turns a sample into a result, once for each worker, in its thread; it is
            told which stream the samples are of, as a stitched source has several.
        precision: How near a frame has to be to its target.
        best_within: How far before its target a better picture may lie, in seconds; None to look for none.
    """

    source: MediaSource
    info: MediaInfo
    new_renderer: Callable[[VideoStream], Renderer[ResultT]]
    precision: Precision = EXACT
    best_within: Fraction | None = None

    @property
    def video(self) -> VideoStream:
        """The stream that is sampled."""
        return self.info.require_video()

    @property
    def clock(self) -> Clock:
        """Translates targets to PTS."""
        return Clock(self.info.start_seconds, self.video.time_base, self.info.content_seconds)
