"""Do all outputs count from the same moment, where sound is stored that begins before the pictures?"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import barcode
from assets import ASSETS
from assets.recipes import Encoding, Film, tags
from mp4_bench import Encoded, encode, generate
from output_runs import run_output

RATE = 44_100
LEAD = 0.2
CODECS = {
    "mpg": "-c:v mpeg2video -q:v 3 -g 12 -c:a ac3",
    "vob": "-c:v mpeg2video -q:v 3 -g 12 -c:a ac3",
    "ts": "-c:v libx264 -preset veryfast -g 25 -c:a mp2",
    "flv": "-c:v libx264 -preset veryfast -g 25 -c:a aac",
    "wmv": "-c:v wmv2 -q:v 3 -g 25 -c:a wmav2",
    "mkv": "-c:v libx264 -preset veryfast -g 25 -c:a aac",
    "mp4": "-c:v libx264 -preset veryfast -g 25 -c:a aac",
}
CLIPPED = {"long.avi": "-c:v mpeg4 -q:v 2", "long.mkv": "-c:v libx264 -preset veryfast -bf 0"}
Films = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Films:
    """Each film is made when a test first asks for it, and kept for the next one."""
    folder = tmp_path_factory.mktemp("films")

    @cache
    def made(name: str, make: Callable[[Path], object]) -> Path:
        make(folder / name)
        return folder / name

    return made


def sound_first(path: Path) -> None:
    """Make a film whose sound begins 0.2 s before the pictures; it beeps with the pictures 50 and 200."""
    beeps = f"sine=frequency=880:duration=10.2:sample_rate=48000,volume=0:enable='{silent(50)}*{silent(200)}'"
    inputs = ("-itsoffset", str(LEAD), "-i", str(ASSETS["plain.mp4"].path), "-f", "lavfi", "-i", beeps)
    generate(path, *inputs, *shlex.split(f"-map 0:v -map 1:a {CODECS[path.suffix[1:]]}"))


def long_film(path: Path) -> None:
    """Make a film of 20 s, without sound."""
    film = Film(500)
    Encoding(film, f"{CLIPPED[path.name]} -g 25 {tags(film.look)}")(path)


def silent(number: int) -> str:
    """Tell when there is no beep, which lasts as long as five pictures."""
    begin = LEAD + number / 25
    return f"not(between(t,{begin:.3f},{begin + 0.2:.3f}))"


def beep_of(encoded: Encoded) -> float:
    loud = np.convolve(np.abs(encoded.sound()[0]), np.ones(441) / 441, "same") > 0.02
    return float(np.argmax(loud)) / RATE


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_pictures_sound_and_thumbnails_begin_together(suffix: str, tmp_path: Path, films: Films) -> None:
    """The mp4 shows at each moment what the thumbnail of that moment shows, and the sound is in step with it."""
    source = films(f"film.{suffix}", sound_first)
    thumbnails = run_output(source, tmp_path / "thumbnails", output="thumbnails", interval=1)
    taken = [barcode.read_number(Image.open(tmp_path / "thumbnails" / f"thumb_{at + 1:04}.png")) for at in range(9)]
    encoded = encode(source, tmp_path / "video")
    times = encoded.numbers()
    shown = [[number for time, number in times if time <= at + Fraction(1, 200)][-1] for at in range(9)]
    assert shown == taken
    begin = next(time for time, number in times if number == 50)
    assert beep_of(encoded) == pytest.approx(float(begin), abs=0.04)
    assert not thumbnails.warnings


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_a_clip_counts_from_the_same_moment(suffix: str, tmp_path: Path, films: Films) -> None:
    """A clip begins with the picture that a thumbnail of its beginning shows, in step with its sound."""
    source = films(f"film.{suffix}", sound_first)
    run_output(source, tmp_path / "thumbnails", output="thumbnails", interval=7)
    picture = tmp_path / "thumbnails" / "thumb_0002.png"
    encoded = encode(source, tmp_path / "video", start_time=7, duration=2)
    times = encoded.numbers()
    assert times[0][1] == barcode.read_number(Image.open(picture))
    begin = next(time for time, number in times if number == 200)
    assert beep_of(encoded) == pytest.approx(float(begin), abs=0.04)


@pytest.mark.parametrize("begin", ["3.01", "3.02", "3.03", "3.039", "17.13"])
@pytest.mark.parametrize("name", sorted(CLIPPED))
def test_a_clip_begins_with_the_picture_that_is_on(name: str, begin: str, tmp_path: Path, films: Films) -> None:
    """Also past its middle, and where the container counts times in whole pictures; the next one comes in time."""
    source = films(name, long_film)
    start = Fraction(begin)
    encoded = encode(source, tmp_path / "out", start_time=begin, duration=1)
    shown = encoded.numbers()
    first = int(start * 25)
    assert [number for _, number in shown[:5]] == list(range(first, first + 5))
    expected = [max(Fraction(0), Fraction(number, 25) - start) for number in range(first, first + 5)]
    assert [float(time) for time, _ in shown[:5]] == pytest.approx([float(time) for time in expected], abs=0.002)
