"""The keyframes that the container itself lists, where decoding can begin: MP4 sample tables, Matroska cues.

Formats without such a list (MPEG-TS, fragmented MP4, Matroska without cues) have no index here: the sampler then reads
on, or looks for keyframes by seeking back step by step.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
import av.error
from av.container import InputContainer
from av.index import IndexEntries, IndexEntry
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.codec_limits import USUALLY_REORDERED_PICTURES
from filmstrip.media.containers.kinds import kind_of

# The last step may be longer than all before it (a still end title), but not by much more than this.
_LONGEST_LAST_STEP = 3
# Where only keyframes are listed, bytes are estimated by time; keyframes are larger than what follows them.
_MARGIN = 0.1
_KEYFRAME_BYTES = 64 << 10

# CPU time in nanoseconds, of which only the proportions count. libav walks the tables of an MP4 at each seek.
_PACKET_COST = 12_000
_BYTE_COST = 3
_SEEK_COST = 100_000
_SEARCHED_PACKET_COST = 1


@dataclass(frozen=True, slots=True)
class IndexedPacket:
    """A packet as the container's index lists it.

    Attributes:
        timestamp: What the container seeks by, in the stream's time base: DTS for MP4, PTS for Matroska.
        position: Byte offset in the file.
        size_bytes: Length of the packet, 0 where the index does not tell.
        number: How many packets are listed before it.
    """

    timestamp: int
    position: int
    size_bytes: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class KeyframeIndex:
    """The keyframes of a video stream, in order.

    Attributes:
        keyframes: All keyframes that the container lists, in order of time.
        pts_offset: What to add to a timestamp for its PTS; exact for streams with a constant reordering delay.
        packets: All packets, where the container lists them all (MP4), else empty.
        listed_packets: How many packets the container lists, with those that are no keyframes.
    """

    keyframes: tuple[IndexedPacket, ...]
    pts_offset: int
    packets: tuple[IndexedPacket, ...] = ()
    listed_packets: int = 0

    def __bool__(self) -> bool:
        return bool(self.keyframes)

    def position_before(self, pts: int) -> int:
        """Return which keyframe is the last one shown at or before a moment: its number, 0 if all are later."""
        found = bisect_right(self.keyframes, pts - self.pts_offset, key=lambda keyframe: keyframe.timestamp)
        return max(0, found - 1)

    def keyframe_pts(self, pts: int) -> int:
        """Return the moment of the last keyframe at or before a moment."""
        return self.keyframes[self.position_before(pts)].timestamp + self.pts_offset

    def is_read_on(self, pts: int, later_pts: int) -> bool:
        """Check whether reading all packets up to the keyframe of a later moment costs less than seeking to it.

        Where only keyframes are listed, the packets between them count by their bytes.

        Args:
            pts: The moment whose GOP was read last.
            later_pts: The moment that is wanted next.
        """
        at, wanted = (self.keyframes[self.position_before(moment)] for moment in (pts, later_pts))
        if wanted.number <= at.number or wanted.position <= at.position:
            return False
        skipped_packets, skipped_bytes = wanted.number - at.number - 1, wanted.position - at.position - at.size_bytes
        reading = skipped_packets * _PACKET_COST + skipped_bytes * _BYTE_COST
        return reading < _SEEK_COST + self.listed_packets * _SEARCHED_PACKET_COST

    def span(self, first_pts: int, last_pts: int) -> tuple[int, int]:
        """Estimate which bytes lead from the keyframe before a moment to the frame shown at another one.

        Args:
            first_pts: A moment in the GOP.
            last_pts: A later moment, also of the GOPs after it.
        """
        start = self.keyframes[self.position_before(first_pts)].position
        if self.packets:
            number = bisect_right(self.packets, last_pts - self.pts_offset, key=lambda packet: packet.timestamp)
            # The frame shown last may be some packets later in decode order than the one of the same DTS.
            last = self.packets[min(number + USUALLY_REORDERED_PICTURES, len(self.packets) - 1)]
            return start, max(start, last.position) + last.size_bytes
        number = self.position_before(last_pts)
        keyframe = self.keyframes[number]
        following = self.keyframes[min(number + 1, len(self.keyframes) - 1)]
        length = max(1, following.timestamp - keyframe.timestamp)
        part = min(1.0, (last_pts - keyframe.timestamp) / length + _MARGIN)
        return start, keyframe.position + int((following.position - keyframe.position) * part) + _KEYFRAME_BYTES


def read_index(container: InputContainer, stream: AvVideoStream, *, with_packets: bool = False) -> KeyframeIndex:
    """Read the index that a container holds; empty where it holds none, or one that cannot be complete.

    Args:
        container: An open source; its read position moves.
        stream: The stream to look up.
        with_packets: Also list all packets if the container does, for a caller that needs their bytes.
    """
    kind = kind_of(container)
    if kind.loads_index_by_seeking:
        can_seek(container, stream)  # libav reads the cues at the first seek only
    entries = stream.index_entries
    lists_all = kind.lists_all_packets
    if not kind.lists_keyframes:
        return KeyframeIndex((), 0)
    keyframes = tuple(IndexedPacket(e.timestamp, e.pos, e.size, number) for number, e in _keyframes(entries))
    if not _is_complete(container, stream, keyframes, lists_all=lists_all):
        return KeyframeIndex((), 0)
    if not lists_all:
        return KeyframeIndex(keyframes, pts_offset=0, listed_packets=len(entries))
    listed = (IndexedPacket(e.timestamp, e.pos, e.size) for e in entries if not e.is_discard)
    packets = tuple(listed) if with_packets else ()
    return KeyframeIndex(keyframes, _reordering_delay(container, stream), packets, len(entries))


def _keyframes(entries: IndexEntries) -> Iterable[tuple[int, IndexEntry]]:
    """List the keyframes of an index by their numbers.

    libav looks for them: it is faster than making an object of every entry.
    """
    found: list[tuple[int, IndexEntry]] = []
    number = len(entries)
    while number > 0:
        before = entries.search_timestamp(found[-1][1].timestamp - 1 if found else entries[number - 1].timestamp)
        if before >= number:  # its times jump back, so that nothing can be looked for
            return [(at, entry) for at, entry in enumerate(entries) if entry.is_keyframe]
        if before >= 0:
            found.append((before, entries[before]))
        number = before
    return reversed(found)


def _reordering_delay(container: InputContainer, stream: AvVideoStream) -> int:
    """Return by how much the PTS of a keyframe lies after its DTS."""
    try:
        container.seek(stream.start_time or 0, stream=stream)
        packet = next(packet for packet in container.demux(stream) if packet.is_keyframe)
    except (av.error.FFmpegError, StopIteration):
        return 0
    return max(0, packet.pts - packet.dts) if packet.pts is not None and packet.dts is not None else 0


def can_seek(container: InputContainer, stream: AvVideoStream) -> bool:
    """Seek to the start of a stream, and tell whether that works.

    Where it fails, as where no packet is marked as a keyframe, what was read so far is lost: the file has to be opened
    again and read on.
    """
    try:
        container.seek(stream.start_time or 0, stream=stream)
    except av.error.FFmpegError:
        return False
    return True


def _is_complete(
    container: InputContainer, stream: AvVideoStream, keyframes: tuple[IndexedPacket, ...], *, lists_all: bool
) -> bool:
    """Check whether the list covers the stream to its end.

    A fragmented MP4 lists only what was read of it so far, and a Matroska file without cues only what libav has passed.
    """
    entries = stream.index_entries
    if not keyframes or len(entries) < 2:  # noqa: PLR2004 - one entry says nothing about the rest
        return len(keyframes) == 1 and stream.frames == 1
    if lists_all and stream.frames:
        return len(entries) >= stream.frames
    end = _header_end(container, stream)
    if end is None:
        return False
    steps = [after.timestamp - before.timestamp for before, after in pairwise(entries)]
    return end - entries[len(entries) - 1].timestamp <= _LONGEST_LAST_STEP * max(steps)


def _header_end(container: InputContainer, stream: AvVideoStream) -> int | None:
    """Return the end of the stream in its own time base, as the header promises it."""
    if stream.duration is not None:
        return (stream.start_time or 0) + stream.duration
    if container.duration is None or stream.time_base is None:
        return None
    return int(Fraction(container.duration, av.time_base) / stream.time_base)
