"""Is a remote MP4 of fragments that no index lists read like a local one, but from a few of its bytes?"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import pytest

from assets import ASSETS
from assets.surgery import boxes
from counted_bytes import Bytes
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.probing.probe import probe
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Target
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.source.media_source import LocalFile, MediaSource
from mp4_bench import generate

WAYS = {
    "addressed from the file's beginning": "frag_keyframe+empty_moov",
    "addressed from each fragment": "frag_keyframe+empty_moov+default_base_moof",
    "a fragment for each track": "frag_keyframe+empty_moov+separate_moof",
    "a fragment for each picture": "frag_every_frame+empty_moov+default_base_moof",
    "negative composition offsets": "cmaf",
    "an edit list": "frag_keyframe+delay_moov",
    "nothing at the end": "frag_keyframe+empty_moov+skip_trailer",
    "keyframes amid fragments": "empty_moov -frag_duration 300000",
}
Taken = list[tuple[Fraction, Fraction, bool]]


def taken(source: MediaSource, interval: Fraction) -> tuple[MediaInfo, Taken]:
    """Take a picture at each interval: when it was asked for, when it is shown, whether it stands in for another."""
    info = probe(source, MediaSettings())
    job = SampleJob(
        source,
        info,
        lambda _video: lambda sample: (sample.target.seconds, sample.stamp.actual_seconds, sample.stamp.is_substitute),
    )
    moments = IntervalGrid(TimeRange(Fraction(0), info.duration_seconds), interval).targets()
    return info, sorted(sample_frames(job, [Target(index, moment) for index, moment in enumerate(moments)], threads=2))


def facts(info: MediaInfo) -> dict[str, object]:
    """List what is known of a source, with its length as exact as libav tells it.

    When its sound ends is known of a file that is here: what needs that works on a copy.
    """
    told = {field.name: getattr(info, field.name) for field in fields(info)}
    sound = tuple(replace(stream, end_seconds=None) for stream in info.audio)
    return told | {"duration_seconds": round(float(info.duration_seconds), 5), "audio": sound}


def fragmented(folder: Path, way: str, name: str = "large.mp4") -> Path:
    options = ["-i", str(ASSETS[name].path), "-map", "0", "-c", "copy", "-movflags", *way.split()]
    return generate(folder / "film.mp4", *options)


def looks_alike(file: Path, *, is_searched: bool = True, interval: Fraction = Fraction(37, 100)) -> Bytes:
    """Compare a remote source with a local one."""
    remote = Bytes(file.read_bytes())
    cache = BlockCache(remote)
    info, pictures = taken(cache, interval)
    expected, expected_pictures = taken(LocalFile(file), interval)
    assert (fragment_film(cache) is not None) == is_searched
    assert facts(info) == facts(expected)
    assert pictures == expected_pictures
    return remote


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_searched_fragments_look_like_walked_ones(way: str, tmp_path: Path) -> None:
    """Facts and pictures are the same as those of the file on disk, of which libav reads every fragment."""
    looks_alike(fragmented(tmp_path, way))


def test_an_index_of_one_segment_is_none_of_the_film(tmp_path: Path) -> None:
    """Where each segment has an index of its own, pictures are found as without; libav counts its length too long."""
    file = fragmented(tmp_path, "frag_keyframe+empty_moov+dash")
    cache = BlockCache(Bytes(file.read_bytes()))
    info, pictures = taken(cache, Fraction(37, 100))
    assert fragment_film(cache) is not None
    assert info.duration_seconds == 10
    assert [pair[:2] for pair in pictures] == [pair[:2] for pair in taken(LocalFile(file), Fraction(37, 100))[1]]


@pytest.mark.parametrize("index", ["dash", "dash+global_sidx"])
def test_a_segment_index_may_count_from_another_moment(index: str, tmp_path: Path) -> None:
    """Some muxers leave the delay of reordered pictures out of it; the last ones belong to it all the same."""
    file = fragmented(tmp_path, f"frag_keyframe+empty_moov+{index} -an")
    data = bytearray(file.read_bytes())
    for at in [start for kind, start, _ in boxes(bytes(data)) if kind == b"sidx"]:
        (begin,) = struct.unpack_from(">Q", data, at + 12)
        struct.pack_into(">Q", data, at + 12, begin - 1024)
    file.write_bytes(data)
    assert probe(LocalFile(file), MediaSettings()).duration_seconds == 10
    assert probe(BlockCache(Bytes(file.read_bytes())), MediaSettings()).duration_seconds == 10


def long_film(folder: Path) -> bytes:
    """Repeat a film's fragments for twenty minutes, each with its own number and time, and pictures of some size."""
    data = fragmented(folder, "frag_keyframe+empty_moov+default_base_moof+skip_trailer").read_bytes()
    first = next(start for kind, start, _ in boxes(data) if kind == b"moof") - 8
    scales = track_scales(data)
    lasting = 10
    parts = [
        later(fragment, turn * 100, turn * lasting, scales) + padding(turn)
        for turn in range(120)
        for fragment in fragments(data[first:])
    ]
    return data[:first] + b"".join(parts)


