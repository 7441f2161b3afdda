"""The I-frame playlist of JPEG pictures and its fragmented MP4, read back by libav."""

from __future__ import annotations

import io
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import manifest_series as series
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.manifest.hls_mjpg import JpegTrack, mjpg_playlist, mjpg_stream_entry
from filmstrip.manifest.jpeg_fragments import fragment_header, init_segment

GOLDENS = Path(__file__).parents[2] / "goldens"


def jpeg(shade: int, size: FrameSize) -> bytes:
    """Make a grey picture."""
    file = io.BytesIO()
    Image.new("RGB", (size.width, size.height), (shade, shade, shade)).save(file, "JPEG")
    return file.getvalue()


def fragments(spans: tuple[TimeRange, ...], pictures: list[bytes]) -> list[bytes]:
    return [
        fragment_header(index, span, len(data)) + data
        for index, (span, data) in enumerate(zip(spans, pictures, strict=True))
    ]


def small_track() -> JpegTrack:
    spans = series.TIMES.cues()
    lengths = [len(fragment_header(index, span, 4000)) + 4000 for index, span in enumerate(spans)]
    return JpegTrack("thumbnails.mp4", series.TILE, len(init_segment(series.TILE)), spans, lengths)


def test_playlist_matches_the_golden_file() -> None:
    """The playlist of a small video is exactly the reviewed one."""
    assert mjpg_playlist(small_track()) == (GOLDENS / "mjpg.m3u8").read_text()


def test_entry_matches_the_golden_file() -> None:
    """The entry for the multivariant playlist names the codec by which players know the pictures."""
    assert mjpg_stream_entry(small_track(), "mjpg.m3u8") in (GOLDENS / "entries.m3u8").read_text().splitlines()


@settings(max_examples=20)
@given(
    count=st.integers(1, 12),
    interval=st.sampled_from([Fraction(1, 2), Fraction(1), Fraction("7.5"), Fraction(30), Fraction(1, 3)]),
    width=st.integers(8, 64),
)
def test_libav_reads_back_every_picture(count: int, interval: Fraction, width: int) -> None:
    """An independent demuxer finds exactly our JPEG files, their size and their times in the fragmented MP4."""
    size = FrameSize(width, 9)
    spans = IntervalGrid(TimeRange(Fraction(0), interval * count), interval).cues()
    pictures = [jpeg(10 * index, size) for index in range(count)]
    data = init_segment(size) + b"".join(fragments(spans, pictures))
    with av.open(io.BytesIO(data), format="mp4") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("mjpeg", width, 9)
        packets = [packet for packet in container.demux(stream) if packet.size]
        assert [bytes(packet) for packet in packets] == pictures
        assert all(packet.is_keyframe for packet in packets)
        starts = [packet.pts * packet.time_base for packet in packets]
    assert all(abs(start - span.start) <= Fraction(1, 180_000) for start, span in zip(starts, spans, strict=True))


def test_byte_ranges_cut_out_whole_fragments() -> None:
    """Each byte range of the playlist is one fragment, whose mdat is the JPEG file and nothing else."""
    spans = series.TIMES.cues()
    pictures = [jpeg(20 * index, series.TILE) for index in range(len(spans))]
    parts = fragments(spans, pictures)
    init = init_segment(series.TILE)
    data = init + b"".join(parts)
    text = mjpg_playlist(JpegTrack("t.mp4", series.TILE, len(init), spans, [len(part) for part in parts]))
    ranges = [(int(length), int(offset)) for length, offset in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n", text)]
    for (length, offset), picture in zip(ranges, pictures, strict=True):
        fragment = data[offset : offset + length]
        assert fragment[4:8] == b"moof"
        mdat = int.from_bytes(fragment[:4], "big")
        assert int.from_bytes(fragment[mdat : mdat + 4], "big") == length - mdat
        assert fragment[mdat + 4 : mdat + 8] == b"mdat"
        assert fragment[mdat + 8 :] == picture
    assert all(first[0] + first[1] == second[1] for first, second in pairwise(ranges))
    assert sum(ranges[-1]) == len(data)


def test_spans_without_fragments_are_refused() -> None:
    """A track whose fragments are not all there cannot be described."""
    with pytest.raises(ValueError, match="10 spans do not fit 1 fragments"):
        JpegTrack("t.mp4", series.TILE, 600, series.TIMES.cues(), [1])
