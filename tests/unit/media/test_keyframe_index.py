"""Where can decoding begin?"""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from filmstrip.media.containers.opening import open_container, select_stream
from filmstrip.media.sampling.keyframe_index import IndexedPacket, KeyframeIndex, read_index
from filmstrip.media.source.media_source import LocalFile

_KEYFRAME, _OTHER_FRAME = 0x02000000, 0x01010000  # ISO/IEC 14496-12, 8.8.3.1
_UNIT = 1000


def box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def fragment(number: int, begin: int, flags: list[int], size: int, distance: int) -> bytes:
    """A movie fragment whose samples lie `distance` bytes behind its end."""
    samples = b"".join(struct.pack(">III", _UNIT, size, flag) for flag in flags)

    def lay_out(offset: int) -> bytes:
        header = box(b"tfhd", struct.pack(">II", 0x020000, 1)), box(b"tfdt", struct.pack(">IQ", 0x01000000, begin))
        run = box(b"trun", struct.pack(">III", 0x000701, len(flags), offset), samples)
        return box(b"moof", box(b"mfhd", struct.pack(">II", 0, number)), box(b"traf", *header, run))

    return lay_out(len(lay_out(0)) + distance)


@pytest.fixture
def jumping_back(tmp_path: Path) -> Path:
    """A fragmented file whose second fragment says that it begins long before the first."""
    path = tmp_path / "jumping_back.mp4"
    options = {"movflags": "empty_moov+default_base_moof+frag_keyframe"}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        container.mux(stream.encode(None))
    data = path.read_bytes()
    head, samples = data[: data.index(b"moof") - 4], data[data.index(b"mdat") + 4 :]
    size = len(samples) // 8
    second = fragment(2, 1, [_OTHER_FRAME] * 3, size, 8)
    first = fragment(1, 50 * _UNIT, [_KEYFRAME] * 2, size, len(second) + 8)
    path.write_bytes(head + first + second + box(b"mdat", samples))
    return path


@pytest.mark.timeout(20)
def test_times_that_jump_back_do_not_hold_it_up(jumping_back: Path) -> None:
    """Whatever a file says about its times, looking for its keyframes ends."""
    with open_container(LocalFile(jumping_back)) as container:
        stream = select_stream(container, 0)
        times = [entry.timestamp for entry in stream.index_entries]
        assert times != sorted(times)
        read_index(container, stream)


@pytest.mark.parametrize(
    ("packets", "packet_bytes", "listed", "is_read_on"),
    [
        (1, 500_000, 1_000, True),
        (2, 4_000, 1_000, True),
        (2, 500_000, 1_000, False),
        (25, 4_000, 1_000, False),
        (25, 1_000, 1_000_000, True),
        (250, 4_000, 1_000_000, False),
    ],
    ids=[
        "neighbour",
        "next but one",
        "behind a large one",
        "a second",
        "a second of a long film",
        "ten seconds of a long film",
    ],
)
def test_the_next_keyframe_is_read_or_sought_by_cost(
    packets: int, packet_bytes: int, listed: int, *, is_read_on: bool
) -> None:
    """Packets and bytes that lie before the next keyframe are weighed against a seek, which long tables make dear."""
    keyframes = tuple(IndexedPacket(at, at * packet_bytes, packet_bytes, at) for at in range(0, 10 * packets, packets))
    index = KeyframeIndex(keyframes, pts_offset=0, listed_packets=listed)
    assert index.is_read_on(0, packets) == is_read_on


def test_nothing_is_read_backwards() -> None:
    """A keyframe that lies earlier in the file than the one before it is sought."""
    index = KeyframeIndex((IndexedPacket(0, 5_000, 0, 0), IndexedPacket(1, 1_000, 0, 1)), pts_offset=0)
    assert not index.is_read_on(0, 1)
