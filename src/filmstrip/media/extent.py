"""From when to when does a source last? Headers may lie, so the end of the content is looked at as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

import av
import av.error
from av.container import InputContainer
from av.index import IndexEntries, IndexEntry
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.media.container import open_container, read_packets
from filmstrip.media.header_bytes import size_of
from filmstrip.media.matroska_clusters import ClusterMap, SplicedRanges
from filmstrip.media.source import ByteRanges, LocalFile, MediaSource

_CONTAINER_TIME_BASE = Fraction(1, av.time_base)
# A muxer delays the first picture by its reordering depth or the audio encoder's priming. Players differ in whether
# they show that delay; the first picture is what everybody calls time 0. A longer gap is part of the presentation.
_LONGEST_MUXER_DELAY = Fraction(1, 4)
# Elementary streams have neither timestamps nor an index: libav guesses their length from the bit rate.
_WITHOUT_TIMESTAMPS = {"h264", "hevc", "mpegvideo", "m4v", "obu", "mp3", "aac"}
_HEADER_TOLERANCE = Fraction(1, 2)
_REORDERED_PICTURES = 17
_SLOWEST_RATE = Fraction(10)


@dataclass(frozen=True, slots=True)
class Extent:
    """From when to when a source lasts.

    Attributes:
        start: First moment in container time, seconds; targets count from here.
        end: First moment after the presentation in container time, seconds.
        cut_off_at: First moment of which the source holds nothing although its header says so; None if it is whole.
        warnings: What had to be guessed, one sentence each.
    """

    start: Fraction
    end: Fraction
    cut_off_at: Fraction | None = None
    warnings: tuple[str, ...] = ()


def find_extent(container: InputContainer, video: AvVideoStream | None, source: MediaSource) -> Extent:
    """Find the first and the last moment of the presentation.

    The length is that of the longest stream. Where header and content disagree, the longer one counts: a player's seek
    bar covers what the header says, and what lies behind it can be played all the same.

    Args:
        container: The open source.
        video: Its video stream, None if it has none.
        source: Its bytes.
    """
    start = _start(container, video)
    header_end = _header_end(container)
    content_end = _content_end(container, video, header_end, source)
    end = max(moment for moment in (header_end, content_end, start) if moment is not None)
    if header_end is None or content_end is None:
        return Extent(start, end)
    said, found = f"{float(header_end - start):.3f} s", f"{float(content_end - start):.3f} s"
    if content_end > header_end + _HEADER_TOLERANCE:
        return Extent(start, end, None, (f"the source lasts {found} although its header says {said}",))
    if content_end < header_end - _HEADER_TOLERANCE:
        return Extent(
            start, end, content_end, (f"the source is cut off: it ends at {found} although its header says {said}",)
        )
    return Extent(start, end)


def find_video_end(container: InputContainer, video: AvVideoStream, extent: Extent) -> Fraction:
    """Find when the last picture of a stream ends, in container time, where the presentation as a whole is known.

    The end of the presentation where no picture is found before it.
    """
    tail = _tail_packets(container, extent.end - _longest_reordering(video))
    return _end_of(packet for packet in tail if packet.stream_index == video.index) or extent.end


def _start(container: InputContainer, video: AvVideoStream | None) -> Fraction:
    container_start = (container.start_time or 0) * _CONTAINER_TIME_BASE
    if video is None or video.start_time is None or video.time_base is None:
        return container_start
    video_start = video.start_time * video.time_base
    return video_start if video_start - container_start <= _LONGEST_MUXER_DELAY else container_start


def _header_end(container: InputContainer) -> Fraction | None:
    if container.duration is None or container.format.name in _WITHOUT_TIMESTAMPS:
        return None
    # Matroska's Duration counts from time 0 (RFC 9559, 5.1.2.10), and so does what libav makes of a fragmented MP4;
    # all others count from the first timestamp.
    is_fragmented = "mov" in container.format.name and not any(stream.frames for stream in container.streams)
    counts_from_zero = is_fragmented or "matroska" in container.format.name
    start = 0 if counts_from_zero else container.start_time or 0
    return (start + container.duration) * _CONTAINER_TIME_BASE


def _content_end(
    container: InputContainer, video: AvVideoStream | None, header_end: Fraction | None, source: MediaSource
) -> Fraction | None:
    if "mov" in container.format.name:
        # The sample tables tell it without reading on; of a fragmented file they tell what libav has seen of it.
        ends = [end for stream in container.streams if (end := _table_end(stream, size_of(source))) is not None]
        return max(ends, default=None)
    if container.format.name in _WITHOUT_TIMESTAMPS:
        with open_container(source) as unread:
            return _counted_end(unread)
    if "matroska" in container.format.name and not isinstance(source, LocalFile):
        return _last_cluster_end(source)
    tail_end = _end_of(
        _tail_packets(container, None if header_end is None else header_end - _longest_reordering(video))
    )
    if tail_end is None and isinstance(source, LocalFile):
        # An index that leads behind the end of a file that was cut off: it is read from its beginning.
        with open_container(source) as unread:
            return _end_of(_tail_packets(unread, None))
    return tail_end


def _end_of(packets: Iterable[Packet[Stream]]) -> Fraction | None:
    return max((end for packet in packets if (end := _packet_end(packet)) is not None), default=None)


def _longest_reordering(video: AvVideoStream | None) -> Fraction:
    """Tell how much earlier in the file the last picture may stand than others that are shown before it."""
    return _REORDERED_PICTURES / (video.average_rate or _SLOWEST_RATE) if video is not None else Fraction(0)


def _last_cluster_end(source: ByteRanges) -> Fraction | None:
    """Find the end of a remote file by its last cluster: without cues, libav would read everything before it."""
    clusters = ClusterMap(source)
    first, last = clusters.first(), clusters.last()
    if first is None or last is None:
        return None
    with open_container(SplicedRanges(source, first.position, last.position)) as tail:
        return _end_of(_tail_packets(tail, None))


def _table_end(stream: Stream, size_bytes: int) -> Fraction | None:
    if stream.duration is None or stream.time_base is None or stream.type not in ("video", "audio"):
        return None
    start = stream.start_time or 0
    first, before, last = _edges(stream.index_entries)
    if first is not None and last is not None and last.pos + last.size > size_bytes:
        held = (entry.timestamp for entry in stream.index_entries if entry.pos + entry.size <= size_bytes)
        return (start + max(held, default=first.timestamp) - first.timestamp) * stream.time_base
    last_start = listed_end = None
    if stream.type == "video" and first is not None and before is not None and last is not None:
        last_start = start + last.timestamp - first.timestamp
        listed_end = last_start + last.timestamp - before.timestamp
    said_end = start + stream.duration
    tolerance = _HEADER_TOLERANCE / stream.time_base
    if not stream.frames:
        # Fragments: libav counts the duration from time 0, and knows at first only those that it has passed.
        is_complete = listed_end is not None and listed_end >= stream.duration - tolerance
        return listed_end * stream.time_base if listed_end is not None and is_complete else None
    # The last step of decode times may be that of a still picture, which is over when the last packet is shown.
    if listed_end is not None and last_start is not None and last_start > said_end + tolerance:
        return listed_end * stream.time_base
    return said_end * stream.time_base


def _edges(entries: IndexEntries) -> tuple[IndexEntry | None, IndexEntry | None, IndexEntry | None]:
    """Find the first, the last but one and the last packet that is shown, without making objects of all others."""
    first = next((entry for entry in entries if not entry.is_discard), None)
    backwards = (entries[number] for number in range(len(entries) - 1, -1, -1))
    last_two = list(islice((entry for entry in backwards if not entry.is_discard), 2))
    last = last_two[0] if last_two else None
    return first, last_two[1] if len(last_two) > 1 else None, last


def _tail_packets(container: InputContainer, header_end: Fraction | None) -> Iterator[Packet[Stream]]:
    """Read from the last place that can be found from the header to the end of the file."""
    try:
        if header_end is not None:
            container.seek(int(header_end / _CONTAINER_TIME_BASE), backward=True)
        for packet in read_packets(container.demux()):
            if packet.size:
                yield packet
    except av.error.FFmpegError:
        return  # a damaged tail: what could be read counts


def _packet_end(packet: Packet[Stream]) -> Fraction | None:
    if packet.pts is None or packet.stream.type not in ("video", "audio"):
        return None
    return packet.pts * packet.time_base + _length(packet)


def _length(packet: Packet[Stream]) -> Fraction:
    """Tell for how long a packet is played; where the container does not say, for as long as its frame rate tells."""
    rate = packet.stream.average_rate if isinstance(packet.stream, AvVideoStream) else None
    if packet.duration or not rate:
        return (packet.duration or 0) * packet.time_base
    return 1 / rate


def _counted_end(container: InputContainer) -> Fraction | None:
    counts: dict[int, int] = {}
    for packet in _tail_packets(container, None):
        counts[packet.stream_index] = counts.get(packet.stream_index, 0) + 1
    ends = [
        counts[stream.index] / rate
        for stream in container.streams.video
        if stream.index in counts and (rate := stream.average_rate or stream.guessed_rate)
    ]
    return max(ends, default=None)
