"""Opens a source with libav so that it can harm nothing.

Only demuxers of real container formats are allowed: a playlist that calls itself video.mp4 would otherwise make libav
open whatever files and addresses it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar, cast

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.container_kind import ContainerKind
from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError, StreamMissingError
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.containers.kinds import FORMATS
from filmstrip.media.containers.photo import PHOTO_FORMAT, photo_end
from filmstrip.media.containers.unreadable import DAMAGED, reason_unreadable
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.source.fragment_view import FragmentView
from filmstrip.media.source.header_bytes import find_movie_box
from filmstrip.media.source.media_source import ByteRanges, LocalFile, MediaSource, part_of
from filmstrip.media.source.remote_input import RangeFile

PacketT = TypeVar("PacketT")

# The boxes that MP4 and QuickTime files begin with.
_FIRST_BOXES = {b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip"}
_MOST_HEADER_BYTES = 32 << 20
_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file,subfile"}
# Titles of old files are in whatever encoding their maker used.
_TEXT_ERRORS = "replace"
# Nothing is decoded and nothing read on to find out what the sample descriptions of an MP4 say anyway. Decoders are
# opened by the module that decodes, with options of its own.
_WITHOUT_LOOKING = {"codec_whitelist": "none", "probesize": "32"}
# Fragments of an MP4 are read when their turn comes, not all of them at first.
_IN_TURN = {"fflags": "+ignidx"}
# Packets are read past it, and what it holds beyond the last packet of a stretch may have been fetched for nothing.
_BUFFER_BYTES = 1 << 12


@contextmanager
def reading_errors() -> Iterator[None]:
    """Turn errors of libav while reading a source into ours.

    Raises:
        SourceUnreadableError: libav could not make sense of the bytes.
    """
    try:
        yield
    except av.error.FFmpegError as error:
        raise SourceUnreadableError(f"The source cannot be read as media: {DAMAGED}") from error


@contextmanager
def _opening_errors(source: MediaSource) -> Iterator[None]:
    """Turn errors of libav while opening a source into ours; a format that it must not read is one of them."""
    try:
        yield
    except av.error.FFmpegError as error:
        raise SourceUnreadableError(f"The source cannot be read as media: {reason_unreadable(source)}") from error


@contextmanager
def open_container(source: MediaSource) -> Iterator[InputContainer]:
    """Open a source for reading, and look at its first packets for what its header leaves open.

    Raises:
        SourceUnreadableError: It is not a container format that we know, or damaged beyond use.
    """
    with _open(source, _OPTIONS) as container:
        yield container


@contextmanager
def reopen_container(source: MediaSource, kind: ContainerKind) -> Iterator[InputContainer]:
    """Open a source for reading whose facts are known already: without decoding anything where its format allows.

    Args:
        source: The bytes.
        kind: What `open_container` found its format to be.

    Raises:
        SourceUnreadableError: It is damaged beyond use.
    """
    with _open(source, _OPTIONS | (_WITHOUT_LOOKING if kind.describes_streams else {})) as container:
        yield container


@contextmanager
def _open(source: MediaSource, options: Mapping[str, str]) -> Iterator[InputContainer]:
    end = photo_end(source)
    source, form = (source, None) if end is None else (part_of(source, 0, end), PHOTO_FORMAT)
    with _opening_errors(source):
        if isinstance(source, LocalFile):
            container = av.open(local_address(source), "r", form, options=dict(options), metadata_errors=_TEXT_ERRORS)
        else:
            _fetch_header(source)
            file = RangeFile(source)
            more = _IN_TURN if isinstance(source, FragmentView) or fragment_film(source) is not None else {}
            container = av.open(
                file, "r", form, buffer_size=_BUFFER_BYTES, options={**options, **more}, metadata_errors=_TEXT_ERRORS
            )
    with container:
        yield container


def local_address(file: LocalFile) -> str:
    """Write a file, or a part of it, as an address that libav takes for nothing else."""
    whole = f"file:{Path(file.path).absolute()}"
    return whole if file.part is None else f"subfile,,start,{file.part[0]},end,{file.part[1]},,:{whole}"


def _fetch_header(source: ByteRanges) -> None:
    """Bring the index of a remote MP4 here in one request: libav would read it block by block, a round trip each."""
    if isinstance(source, BlockCache) and source.read_range(4, 8) in _FIRST_BOXES:
        movie = find_movie_box(source)
        start, end = (0, 0) if movie is None else (movie.start, movie.end)
        source.fetch(start, min(end, start + _MOST_HEADER_BYTES))


def read_packets(packets: Iterable[PacketT]) -> Iterator[PacketT]:
    """Pass on what a demuxer gives, to its end.

    A stream that turns up only while reading is none that was asked for, but PyAV stumbles over it at the end.
    """
    with suppress(IndexError):
        yield from packets


def is_decodable(stream: Stream) -> bool:
    """Check whether a stream has a decoder. Without one, all that PyAV passes on to it is an AttributeError."""
    return stream.codec_context is not None


def list_films(container: InputContainer) -> list[AvVideoStream]:
    """List the video streams that are video: not cover art (disposition `attached_pic`), nor timed thumbnails."""
    stills = Disposition.attached_pic | Disposition.timed_thumbnails
    return [stream for stream in container.streams.video if not stream.disposition & stills]


def find_video_stream(container: InputContainer) -> AvVideoStream | None:
    """Find the stream that pictures are taken from: the default one, else one that moves, the largest, the first.

    None where none can be decoded.
    """
    return max(
        (stream for stream in list_films(container) if is_decodable(stream)),
        key=lambda stream: (
            bool(stream.disposition & Disposition.default),
            stream.frames != 1,
            stream.codec_context.width * stream.codec_context.height,
            -stream.index,
        ),
        default=None,
    )


def check_pixels(stream: AvVideoStream, settings: MediaSettings) -> None:
    """Refuse a stream whose pictures are too large, before any is decoded.

    Raises:
        LimitExceededError: They are larger than `settings.max_pixels`.
    """
    context = stream.codec_context
    if context.width * context.height > settings.max_pixels:
        raise LimitExceededError(
            f"The source's pictures are {context.width}x{context.height}; this service decodes at most "
            f"{settings.max_pixels} pixels"
        )


def select_stream(container: InputContainer, index: int) -> AvVideoStream:
    """Pick a video stream by its number and have the demuxer throw away all others unread.

    Raises:
        StreamMissingError: There is no such video stream.
    """
    for stream in container.streams:
        if stream.index != index and stream.type != "attachment":
            stream.discard = av.stream.Discard.all
    chosen = container.streams[index] if index < len(container.streams) else None
    if chosen is None or chosen.type != "video":
        raise StreamMissingError("The source has no video stream")
    return cast(AvVideoStream, chosen)