def padding(turn: int) -> bytes:
    """Make fragments differ in size, as pictures do."""
    return struct.pack(">I4s", 40_000 + 30_000 * (turn % 7), b"free").ljust(40_000 + 30_000 * (turn % 7), b"\xa5")


def fragments(data: bytes) -> list[bytes]:
    starts = [start - 8 for kind, start, _ in boxes(data) if kind == b"moof"]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]


def track_scales(data: bytes) -> dict[int, int]:
    ids = [struct.unpack_from(">I", data, start + 12)[0] for kind, start, _ in boxes(data) if kind == b"tkhd"]
    scales = [struct.unpack_from(">I", data, start + 12)[0] for kind, start, _ in boxes(data) if kind == b"mdhd"]
    return dict(zip(ids, scales, strict=True))


def later(fragment: bytes, numbers: int, seconds: int, scales: dict[int, int]) -> bytes:
    """Move a fragment by a count of fragments and some seconds."""
    data, track = bytearray(fragment), 0
    for kind, start, _ in list(boxes(data)):
        if kind == b"mfhd":
            struct.pack_into(">I", data, start + 4, struct.unpack_from(">I", data, start + 4)[0] + numbers)
        elif kind == b"tfhd":
            track = struct.unpack_from(">I", data, start + 4)[0]
        elif kind == b"tfdt":
            begun = struct.unpack_from(">Q", data, start + 4)[0]
            struct.pack_into(">Q", data, start + 4, begun + seconds * scales[track])
    return bytes(data)


def test_a_long_film_costs_few_requests(tmp_path: Path) -> None:
    """Twenty pictures of twenty minutes in 600 fragments take at most 100 requests and a tenth of the bytes."""
    remote = Bytes(long_film(tmp_path))
    info, pictures = taken(BlockCache(remote), Fraction(60))
    assert len(pictures) >= 20
    assert float(info.duration_seconds) == pytest.approx(1200, abs=0.1)
    assert [pair for pair in pictures if not 0 <= pair[0] - pair[1] < Fraction(1, 25)] == pictures[20:]
    assert remote.requests <= 100
    assert remote.bytes_read <= 0.1 * remote.size_bytes


@pytest.mark.parametrize("at", [2, -1, -2], ids=["early", "last", "last but one"])
def test_one_huge_fragment_is_no_hindrance(at: int, tmp_path: Path) -> None:
    """Amid small fragments, one that is larger than all that is searched at once costs some requests, no walk."""
    data = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer").read_bytes()
    first = next(start for kind, start, _ in boxes(data) if kind == b"moof") - 8
    parts = fragments(data[first:])
    parts[at] += struct.pack(">I4s", 50_000_000, b"free").ljust(50_000_000, b"\0")
    (tmp_path / "film.mp4").write_bytes(data[:first] + b"".join(parts))
    remote = looks_alike(tmp_path / "film.mp4")
    assert remote.requests <= 100
    assert remote.bytes_read <= 25_000_000


def test_boxes_between_fragments_are_passed_by(tmp_path: Path) -> None:
    """Segment types, events and indexes of segments stand between fragments of live streams."""
    data = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof").read_bytes()
    first = next(start for kind, start, _ in boxes(data) if kind == b"moof") - 8
    between = b"".join(struct.pack(">I4s", 24, kind).ljust(24, b"\0") for kind in (b"styp", b"emsg", b"prft"))
    parts = fragments(data[first:])
    (tmp_path / "film.mp4").write_bytes(data[:first] + b"".join(between + part for part in parts))
    looks_alike(tmp_path / "film.mp4")


def test_sound_that_goes_on_alone(tmp_path: Path) -> None:
    """A film whose last fragments hold only sound is as long as that."""
    looks_alike(
        fragmented(tmp_path, "frag_keyframe+empty_moov+separate_moof -frag_duration 500000", "audio_longer.mp4")
    )


