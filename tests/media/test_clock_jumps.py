"""Is a jump of the clock told from everything that only looks like one?"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from assets import ASSETS, clocks
from filmstrip.domain.clocks import MPEG_CLOCK_HZ
from filmstrip.domain.errors import LimitExceededError
from filmstrip.media.containers.program_times import SOUND as SOUND_IDS
from filmstrip.media.containers.program_times import Stamp, read_stamps
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.header_bytes import size_of
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.clock_jumps import find_clock_jumps
from mp4_bench import generate, moving_picture

KINDS = (".ts", ".m2ts", ".mpg", ".vob")
JUMPING = {asset.name for asset in clocks.ASSETS}
STEADY = [name for name, asset in ASSETS.items() if asset.opens and name.endswith(KINDS) and name not in JUMPING]
X264 = ("-c:v", "libx264", "-preset", "veryfast")
SOUND = ("-f", "lavfi", "-i", "sine=440:duration=60", "-c:a", "aac")


@pytest.mark.parametrize("name", STEADY)
def test_a_steady_clock_has_no_jump(name: str) -> None:
    """Neither the end of the clock's bits, nor lost packets, nor missing times are jumps."""
    assert find_clock_jumps(LocalFile(ASSETS[name].path)) == []


@pytest.mark.parametrize("name", sorted(JUMPING))
def test_a_jump_is_found_where_the_recordings_meet(name: str) -> None:
    """Within a recording times only grow, and no jump is left."""
    source = LocalFile(ASSETS[name].path)
    jumps = find_clock_jumps(source)
    assert jumps
    for part in pairwise([0, *jumps, size_of(source)]):
        times = [stamp.time for stamp in read_stamps(source, *part)]
        assert times == sorted(times)
        assert times[-1] - times[0] < 5 * MPEG_CLOCK_HZ


@pytest.mark.parametrize("rate", ["64k", "320k"])
def test_a_picture_that_stays_is_no_jump(rate: str, tmp_path: Path) -> None:
    """Where sound goes on behind a picture that stays for half a minute, so does time."""
    rare = ("-vf", "select='lt(t,2)+gt(t,35)*lt(t,37)+gt(t,59)'", "-fps_mode", "passthrough")
    path = generate(tmp_path / "slides.ts", *moving_picture(seconds=60), *SOUND, "-b:a", rate, *rare, *X264)
    assert find_clock_jumps(LocalFile(path)) == []


def test_a_picture_that_stays_in_silence_is_no_jump(tmp_path: Path) -> None:
    """Without sound, the counters of the packets tell that it is the same recording."""
    rare = ("-vf", "select='lt(t,2)+gt(t,35)*lt(t,37)+gt(t,59)'", "-fps_mode", "passthrough")
    path = generate(tmp_path / "slides.ts", *moving_picture(seconds=60), *rare, *X264)
    assert find_clock_jumps(LocalFile(path)) == []


def test_sound_that_lasts_longer_is_waited_for(tmp_path: Path) -> None:
    """Where the sound of a recording goes on for seconds without pictures, so does time; the next one comes after."""
    first = generate(tmp_path / "a.ts", *moving_picture(seconds=4), *SOUND, "-t", "7", *X264)
    second = generate(tmp_path / "b.ts", *moving_picture(seconds=4), *X264)
    path = tmp_path / "joined.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    lengths = [piece.duration_seconds for piece in probe(LocalFile(path), MediaSettings()).pieces]
    assert [round(length) for length in lengths] == [7, 4]


@pytest.mark.parametrize("kind", ["ts", "vob"])
def test_a_very_short_first_recording_is_found(kind: str, tmp_path: Path) -> None:
    """A logo of ten pictures before a film is a recording too."""
    codec = X264 if kind == "ts" else ("-c:v", "mpeg2video", "-q:v", "4")
    logo = generate(tmp_path / f"logo.{kind}", *moving_picture(seconds=0.4), *codec)
    film = generate(tmp_path / f"film.{kind}", *moving_picture(seconds=40), *codec)
    path = tmp_path / f"joined.{kind}"
    path.write_bytes(logo.read_bytes() + film.read_bytes())
    assert len(find_clock_jumps(LocalFile(path))) == 1


@pytest.mark.parametrize("name", ["plain.mpg", "plain.ts"])
def test_one_wrong_time_is_no_jump(name: str, tmp_path: Path) -> None:
    """A packet whose time was damaged stands alone, wherever it is."""
    data = ASSETS[name].path.read_bytes()
    path = tmp_path / name
    path.write_bytes(data)
    for stamp in list(read_stamps(LocalFile(path), 0, len(data)))[1:-1:7]:
        at = max(data.rfind(stamp_bytes(stamp), stamp.position, stamp.position + 24), 0)
        damaged = bytearray(data)
        damaged[at] ^= 0x0A
        path.write_bytes(damaged)
        assert find_clock_jumps(LocalFile(path)) == []


def stamp_bytes(stamp: Stamp) -> bytes:
    """Write a time's last four bytes as they are stored (2.4.3.7), which find it in its header."""
    high, low = stamp.time >> 15 & 0x7FFF, stamp.time & 0x7FFF
    return (high << 1 | 1).to_bytes(2, "big") + (low << 1 | 1).to_bytes(2, "big")


