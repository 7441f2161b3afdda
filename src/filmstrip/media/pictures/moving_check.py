"""Checks a moving picture by decoding all of it: its frames, their size, and how long they are shown."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import av.error
from PIL import Image, ImageSequence, UnidentifiedImageError

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.moving_picture import MovingEncoding, MovingFormat
from filmstrip.domain.progress import ProgressListener, told

_MILLISECONDS = 1000
_UNREADABLE = (
    av.error.FFmpegError,
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
)


def check_moving_picture(
    path: Path, encoding: MovingEncoding, size: FrameSize, count: int, on_progress: ProgressListener
) -> None:
    """Decode a finished file to its end, telling of each frame.

    Raises:
        OutputInvalidError: It is not what it has to be; the message says in which way.
    """
    try:
        is_video = encoding.moving_format is MovingFormat.MP4
        found, shown, seconds = (_decoded_video if is_video else _decoded_pictures)(path, count, on_progress)
    except _UNREADABLE as error:
        raise OutputInvalidError("The result does not decode to its end") from error
    # Frames that are alike may be one that stays for longer; a single one is a still picture, which has no time.
    is_whole = shown == count if is_video else 1 <= shown <= count
    is_timed = abs(seconds - encoding.duration(count)) <= Fraction(1, _MILLISECONDS) or (shown == 1 and not is_video)
    if found != size or not is_whole or not is_timed:
        raise OutputInvalidError(
            f"The result has {shown} frames of {found} in {float(seconds):.3f} s instead of {count} of {size} in "
            f"{float(encoding.duration(count)):.3f} s"
        )


def _decoded_pictures(path: Path, count: int, on_progress: ProgressListener) -> tuple[FrameSize, int, Fraction]:
    milliseconds = shown = 0
    with Image.open(path) as image:
        for frame in told(ImageSequence.Iterator(image), count, on_progress):
            frame.load()
            milliseconds += int(frame.info.get("duration", 0))
            shown += 1
        return FrameSize(*image.size), shown, Fraction(milliseconds, _MILLISECONDS)


def _decoded_video(path: Path, count: int, on_progress: ProgressListener) -> tuple[FrameSize, int, Fraction]:
    with av.open(f"file:{path.absolute()}") as container:
        (stream,) = container.streams
        shown = sum(1 for _ in told(container.decode(video=0), count, on_progress))
        size = FrameSize(container.streams.video[0].width, container.streams.video[0].height)
        return size, shown, (stream.duration or 0) * (stream.time_base or Fraction(0))
