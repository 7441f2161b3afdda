"""Finds a moment in a Matroska file without cues: clusters tell their time, and a few of them are enough.

libav can only read such a file from its beginning. Of a remote one that would be every byte, so clusters are looked for
near the place where a moment should be (by interpolation between those that are known), and libav gets a view of the
file that leaves out what lies between its header and the cluster. A recording that was never finished
(`-live 1`, a browser's MediaRecorder) has neither cues nor a duration; its last cluster tells how long it is.
"""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.media.containers.ebml import read_id, read_size
from filmstrip.media.source.media_source import ByteRanges
from filmstrip.media.source.place_view import READ_ON_SECONDS, PlaceView

_CLUSTER_ID = b"\x1f\x43\xb6\x75"  # RFC 9559, 5.1.3
_TIMESTAMP_ID = 0xE7  # RFC 9559, 5.1.3.1
_CRC_ID = b"\xbf"  # RFC 8794, 11.3.1: may stand first in any element
_CRC_ELEMENT_BYTES = 6
_HEAD_BYTES = 40
_LONGEST_NUMBER = 8
_STEP_BYTES = 128 << 10
# Nearer than this, reading on costs less than looking for a better cluster.
_NEAR_BYTES = 768 << 10
_MARGIN_BYTES = 256 << 10
_MOST_PROBES = 8


@dataclass(frozen=True, slots=True, order=True)
class Cluster:
    """The beginning of a cluster.

    Attributes:
        timestamp: When its blocks begin, in units of the segment's TimestampScale.
        position: Byte offset of its first byte.
    """

    timestamp: int
    position: int


class ClusterMap:
    """The clusters of a file, found as they are needed. Safe to use from several threads at once.

    Attributes:
        longest_run: None: from each of them is read on as long as targets lie near each other.
        longest_gap: Targets that lie nearer together than so many seconds are reached by reading on.
    """

    def __init__(self, ranges: ByteRanges) -> None:
        self.longest_run: Fraction | None = None
        self.longest_gap = READ_ON_SECONDS
        self._ranges = ranges
        self._known: list[Cluster] = []
        self._lock = threading.Lock()

    def first(self) -> Cluster | None:
        """Find the first cluster: where it begins, the header ends."""
        if self._known:
            return self._known[0]
        return self._remember(self._search(0, self._ranges.size_bytes))

    def last(self) -> Cluster | None:
        """Find the last cluster."""
        end = self._ranges.size_bytes
        for start in range(end - _STEP_BYTES, -_STEP_BYTES, -_STEP_BYTES):
            found = list(self._all_in(max(0, start), min(end, start + _STEP_BYTES + _HEAD_BYTES)))
            if found:
                return self._remember(found[-1])
        return None

    def before(self, timestamp: int) -> Cluster | None:
        """Find a cluster that begins at or before a moment and not far from it; the first one if all begin later."""
        low = self.first()
        self.last()
        for _ in range(_MOST_PROBES):
            low, high = self._neighbours(timestamp)
            if low is None or high is None or high.position - low.position <= _NEAR_BYTES:
                break
            part = (timestamp - low.timestamp) / max(1, high.timestamp - low.timestamp)
            guess = low.position + int((high.position - low.position) * part) - _MARGIN_BYTES
            if guess - low.position < _NEAR_BYTES:
                break
            found = self._remember(self._search(guess, high.position))
            if found is None:
                break
        return low

    def view_before(self, pts: int, until_pts: int) -> PlaceView | None:  # noqa: ARG002 - what follows is read in turn
        """Find the cluster before a moment, and a view of the file that leads to it."""
        first, cluster = self.first(), self.before(pts)
        if first is None or cluster is None:
            return None
        view = SplicedRanges(self._ranges, first.position, cluster.position)
        return PlaceView(view, cluster == first, lambda: view)

    def _neighbours(self, timestamp: int) -> tuple[Cluster | None, Cluster | None]:
        with self._lock:
            number = bisect_right(self._known, timestamp, key=lambda cluster: cluster.timestamp)
            low = self._known[max(0, number - 1)] if self._known else None
            return low, self._known[number] if number < len(self._known) else None

    def _remember(self, cluster: Cluster | None) -> Cluster | None:
        with self._lock:
            if cluster is not None and cluster not in self._known:
                insort(self._known, cluster)
        return cluster

    def _search(self, start: int, end: int) -> Cluster | None:
        for begin in range(max(0, start), end, _STEP_BYTES):
            found = next(self._all_in(begin, min(end, begin + _STEP_BYTES + _HEAD_BYTES)), None)
            if found is not None:
                return found
        return None

    def _all_in(self, start: int, end: int) -> Iterator[Cluster]:
        data = self._ranges.read_range(start, end)
        offset = data.find(_CLUSTER_ID)
        while offset >= 0:
            timestamp = _parse_timestamp(data[offset + len(_CLUSTER_ID) : offset + _HEAD_BYTES])
            if timestamp is not None:
                yield Cluster(timestamp, start + offset)
            offset = data.find(_CLUSTER_ID, offset + 1)


def _parse_timestamp(head: bytes) -> int | None:
    """Parse what follows a cluster's ID: its size, perhaps a checksum, its timestamp; None if it is no cluster."""
    size = read_size(head, 0)
    if size is None:
        return None
    at = size[1] + (_CRC_ELEMENT_BYTES if head[size[1] : size[1] + 1] == _CRC_ID else 0)
    key = read_id(head, at)
    told = None if key is None or key[0] != _TIMESTAMP_ID else read_size(head, key[1])
    if told is None or told[0] is None:
        return None
    number = head[told[1] : told[1] + told[0]]
    return int.from_bytes(number, "big") if 1 <= told[0] <= _LONGEST_NUMBER and len(number) == told[0] else None


class SplicedRanges:
    """A view of a file without the bytes between its header and a later place."""

    def __init__(self, ranges: ByteRanges, header_bytes: int, resume_at: int) -> None:
        self._ranges = ranges
        self._header_bytes = header_bytes
        self._left_out = resume_at - header_bytes

    @property
    def size_bytes(self) -> int:
        """Length of the view."""
        return self._ranges.size_bytes - self._left_out

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file were transferred so far."""
        return self._ranges.bytes_read

    def read_range(self, start: int, end: int) -> bytes:
        """Read the half-open byte range of the view."""
        head = self._ranges.read_range(start, min(end, self._header_bytes)) if start < self._header_bytes else b""
        begin = max(start, self._header_bytes) + self._left_out
        return head + self._ranges.read_range(begin, end + self._left_out) if end > self._header_bytes else head
