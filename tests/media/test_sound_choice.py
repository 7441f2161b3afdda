"""Is the sound of the mp4 that which goes with its pictures, and in step with them?"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from mp4_bench import Encoded, encode, generate, moving_picture

RATE = 44_100
LOW, HIGH = 330, 1320


def tone(frequency: int, seconds: float = 4, begin: float = 0) -> tuple[str, ...]:
    """Arguments for a tone as an input, of which the first part is silent."""
    source = f"sine=frequency={frequency}:duration={seconds}:sample_rate=48000,volume=0:enable='lt(t,{begin})'"
    return ("-f", "lavfi", "-i", source)


def two_sounds(path: Path, *options: str, codec: str = "aac") -> Path:
    """Make a film with two tracks of sound, low and high."""
    inputs = (*moving_picture(seconds=4), *tone(LOW), *tone(HIGH))
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:a")
    return generate(path, *inputs, *maps, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", codec, *options)


def heard(encoded: Encoded) -> int:
    """Tell which of the tones is louder."""
    spectrum = np.abs(np.fft.rfft(encoded.sound()[0]))
    per_bin = RATE / 2 / len(spectrum)
    return max(
        (LOW, HIGH), key=lambda frequency: spectrum[int(frequency / per_bin) - 9 : int(frequency / per_bin) + 9].max()
    )


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.mov"])
@pytest.mark.parametrize("chosen", [0, 1])
def test_the_default_track_is_heard(name: str, chosen: int, tmp_path: Path) -> None:
    """Default in Matroska, enabled in an MP4: players turn on that track, wherever it stands."""
    flags = [f"-disposition:a:{index}" for index in (0, 1)]
    source = two_sounds(tmp_path / name, flags[chosen], "default", flags[1 - chosen], "0")
    assert heard(encode(source, tmp_path)) == (LOW, HIGH)[chosen]


def test_description_for_the_blind_comes_second(tmp_path: Path) -> None:
    """Of two tracks that are alike but for whom they are meant for, the one for everybody is heard."""
    source = two_sounds(tmp_path / "film.mkv", "-disposition:a:0", "visual_impaired", "-disposition:a:1", "0")
    assert heard(encode(source, tmp_path)) == HIGH


def test_a_disabled_track_of_matroska_is_not_heard(tmp_path: Path) -> None:
    """FlagEnabled 0 (RFC 9559, 5.1.4.1.4) turns off even a default track."""
    source = two_sounds(tmp_path / "film.mkv", "-disposition:a:0", "default", "-disposition:a:1", "0")
    data = source.read_bytes()
    # FlagLacing, which says nothing of interest, becomes FlagEnabled; both are one byte of ID and one of value.
    second_track = data.index(b"\x9c\x81", data.index(b"V_MPEG4") + 1)
    at = data.index(b"\x9c\x81\x00", second_track)
    source.write_bytes(data[:at] + b"\xb9" + data[at + 1 :])
    assert heard(encode(source, tmp_path)) == HIGH


def two_programs(path: Path) -> Path:
    """Make a broadcast of two films: the small one first, its sound begins before everything else."""
    inputs = (
        *moving_picture("160x90", seconds=4),
        *tone(LOW),
        *("-itsoffset", "0.5"),
        *moving_picture("640x360", seconds=4),
        *("-itsoffset", "0.3"),
        *tone(HIGH, begin=2.2),
    )
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:v", "-map", "3:a")
    programs = ("-program", "program_num=1:st=0:st=1", "-program", "program_num=2:st=2:st=3")
    return generate(path, *inputs, *maps, "-c:v", "libx264", "-g", "25", "-c:a", "mp2", *programs)


def test_sound_belongs_to_the_programme_of_the_picture(tmp_path: Path) -> None:
    """Of two programmes the larger picture is shown, with its own sound, from its own first picture on."""
    source = two_programs(tmp_path / "two.ts")
    info = probe(LocalFile(source), MediaSettings())
    assert (info.video and info.video.index, info.sound_index) == (2, 3)
    encoded = encode(source, tmp_path)
    assert heard(encoded) == HIGH
    assert len(encoded.packets()) == 100
    assert tone_begins(encoded) == pytest.approx(2, abs=0.04)


def test_a_clip_of_a_programme_begins_where_it_is_asked_to(tmp_path: Path) -> None:
    """Streams of other programmes that begin earlier do not move what is found by seeking."""
    source = generate(
        tmp_path / "long.ts",
        *moving_picture("160x90", seconds=1),
        *("-itsoffset", "0.8"),
        *moving_picture("640x360", rate="5", seconds=40),
        *("-itsoffset", "0.8"),
        *tone(HIGH, 40, begin=31),
        *("-map", "0:v", "-map", "1:v", "-map", "2:a", "-c:v", "libx264", "-g", "25", "-c:a", "mp2"),
        *("-program", "program_num=1:st=0", "-program", "program_num=2:st=1:st=2"),
    )
    encoded = encode(source, tmp_path, start_time=30, duration=4)
    assert tone_begins(encoded) == pytest.approx(1, abs=0.04)
    times = [time for time, _ in encoded.packets()]
    assert (len(times), times[0]) == (20, Fraction(0))


def tone_begins(encoded: Encoded) -> float:
    """Tell when the sound begins to be heard, in seconds."""
    loud = np.abs(encoded.sound()[0]) > 0.02
    return float(np.argmax(loud)) / RATE
