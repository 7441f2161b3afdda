"""Finds out whether pictures change their size midway, at a few places, as no header tells all of it.

Calls whose caller turns the phone, broadcasts that change between narrow and wide programmes, joined recordings. All
get one frame, in which the largest picture of each shape fits.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace

import av.error
from av.container import InputContainer
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.container_kind import Layout
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import VideoStream
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.track_labels import sample_entries
from filmstrip.media.frames.shape import as_decoded
from filmstrip.media.source.header_bytes import read_bytes
from filmstrip.media.source.media_source import LocalFile, MediaSource
from filmstrip.media.timeline.extent import Extent
from filmstrip.media.timeline.first_picture import first_picture

_PLACES = 6
# Decoders of these are told a new size by the stream itself.
_MAY_CHANGE_CODECS = {"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg2video", "mpeg1video"}
# Width and height of a visual sample entry (ISO/IEC 14496-12, 12.1.3).
_ENTRY_SIZE = struct.Struct(">24xHH")


def find_frame(
    container: InputContainer, stream: AvVideoStream, source: MediaSource, video: VideoStream, extent: Extent
) -> FrameSize | None:
    """Find the frame that all pictures of a stream fit in, upright, with square pixels; None where all are alike.

    Args:
        container: The open source; its read position moves.
        stream: Its video stream.
        source: The bytes. Of a remote source only the header is looked at.
        video: What the first picture tells.
        extent: From when to when it lasts.
    """
    shown = {video.display_size}
    kind = kind_of(container)
    if kind.layout is Layout.ISO_BOXES:
        shown |= set(_sizes_of_entries(source, video))
    elif isinstance(source, LocalFile) and kind.may_change_size and video.codec in _MAY_CHANGE_CODECS:
        shown |= set(_sizes_at_places(container, stream, video, extent))
    return frame_of(shown)


def frame_of(sizes: Collection[FrameSize]) -> FrameSize | None:
    """Return the frame that pictures of some sizes fit in; None where all are alike."""
    if len(set(sizes)) == 1:
        return None
    return FrameSize(max(size.width for size in sizes), max(size.height for size in sizes))


def _sizes_of_entries(source: MediaSource, video: VideoStream) -> Iterator[FrameSize]:
    entries = [(start, end) for _, start, end in sample_entries(source, video.index)]
    for start, end in entries if len(entries) > 1 else ():
        width, height = _ENTRY_SIZE.unpack(read_bytes(source, start, min(end, start + _ENTRY_SIZE.size)))
        # Of the first picture more is known, such as what is cut off.
        if width and height and (width, height) != (video.coded_size.width, video.coded_size.height):
            size = FrameSize(width, height)
            yield replace(video, coded_size=size, margins=None).display_size


def _sizes_at_places(
    container: InputContainer, stream: AvVideoStream, video: VideoStream, extent: Extent
) -> Iterator[FrameSize]:
    length = extent.end - extent.start
    for number in range(1, _PLACES + 1):
        moment = extent.start + length * number / (_PLACES + 1)
        with suppress(av.error.FFmpegError, SourceUnreadableError):
            container.seek(int(moment * av.time_base), backward=True)
            stream.codec_context.flush_buffers()
            yield as_decoded(video, first_picture(container, stream)).display_size