def test_a_film_that_breaks_off_in_a_fragment(tmp_path: Path) -> None:
    """What the last fragment says to hold but does not is not shown as if it were there."""
    file = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer")
    file.write_bytes(file.read_bytes()[:-200_000])
    remote, _ = taken(BlockCache(Bytes(file.read_bytes())), Fraction(1))
    local, _ = taken(LocalFile(file), Fraction(1))
    assert remote.duration_seconds == pytest.approx(local.duration_seconds, abs=0.05)
    assert remote.content_seconds is not None
    assert remote.content_seconds == pytest.approx(local.content_seconds or 0, abs=0.1)


def test_a_film_of_whose_last_fragment_nothing_is_left(tmp_path: Path) -> None:
    """A file that ends with the box of a fragment, before its first sample, is told to be cut off there."""
    file = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer")
    data = file.read_bytes()
    file.write_bytes(data[: [end for kind, _, end in boxes(data) if kind == b"moof"][-1] + 100])
    remote, _ = taken(BlockCache(Bytes(file.read_bytes())), Fraction(1))
    local, _ = taken(LocalFile(file), Fraction(1))
    assert remote.content_seconds is not None
    assert remote.content_seconds == pytest.approx(local.content_seconds or 0, abs=0.1)
    assert any("is cut off" in warning for warning in remote.warnings)


def without_times(data: bytes) -> bytes:
    return data.replace(b"tfdt", b"free")


