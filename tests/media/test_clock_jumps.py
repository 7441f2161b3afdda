"""Is a jump of the clock told from everything that only looks like one?"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from assets import ASSETS, clocks
from filmstrip.media.clock_jumps import find_clock_jumps
from filmstrip.media.header_bytes import size_of
from filmstrip.media.program_times import CLOCK_RATE, read_stamps
from filmstrip.media.source import LocalFile
from mp4_bench import generate, moving_picture

KINDS = (".ts", ".m2ts", ".mpg", ".vob")
JUMPING = {asset.name for asset in clocks.ASSETS}
STEADY = [name for name, asset in ASSETS.items() if asset.opens and name.endswith(KINDS) and name not in JUMPING]
SOUND = ("-f", "lavfi", "-i", "sine=440:duration=60", "-c:a", "aac", "-b:a", "64k")


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
        assert times[-1] - times[0] < 5 * CLOCK_RATE


def test_a_picture_that_stays_is_no_jump(tmp_path: Path) -> None:
    """Where sound goes on behind a picture that stays for half a minute, so does time."""
    rare = ("-vf", "select='lt(t,2)+gt(t,35)*lt(t,37)+gt(t,59)'", "-fps_mode", "passthrough")
    path = generate(tmp_path / "slides.ts", *moving_picture(seconds=60), *SOUND, *rare, "-c:v", "libx264")
    assert find_clock_jumps(LocalFile(path)) == []


def test_one_wrong_time_is_no_jump(tmp_path: Path) -> None:
    """A packet whose time was damaged stands alone."""
    data = bytearray(ASSETS["plain.mpg"].path.read_bytes())
    path = tmp_path / "damaged.mpg"
    path.write_bytes(data)
    stamp = list(read_stamps(LocalFile(path), 0, len(data)))[60]
    at = data.index(b"\x31", stamp.position) if data[stamp.position + 7 :].startswith(b"\x31") else stamp.position + 9
    data[at] |= 0x0E
    path.write_bytes(data)
    assert find_clock_jumps(LocalFile(path)) == []