def test_slides_too_begin_anew(tmp_path: Path) -> None:
    """Where a picture stays for a minute, only a step back is a jump."""
    once = ASSETS["slides.ts"].path.read_bytes()
    path = tmp_path / "twice.ts"
    path.write_bytes(once * 2)
    (jump,) = find_clock_jumps(LocalFile(path))
    assert abs(jump - len(once)) < 4 * 188


def test_slides_that_are_followed_by_a_film_are_not_cut(tmp_path: Path) -> None:
    """Counters are followed from one slide to the next, however much sound lies between; the film is the only jump."""
    slides = ("-f", "lavfi", "-i", "color=s=320x180:r=1/12:d=360", "-f", "lavfi", "-i", "sine=440:duration=360")
    coded = (*X264, "-x264-params", "rc-lookahead=10", "-c:a", "mp2", "-b:a", "384k", "-ac", "2")
    show = generate(tmp_path / "show.ts", *slides, *coded)
    film = generate(tmp_path / "film.ts", *moving_picture(seconds=4), *SOUND, "-t", "4", *X264)
    path = tmp_path / "joined.ts"
    path.write_bytes(show.read_bytes() + film.read_bytes())
    (jump,) = find_clock_jumps(LocalFile(path))
    assert abs(jump - show.stat().st_size) < 4 * 188
    assert probe(LocalFile(path), MediaSettings()).duration_seconds == pytest.approx(364, abs=13)


def test_sound_belongs_to_its_own_clock(tmp_path: Path) -> None:
    """A recording that begins with sound, as one that was started anywhere, is cut before that sound."""
    first = generate(tmp_path / "a.ts", *moving_picture(seconds=8), *SOUND, "-t", "8", *X264, "-g", "25")
    later = ("-output_ts_offset", "30000", *X264, "-g", "25")
    second = generate(tmp_path / "b.ts", *moving_picture(seconds=8), *SOUND, "-t", "8", *later)
    source = LocalFile(second)
    sound = list(read_stamps(source, 0, size_of(source), SOUND_IDS))[2]
    start = sound.position // 188 * 188
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes()[start:])
    info = probe(LocalFile(joined), MediaSettings())
    assert len(info.pieces) == 2
    assert 14 < info.duration_seconds < 16


def test_a_piece_without_a_picture_is_left_out(tmp_path: Path) -> None:
    """Packets between two keyframes that are cut out of another recording are no film, and that is told."""
    one = _middle_of_a_group(tmp_path)
    film = ASSETS["plain.ts"].path.read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(film + one.read_bytes() + film)
    info = probe(LocalFile(joined), MediaSettings())
    assert len(info.pieces) == 2
    assert any("left out" in warning for warning in info.warnings)
    assert abs(info.duration_seconds - 20) < 1


def _middle_of_a_group(folder: Path) -> Path:
    """Make some pictures without the keyframe that they refer to, eight hours later."""
    options = ("-output_ts_offset", "30000", *X264, "-x264-params", "keyint=500:scenecut=0")
    path = generate(folder / "group.ts", *moving_picture(seconds=10), *options)
    data = path.read_bytes()
    stamps = list(read_stamps(LocalFile(path), 0, len(data)))
    begin, end = (stamps[number].position // 188 * 188 for number in (125, 175))
    tables = data[: 3 * 188]
    path.write_bytes(tables + data[begin:end])
    return path


def test_all_pieces_are_within_limits(tmp_path: Path) -> None:
    """The largest picture that is decoded holds for every piece."""
    path = tmp_path / "grows.ts"
    small = generate(tmp_path / "a.ts", *moving_picture(seconds=4), *X264)
    large = generate(tmp_path / "b.ts", *moving_picture("640x360", seconds=4), *X264)
    path.write_bytes(small.read_bytes() + large.read_bytes())
    with pytest.raises(LimitExceededError, match="640x360"):
        probe(LocalFile(path), MediaSettings(max_pixels=320 * 180))


def test_nothing_between_recordings_is_not_read_at_once(tmp_path: Path) -> None:
    """Where there is nothing for long between two recordings, only what is near to them is read."""
    film = ASSETS["plain.ts"].path.read_bytes()
    path = tmp_path / "hole.ts"
    padding = (b"\x47\x1f\xff\x10" + bytes(184)) * 100_000
    path.write_bytes(film + padding + film)
    ranges = Counted(path)
    (jump,) = find_clock_jumps(ranges)
    assert len(film) <= jump <= len(film) + len(padding) + 3 * 188
    assert ranges.largest < 2 << 20
    assert ranges.bytes_read < 24 << 20


class Counted:
    """Byte ranges of a file that remember how much was asked for."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self.largest = self.bytes_read = 0

    @property
    def size_bytes(self) -> int:
        """Length of the file."""
        return len(self._data)

    def read_range(self, start: int, end: int) -> bytes:
        """Read a range."""
        data = self._data[start:end]
        self.largest = max(self.largest, len(data))
        self.bytes_read += len(data)
        return data
