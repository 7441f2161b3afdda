"""Joins pictures and sound that come in two files into one, packet by packet: nothing is decoded or encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from filmstrip.domain.clocks import MPEG_CLOCK_HZ
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.id3_tag import HEADER_BYTES, id3_tag_bytes
from filmstrip.media.containers.encryption import label_samples, refuse_encrypted
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.opening import find_video_stream, open_container, read_packets, reading_errors
from filmstrip.media.containers.track_labels import read_track_labels
from filmstrip.media.source.header_bytes import read_bytes, size_of
from filmstrip.media.source.media_source import LocalFile

if TYPE_CHECKING:
    # Generic for type checkers alone.
    AnyPacket = Packet[Any]
    Timed = Iterator[tuple[Fraction, int, AnyPacket]]

_OPTIONS = {"movie_timescale": str(MPEG_CLOCK_HZ)}
"""Where a track begins is told in units of it, by default of a millisecond."""
_PACKETS_BETWEEN_REPORTS = 2000
_TIMESTAMP_OWNER = b"com.apple.streaming.transportStreamTimestamp\0"  # RFC 8216, 3.4
_TIMESTAMP_BYTES = 8
_TIMESTAMP_BITS = 33


def join_tracks(pictures: LocalFile, sound: LocalFile, path: Path, on_report: Callable[[], None]) -> None:
    """Write a file with the pictures of one file and the first sound of another, both on the clock that they share.

    Args:
        pictures: With the video; what else it holds is left out.
        sound: With the sound.
        path: Where the file goes.
        on_report: Called now and then: nothing hangs.

    Raises:
        SourceUnreadableError: They cannot be read, are encrypted, have no clock in common, or lack what they are for.
    """
    sound, due = _split_tag(sound)
    with open_container(pictures) as film, open_container(sound) as heard:
        with reading_errors():
            video = find_video_stream(film)
            _refuse_encrypted(pictures, film, video)
            audio = next(iter(heard.streams.audio), None)
            _refuse_encrypted(sound, heard, audio)
        if video is None or audio is None:
            raise SourceUnreadableError(
                f"The source has its {'sound' if video else 'pictures'} in a file of its own that holds none"
            )
        packets = [_packets(film, video, 0), _packets(heard, audio, 1, due)]
        _write([video, audio], packets, _shared_start(film, heard), path, on_report)


def _refuse_encrypted(source: LocalFile, container: InputContainer, stream: Stream | None) -> None:
    labels = read_track_labels(source, kind_of(container)) | label_samples(container, source)
    refuse_encrypted(source, kind_of(container), stream, labels)


def _shared_start(film: InputContainer, heard: InputContainer) -> int:
    """Return from which second on both count, so that a clock that began long before is no long pause."""
    start = min(container.start_time or 0 for container in (film, heard))
    return start // av.time_base


def _split_tag(sound: LocalFile) -> tuple[LocalFile, Fraction | None]:
    """Return the sound behind a tag before it, and when its first packet is due by that (RFC 8216, 3.4), in seconds.

    To libav the tag would be a packet of some codecs; None if the sound has a clock of its own.
    """
    tag = read_bytes(sound, 0, id3_tag_bytes(read_bytes(sound, 0, HEADER_BYTES)))
    _, owner, rest = tag.partition(_TIMESTAMP_OWNER)
    told = int.from_bytes(rest[:_TIMESTAMP_BYTES], "big") % (1 << _TIMESTAMP_BITS)
    behind = sound.within(len(tag), size_of(sound)) if tag else sound
    return behind, Fraction(told, MPEG_CLOCK_HZ) if owner else None


def _packets(container: InputContainer, stream: Stream, place: int, due: Fraction | None = None) -> Timed:
    """Yield the packets of a stream with the time by which they are put in order, in seconds, and `place`.

    The first one is due at `due`, None for the time that it has.
    """
    late: int | None = None
    with reading_errors():
        for packet in read_packets(container.demux(stream)):
            if packet.dts is None or packet.size == 0:
                continue
            time_base = packet.time_base
            if late is None:
                late = 0 if due is None else round(due / time_base) - packet.dts
            packet.dts += late
            packet.pts = packet.pts + late if packet.pts is not None else None
            yield packet.dts * time_base, place, packet


def _write(
    streams: list[Stream],
    packets: list[Timed],
    start_seconds: int,
    path: Path,
    on_report: Callable[[], None],
) -> None:
    try:
        with _opened(path, streams) as output:
            made = [output.add_stream_from_template(stream, opaque=True) for stream in streams]
            for mine, theirs in zip(made, streams, strict=True):
                mine.time_base = theirs.time_base
            for count, (_time, place, packet) in enumerate(merge(*packets, key=lambda entry: entry[:2])):
                _move(packet, start_seconds)
                packet.stream = made[place]
                output.mux(packet)
                if count % _PACKETS_BETWEEN_REPORTS == 0:
                    on_report()
    except (av.error.FFmpegError, ValueError) as error:
        raise SourceUnreadableError(
            "The source has its sound in a file of its own, which cannot be joined with its pictures: times go back"
        ) from error


def _opened(path: Path, streams: list[Stream]) -> OutputContainer:
    """Open the file for writing: MP4, whose times are exact, or Matroska for what MP4 does not hold, such as VP8."""
    output = av.open(f"file:{path}", "w", "mp4", options=_OPTIONS)
    if all(stream.codec_context.codec.canonical_name in output.supported_codecs for stream in streams):
        return output
    output.close()
    return av.open(f"file:{path}", "w", "matroska")


def _move(packet: AnyPacket, start_seconds: int) -> None:
    units = start_seconds / packet.time_base
    if packet.dts is not None and packet.pts is not None and units.denominator == 1:
        packet.dts -= int(units)
        packet.pts -= int(units)
