"""Where does sound alone end that ends before its source does, with damage and without?"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from assets import ASSETS
from filmstrip.domain.errors import OutputError, SourceUnreadableError
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from mp4_bench import generate
from output_runs import run_output

_DAMAGED = "The source is damaged in places, which the sound may show"
_IDLE = "audio_bitrate changed nothing"


@pytest.fixture(scope="module", params=["mp4", "mkv", "flv"])
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of pictures, with sound for the first two and a half; of which flv does not tell."""
    path = tmp_path_factory.mktemp("films") / f"s.{request.param}"
    pictures = ("-f", "lavfi", "-i", "color=size=64x64:rate=10:duration=4", "-f", "lavfi", "-i", "sine=d=2.5")
    return generate(path, *pictures, "-c:v", "flv" if request.param == "flv" else "mpeg4", "-c:a", "aac")


def _spoil_a_packet(film: Path, path: Path) -> Path:
    """Overwrite the inside of one packet of sound in the middle."""
    content = bytearray(film.read_bytes())
    with av.open(film) as container:
        stream = container.streams.audio[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        packet = bytes(packets[len(packets) // 2])
    place = content.index(packet)
    content[place : place + len(packet)] = b"\xff" * len(packet)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("output", ["mp3", "m4a", "flac"])
def test_sound_that_ends_before_the_pictures_is_whole(film: Path, output: str, tmp_path: Path) -> None:
    """The end of the sound is what is promised where the source tells it; else its end is told as such."""
    run = run_output(film, tmp_path, output=output)
    told = [words for words in run.warnings if not words.startswith(_IDLE)]
    assert told == ([] if film.suffix != ".flv" else ["The sound ends at 2.5 s of the source, which lasts 4.0 s"])
    assert float(run.result.duration_seconds or 0) == pytest.approx(2.5, abs=0.1)


@pytest.mark.parametrize("output", ["mp3", "flac"])
def test_a_damaged_packet_in_the_middle_is_a_warning(film: Path, output: str, tmp_path: Path) -> None:
    """All of the sound was made: it does not break off where it ends."""
    run = run_output(_spoil_a_packet(film, tmp_path / f"spoilt{film.suffix}"), tmp_path, output=output)
    assert run.warnings[0] == _DAMAGED
    assert len(run.warnings) == (1 if film.suffix != ".flv" else 2)


def test_sound_that_is_cut_off_fails(tmp_path: Path) -> None:
    """A file that breaks off within its sound is not passed off as a whole one, whether its end is told or not."""
    pictures = ("-f", "lavfi", "-i", "color=size=64x64:rate=10:duration=4", "-f", "lavfi", "-i", "sine=d=3.5")
    for name in ("s.mp4", "s.mkv"):
        film = generate(tmp_path / name, *pictures, "-c:v", "mpeg4", "-c:a", "aac", "-movflags", "+faststart")
        film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
        with pytest.raises(SourceUnreadableError, match="The source is damaged: it breaks off at"):
            run_output(film, tmp_path / film.suffix[1:], output="mp3")


def test_the_end_of_the_sound_is_read(film: Path) -> None:
    """As its container tells it; nothing is guessed."""
    info = probe(LocalFile(film), MediaSettings())
    if film.suffix == ".flv":
        assert info.sound_seconds is None
    else:
        assert float(info.sound_seconds or Fraction(0)) == pytest.approx(2.5, abs=0.05)


@pytest.mark.parametrize("output", ["mp3", "m4a", "flac"])
def test_a_clip_behind_the_sound_is_refused(film: Path, output: str, tmp_path: Path) -> None:
    """There is nothing to make, which the error says, whether the source tells where its sound ends or not."""
    with pytest.raises(OutputError, match="start_time: 3 is not before the end of the source's sound: there is none"):
        run_output(film, tmp_path, output=output, start_time=3)


def test_a_header_that_lies_hides_no_sound(tmp_path: Path) -> None:
    """Sound that goes on behind what its header says is made to its end, and clips of it are."""
    run = run_output(ASSETS["header_too_short.mp4"], tmp_path, output="mp3", start_time=5)
    assert float(run.result.duration_seconds or 0) == pytest.approx(5, abs=0.2)
