"""What a source holds, written down by hand, for tests of what is decided by it."""

from __future__ import annotations

from fractions import Fraction

from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import VideoStream

VIDEO = VideoStream(
    index=0,
    codec="h264",
    coded_size=FrameSize(1920, 1080),
    sample_aspect_ratio=Fraction(1),
    orientation=Orientation(),
    frame_rate=Fraction(25),
    time_base=Fraction(1, 1000),
    start_pts=0,
    duration_seconds=None,
)
"""Full HD, 25 frames a second."""