def with_size(size: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = data.index(b"moof", len(data) // 2) - 4
        return data[:at] + struct.pack(">I", size) + data[at + 4 :]

    return change


def many_tiny(data: bytes) -> bytes:
    end = next(end for kind, _, end in boxes(data) if kind == b"moov")
    tiny = struct.pack(">I4sI4sII", 24, b"moof", 16, b"mfhd", 0, 1)
    return data[:end] + tiny * 100_000 + data[end:]


HOSTILE = {
    "size 0": with_size(0),
    "beyond the end": with_size(0xFFFFFFFF),
    "as large as the largest number": lambda data: (
        data.replace(b"mdat", b"free", 1)[:-8] + b"\0\0\0\x01mdat" + b"\x7f" * 8
    ),
    "no times": without_times,
    "tiny ones": many_tiny,
    "an index that lies": lambda data: data[:-40] + b"\xff" * 8 + data[-32:],
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_hostile_fragments_cost_little(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Whatever fragments say, looking at them ends, after a bounded count of requests."""
    data = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof").read_bytes()
    remote = Bytes(change(data))
    info, pictures = taken(BlockCache(remote), Fraction(1))
    assert 0 < info.duration_seconds < 20
    assert pictures
    assert remote.requests <= 250


def test_joined_remote_films_are_shown_one_after_the_other(tmp_path: Path) -> None:
    """A file behind another one, both in fragments, is found by what its fragments count."""
    one = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer").read_bytes()
    film = long_film(tmp_path)
    remote = Bytes(film + one)
    info, pictures = taken(BlockCache(remote), Fraction(300))
    assert len(info.pieces) == 2
    assert float(info.duration_seconds) == pytest.approx(1210, abs=0.2)
    assert len(pictures) == 5
    assert remote.requests <= 250


def test_another_kind_of_film_behind_fragments(tmp_path: Path) -> None:
    """A plain file that stands behind a fragmented one is no end of it."""
    file = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer")
    file.write_bytes(file.read_bytes() + ASSETS["plain.mp4"].path.read_bytes())
    remote = looks_alike(file, is_searched=False)
    assert len(probe(BlockCache(remote), MediaSettings()).pieces) == 2


def test_a_short_film_before_a_longer_one(tmp_path: Path) -> None:
    """Few fragments are all looked at: those of a longer film count further than those of the one before it."""
    one = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer").read_bytes()
    first = next(start for kind, start, _ in boxes(one) if kind == b"moof") - 8
    parts = fragments(one[first:])
    (tmp_path / "film.mp4").write_bytes(one[:first] + b"".join(parts[:2]) + one)
    remote = looks_alike(tmp_path / "film.mp4")
    assert len(probe(BlockCache(remote), MediaSettings()).pieces) == 2


@pytest.mark.parametrize("seconds", [10, 1200], ids=["few", "many"])
def test_times_that_start_anew_without_a_header(seconds: int, tmp_path: Path) -> None:
    """What a recorder appended, one fragment or some, is left out and told, never shown among the film before it."""
    one = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer").read_bytes()
    first = next(start for kind, start, _ in boxes(one) if kind == b"moof") - 8
    film = one if seconds == 10 else long_film(tmp_path)
    interval = Fraction(seconds, 27)
    (tmp_path / "alone.mp4").write_bytes(film)
    alone, expected = taken(LocalFile(tmp_path / "alone.mp4"), interval)
    for appended in (1, 3):
        (tmp_path / "film.mp4").write_bytes(film + b"".join(fragments(one[first:])[:appended]))
        remote = Bytes((tmp_path / "film.mp4").read_bytes())
        for source in (LocalFile(tmp_path / "film.mp4"), BlockCache(remote)):
            info, pictures = taken(source, interval)
            assert pictures[:27] == expected[:27]
            assert float(info.duration_seconds) == pytest.approx(float(alone.duration_seconds), abs=0.1)
            assert [f"start again at byte {len(film)}" in warning for warning in info.warnings] == [True]
        assert remote.requests <= 250


def test_what_a_recorder_repeats_is_no_other_film(tmp_path: Path) -> None:
    """One that reconnects writes the last fragments again and goes on: nothing behind them is left out."""
    one = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer").read_bytes()
    first = next(start for kind, start, _ in boxes(one) if kind == b"moof") - 8
    parts = fragments(one[first:])
    (tmp_path / "film.mp4").write_bytes(one[:first] + b"".join(parts[:3] + parts[2:]))
    for source in (LocalFile(tmp_path / "film.mp4"), BlockCache(Bytes((tmp_path / "film.mp4").read_bytes()))):
        info = probe(source, MediaSettings())
        assert not any("left out" in warning for warning in info.warnings)
        assert float(info.duration_seconds) == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize(("interval", "requests", "part"), [(Fraction(7, 2), 60, 0.6), (Fraction(1), 90, 1)])
def test_a_high_rate_costs_few_requests(interval: Fraction, requests: int, part: float, tmp_path: Path) -> None:
    """At 2 MB a second no more is read on than was fetched at once, nor what lies between targets far apart."""
    noise = "nullsrc=size=320x180:rate=25:duration=30,geq=lum='random(1)*255':cb=128:cr=128"
    encoder = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -qp 4 -g 50 -keyint_min 50"
    ways = "-movflags frag_keyframe+empty_moov+default_base_moof+skip_trailer"
    film = generate(tmp_path / "film.mp4", "-f", "lavfi", "-i", noise, *encoder.split(), *ways.split())
    remote = Bytes(film.read_bytes())
    _, pictures = taken(BlockCache(remote), interval)
    assert len(pictures) >= 8
    assert remote.size_bytes > 40_000_000
    assert remote.requests <= requests
    assert remote.bytes_read <= part * remote.size_bytes


def test_few_fragments_are_all_looked_at(tmp_path: Path) -> None:
    """A film of 20 seconds before one of a minute is seen, though times grow from each place to the next."""
    one = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer").read_bytes()
    first = next(start for kind, start, _ in boxes(one) if kind == b"moof") - 8
    scales = track_scales(one)
    turns = [
        b"".join(later(part, turn * 100, turn * 10, scales) for part in fragments(one[first:])) for turn in range(6)
    ]
    remote = Bytes(one[:first] + b"".join(turns[:2]) + one[:first] + b"".join(turns))
    info = probe(BlockCache(remote), MediaSettings())
    assert len(info.pieces) == 2
    assert float(info.duration_seconds) == pytest.approx(80, abs=0.2)
    assert remote.requests <= 100


def test_a_stream_that_was_joined_late_may_start_anew(tmp_path: Path) -> None:
    """A recording that begins an hour into a stream goes back to its beginning, before its own first picture."""
    one = fragmented(tmp_path, "frag_keyframe+empty_moov+default_base_moof+skip_trailer").read_bytes()
    first = next(start for kind, start, _ in boxes(one) if kind == b"moof") - 8
    scales, parts = track_scales(one), fragments(one[first:])
    late = one[:first] + b"".join(later(part, 1800, 3600, scales) for part in parts)
    (tmp_path / "film.mp4").write_bytes(late + b"".join(parts))
    for source in (LocalFile(tmp_path / "film.mp4"), BlockCache(Bytes((tmp_path / "film.mp4").read_bytes()))):
        info = probe(source, MediaSettings())
        assert any(f"start again at byte {len(late)}" in warning for warning in info.warnings)
        assert float(info.duration_seconds) == pytest.approx(10, abs=0.1)
