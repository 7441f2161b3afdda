"""Is a moment found in a file without cues, from a few of its bytes?"""

from __future__ import annotations

import pytest

from filmstrip.media.containers.matroska_clusters import Cluster, ClusterMap, SplicedRanges

HEADER = b"\x1a\x45\xdf\xa3" + bytes(500)
UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"
CLUSTER_BYTES = 100_000
COUNT = 60


class Bytes:
    """Byte ranges in memory that count what is asked for."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.bytes_read = 0

    @property
    def size_bytes(self) -> int:
        return len(self.data)

    def read_range(self, start: int, end: int) -> bytes:
        part = self.data[start:end]
        self.bytes_read += len(part)
        return part


def cluster(timestamp: int, *, crc: bytes = b"", size: bytes = UNKNOWN_SIZE) -> bytes:
    told = timestamp.to_bytes(4, "big")
    return (b"\x1f\x43\xb6\x75" + size + crc + b"\xe7\x84" + told).ljust(CLUSTER_BYTES, b"\x42")


@pytest.fixture
def file() -> Bytes:
    return Bytes(HEADER + b"".join(cluster(2000 * number) for number in range(COUNT)))


def test_the_header_ends_where_the_first_cluster_begins(file: Bytes) -> None:
    """What stands before the first cluster is needed to understand any of them."""
    assert ClusterMap(file).first() == Cluster(0, len(HEADER))


def test_the_last_cluster_is_found_from_the_end(file: Bytes) -> None:
    """Without a duration, the end of the file tells how long it is; little of it is read for that."""
    assert ClusterMap(file).last() == Cluster(2000 * (COUNT - 1), len(HEADER) + (COUNT - 1) * CLUSTER_BYTES)
    assert file.bytes_read < 4 * CLUSTER_BYTES


@pytest.mark.parametrize("moment", [0, 1, 1999, 2000, 55_123, 117_999, 118_000, 500_000])
def test_a_cluster_before_a_moment_is_found(file: Bytes, moment: int) -> None:
    """It begins at or before the moment, near it, and is a cluster of the file."""
    found = ClusterMap(file).before(moment)
    assert found is not None
    assert found.timestamp <= moment
    assert file.data[found.position :].startswith(b"\x1f\x43\xb6\x75")
    distance = min(moment, 2000 * COUNT) - found.timestamp
    assert distance / 2000 * CLUSTER_BYTES <= 1_100_000


@pytest.mark.parametrize(
    ("head", "timestamp"),
    [
        (cluster(7, crc=b"\xbf\x84abcd"), 7),
        (cluster(9, size=b"\xa0"), 9),
        (b"\x1f\x43\xb6\x75" + b"no cluster at all", None),
        (b"\x1f\x43\xb6\x75", None),
    ],
)
def test_only_clusters_are_taken_for_clusters(head: bytes, timestamp: int | None) -> None:
    """The four bytes of the ID may occur in pictures too: size and timestamp must follow."""
    found = ClusterMap(Bytes(HEADER + head)).first()
    assert (None if found is None else found.timestamp) == timestamp


def test_a_view_leaves_out_the_middle() -> None:
    """Reading over the seam gives the header and then the later place."""
    view = SplicedRanges(Bytes(b"headABCDEFGtail"), 4, 11)
    assert view.size_bytes == 8
    assert view.read_range(0, 8) == b"headtail"
    assert view.read_range(2, 6) == b"adta"
    assert view.read_range(5, 7) == b"ai"
