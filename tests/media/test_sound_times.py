"""Is sound in step with the pictures, also where it changes its form, begins late, or has times that drift?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from mp4_bench import Encoded, encode, generate, moving_picture

RATE = 44_100
LOUD = 0.02
MONO_8, STEREO_48, SURROUND_48, STEREO_32 = (8000, 1), (48_000, 2), (48_000, 6), (32_000, 2)


def beeps(seconds: int, rate: int) -> str:
    """Describe a beep of a fifth of a second at the beginning of every second."""
    tone = f"sine=frequency=660:duration={seconds}:sample_rate={rate}"
    return f"{tone},volume=0:enable='gt(mod(t,1),0.2)',volume=8"


def changing(folder: Path, forms: Sequence[tuple[int, int]], codec: str) -> Path:
    """Put bare streams of sound of two seconds each, of different rates and channels, one behind the other."""
    data = b""
    for number, (rate, channels) in enumerate(forms):
        part = generate(
            folder / f"{number}.{codec}",
            *("-f", "lavfi", "-i", beeps(2, rate), "-ac", str(channels), "-c:a", codec, "-f", codec, "-b:a", "192k"),
        )
        data += part.read_bytes()
    whole = folder / f"changing.{codec}"
    whole.write_bytes(data)
    return whole


def beep_times(encoded: Encoded) -> list[float]:
    """Tell when each beep begins, in seconds."""
    level = np.convolve(np.abs(encoded.sound()[0]), np.ones(441) / 441, "same") > LOUD
    begin, found = 0, []
    for is_loud, run in groupby(level):
        length = len(list(run))
        if is_loud and length > RATE / 20:
            found.append(begin / RATE)
        begin += length
    return found


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize(
    ("forms", "codec"),
    [
        ((STEREO_48, SURROUND_48, STEREO_48), "ac3"),
        ((STEREO_48, STEREO_32, SURROUND_48), "ac3"),
        ((STEREO_48, STEREO_32, STEREO_48), "mp2"),
    ],
)
def test_sound_that_changes_its_form_stays_in_step(
    forms: Sequence[tuple[int, int]], codec: str, late: int, tmp_path: Path
) -> None:
    """Channels and rate change in advertisement breaks: each beep stays where it is, also if the sound begins late."""
    sound = changing(tmp_path, forms, codec)
    source = generate(
        tmp_path / "film.ts",
        *moving_picture(seconds=6 + late),
        *("-itsoffset", str(late), "-i", str(sound)),
        *("-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "copy"),
    )
    encoded = encode(source, tmp_path / "out")
    assert beep_times(encoded) == pytest.approx([late + number for number in range(6)], abs=0.05)
    times = [time for time, _ in encoded.packets("audio")]
    assert len(set(times)) == len(times)


@pytest.mark.parametrize(("name", "rate"), [("film.3gp", 8000), ("film.mkv", 48_000), ("film.mp4", 22_050)])
def test_the_first_samples_are_heard(name: str, rate: int, tmp_path: Path) -> None:
    """Whole packets are lost where a decoder is begun anew: 128 ms at 8 kHz."""
    source = generate(
        tmp_path / name,
        *moving_picture(seconds=2),
        *("-f", "lavfi", "-i", f"sine=frequency=660:duration=2:sample_rate={rate},volume=8"),
        *("-c:v", "libx264", "-c:a", "aac"),
    )
    sound = np.abs(encode(source, tmp_path / "out").sound()[0])
    assert np.argmax(sound > LOUD) / RATE < 0.01


@pytest.mark.parametrize("speed", [Fraction(994, 1000), Fraction(1006, 1000)])
def test_drift_is_spread(speed: Fraction, tmp_path: Path) -> None:
    """Time stamps that run away from the samples by six thousandths move the sound along, in no audible steps."""
    source = tmp_path / "film.mkv"
    stretched = f"sine=frequency=660:duration=20:sample_rate=48000,asetnsamples=480,volume=8,asetpts=PTS*{float(speed)}"
    generate(
        source,
        *moving_picture("64x64", seconds=20),
        *("-f", "lavfi", "-i", stretched, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le"),
    )
    sound = encode(source, tmp_path / "out").sound()[0]
    assert len(sound) / RATE == pytest.approx(20 * float(speed), abs=0.06)
    # A tone without steps has its energy in one place; a piece that is cut out or put in spreads it.
    windows = sound[RATE // 2 : RATE // 2 + RATE * 18].reshape(-1, RATE // 20) * np.hanning(RATE // 20)
    spectra = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    purity = spectra[:, 31:36].sum(axis=1) / spectra.sum(axis=1)
    assert purity.min() > 0.99


def test_a_gap_is_silence(tmp_path: Path) -> None:
    """Where time stamps leave a gap, there is silence, and what follows is heard in time."""
    inputs = (*moving_picture(seconds=6), "-f", "lavfi", "-i", beeps(6, 48_000))
    gap = "aselect='not(between(t,2.5,4.5))'"
    source = generate(tmp_path / "film.mkv", *inputs, "-af", gap, "-c:v", "libx264", "-c:a", "pcm_s16le")
    assert beep_times(encode(source, tmp_path / "out")) == pytest.approx([0, 1, 2, 5], abs=0.05)
