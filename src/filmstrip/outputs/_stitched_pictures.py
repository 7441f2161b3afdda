"""Plans the pictures of stitched sources: each source by its own facts, all into one frame and one kind of colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filmstrip.domain.clocks import ASSUMED_FRAME_RATE
from filmstrip.domain.media_info import ColorInfo, MediaInfo, VideoStream
from filmstrip.domain.untagged_color import color_family
from filmstrip.media.pictures.tone_lut import write_tone_lut
from filmstrip.media.sampling.jobs_of_pieces import info_of_piece
from filmstrip.media.transcoding.picture_filter import picture_filter
from filmstrip.media.transcoding.transcode import StitchedPictures
from filmstrip.outputs._video import VideoOutput

_TO_BT709 = (
    "scale=flags=bicubic+accurate_rnd+full_chroma_int:out_color_matrix=bt709,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709"
)


@contextmanager
def stitched_pictures(
    output: VideoOutput, info: MediaInfo, path: Path, *, upscale: bool
) -> Iterator[StitchedPictures | None]:
    """Plan the pictures of an output of stitched sources; None if its source is one.

    Sources of different colours become BT.709, high dynamic range among them by tone mapping.

    Args:
        output: What is made.
        info: What its source holds.
        path: Its file, beside which there are others until the block ends.
        upscale: Whether it may be larger than its source.
    """
    tables = _Tables(path)
    try:
        if info.is_stitched and info.video is not None:
            videos = [info_of_piece(info, piece).require_video() for piece in info.pieces]
            are_alike = len({_color_of(video) for video in videos}) == 1
            chains = tuple(_chain(output, info, video, tables, are_alike, upscale) for video in videos)
            yield StitchedPictures(chains, output.rate(info) or ASSUMED_FRAME_RATE)
        else:
            yield None
    finally:
        tables.remove()


class _Tables:
    """Tables of tone mapping beside a file, one for each kind of colours."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: dict[ColorInfo, Path] = {}

    def of(self, color: ColorInfo) -> Path:
        if color not in self._written:
            table = self._path.with_name(f"{self._path.name}.{len(self._written)}.cube")
            self._written[color] = table
            write_tone_lut(table, color)
        return self._written[color]

    def remove(self) -> None:
        for table in self._written.values():
            table.unlink(missing_ok=True)


def _chain(
    output: VideoOutput,
    info: MediaInfo,
    video: VideoStream,
    tables: _Tables,
    are_alike: bool,  # noqa: FBT001 - as above
    upscale: bool,  # noqa: FBT001 - as above
) -> str:
    plan = output.picture(replace(info, video=video), upscale=upscale)
    hdr = plan.tone_maps if are_alike else video.color.hdr
    chain = picture_filter(
        replace(plan, frame_rate=None, tone_maps=hdr), None if hdr is None else tables.of(video.color)
    )
    return chain if are_alike else f"{chain},{_TO_BT709}"


def _color_of(video: VideoStream) -> tuple[object, ...]:
    color = video.color
    return color.primaries, color.transfer, color.matrix, color_family(color, video.coded_size)
