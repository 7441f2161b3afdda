"""Encodes frames at given timestamps, which the ffmpeg program cannot be told. By PyAV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

import pictures
from pictures import Look

X264_OPTIONS = {"preset": "superfast", "crf": "20", "x264-params": "b-pyramid=normal:bframes=3:keyint=40:scenecut=0"}


def encode_at(
    path: Path,
    timestamps: Sequence[int],
    time_base: Fraction,
    look: Look | None = None,
    options: Mapping[str, str] | None = None,
) -> None:
    """Encode drawn frames 0, 1, 2 ... as H.264, each at its timestamp in units of `time_base`."""
    look = look or Look()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", options=dict(options or X264_OPTIONS))
        stream.width, stream.height = look.size
        stream.pix_fmt = look.pixel_format
        stream.time_base = stream.codec_context.time_base = time_base
        stream.codec_context.color_range = 1
        stream.codec_context.color_primaries = stream.codec_context.color_trc = stream.codec_context.colorspace = 1
        for frame in frames_at(timestamps, time_base, look):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def frames_at(timestamps: Sequence[int], time_base: Fraction, look: Look) -> Iterator[VideoFrame]:
    """Draw frames for PyAV."""
    width, height = look.size
    for number, timestamp in enumerate(timestamps):
        raw = pictures.raw_frame(pictures.draw(number, timestamp * time_base, look), look)
        frame = VideoFrame.from_ndarray(np.frombuffer(raw, np.uint8).reshape(height * 3 // 2, width), look.pixel_format)
        frame.pts, frame.time_base = timestamp, time_base
        yield frame
