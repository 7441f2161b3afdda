"""Does an mp4 last as long for browsers as its source, however irregularly its pictures come?"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest

from assets import ASSETS
from assets.surgery import find_box
from filmstrip.media.transcoding.muxers._mp4_length import complete_length
from mp4_bench import encode, generate, moving_picture

SLIDES = [0, 0.2, 0.4, 0.6, 0.8, 1, 20, 35, 50]
BUNCHED_AT_THE_END = [0, 30, 40, 50, 50.2, 50.4, 50.6, 50.8, 51, 51.2]


def slides(path: Path, times: Sequence[float], end: float, *sound: str) -> Path:
    """Make pictures that are shown from given times on; the last one stays up to the end."""
    lengths = [after - before for before, after in zip(times, [*times[1:], end], strict=True)]
    steps = "+".join(f"gt(N,{number})*{length:.3f}" for number, length in enumerate(lengths[:-1]))
    # Of the last picture, only the packet can tell how long it stays.
    stay = f"setts=pts=PTS:dts=DTS:duration='if(eq(N,{len(times) - 1}),{lengths[-1]}/TB,DURATION)'"
    return generate(
        path,
        *moving_picture("64x64", rate="10", seconds=len(times) / 10),
        *sound,
        *("-vf", f"settb=1/1000,setpts='({steps})/TB'", "-fps_mode", "passthrough", "-enc_time_base", "1:1000"),
        *("-c:v", "libx264", "-bf", "0", "-g", "1", "-bsf:v", stay),
    )


def length_in_browsers(path: Path) -> float:
    """Tell what libav takes for the length, which Chromium uses too."""
    with av.open(path) as container:
        return (container.duration or 0) / av.time_base


@pytest.mark.parametrize("times", [SLIDES, BUNCHED_AT_THE_END])
@pytest.mark.parametrize("name", ["slides.mp4", "slides.mkv"])
@pytest.mark.parametrize("sound", [(), ("-f", "lavfi", "-i", "sine=duration=3", "-c:a", "aac")])
def test_slides_last_as_long_as_they_should(
    times: Sequence[float], name: str, sound: Sequence[str], tmp_path: Path
) -> None:
    """Neither a step of decoding times nor sound that ends early shortens what the last picture shows."""
    encoded = encode(slides(tmp_path / name, times, 60, *sound), tmp_path / "out", fast=False)
    assert length_in_browsers(encoded.path) == pytest.approx(60, abs=0.1)
    assert encoded.result.duration_seconds == pytest.approx(60, abs=0.1)
    assert [float(time) for time, _ in encoded.packets()] == pytest.approx(times, abs=0.002)
    assert not encoded.warnings


def test_a_regular_film_is_left_as_it_is(tmp_path: Path) -> None:
    """Where the steps add up, nothing is written."""
    path = shutil.copy(encode(ASSETS["plain.mp4"].path, tmp_path / "out", fast=False).path, tmp_path / "copy.mp4")
    before = path.read_bytes()
    assert complete_length(path) == pytest.approx(10, abs=0.05)
    assert path.read_bytes() == before


def test_a_step_that_others_share_gets_an_entry_of_its_own(tmp_path: Path) -> None:
    """The index grows by an entry without moving the samples, and the file stays whole."""
    path = tmp_path / "film.mp4"
    generate(path, "-i", str(ASSETS["plain.mp4"].path), "-map", "0:v", "-c", "copy", "-movflags", "+faststart")
    data = bytearray(path.read_bytes())
    scale = struct.unpack_from(">I", data, find_box(data, b"mvhd")[0] + 12)[0]
    struct.pack_into(">I", data, find_box(data, b"elst")[0] + 8, 70 * scale)
    path.write_bytes(data)
    assert length_in_browsers(path) == pytest.approx(10, abs=0.1)
    size, packets = len(data), _packets(path)
    complete_length(path)
    assert path.stat().st_size == size
    assert length_in_browsers(path) == pytest.approx(70, abs=0.1)
    assert _packets(path) == packets


def _packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        return [bytes(packet) for packet in container.demux(video=0)]


@pytest.mark.parametrize("nonsense", [32_400, 100_000])
def test_a_nonsense_length_of_the_last_sample_is_not_believed(nonsense: int, tmp_path: Path) -> None:
    """A film of four seconds whose last sample claims nine hours stays one of four seconds."""
    source = tmp_path / "film.mp4"
    generate(source, *moving_picture("64x64", seconds=4), "-c:v", "libx264", "-bf", "0")
    data = bytearray(source.read_bytes())
    scale = struct.unpack_from(">I", data, find_box(data, b"mdhd")[0] + 12)[0]
    first, end = find_box(data, b"stts")
    count, step = struct.unpack_from(">II", data, first + 8)
    entries = struct.pack(">IIIII", 2, count - 1, step, 1, nonsense * scale)
    data[first + 4 : end] = entries
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stts"):
        at = find_box(data, kind)[0] - 8
        struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + 8)
    source.write_bytes(data)
    encoded = encode(source, tmp_path / "out")
    assert encoded.result.duration_seconds == pytest.approx(4, abs=0.1)
    assert Fraction(length_in_browsers(encoded.path)) == pytest.approx(4, abs=0.1)
