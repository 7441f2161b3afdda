"""Is the sound in mp3, m4a and flac whole, to the sample, with what the source tells of itself and no more?"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.media.containers.cover_art import read_cover
from filmstrip.media.containers.tags import read_tags
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.media.transcoding.promise import PromisedAudio
from filmstrip.media.transcoding.verify import Expectation, verify_file
from mp4_bench import generate
from output_runs import Run, run_output
from recordings import LIVE, VP8, joined

_CODECS = {"flac": "flac", "m4a": "aac", "mp3": "mp3"}
_TAGS = {
    "title": "Für Elise; a=b\\c'd",
    "artist": "An Artist",
    "album": "An Album",
    "album_artist": "Others",
    "date": "2020",
    "track": "3/9",
    "genre": "Jazz",
    "composer": "A Composer",
    "performer": "A Performer",
    "disc": "1/2",
    "publisher": "A Publisher",
    "copyright": "2020 An Artist",
    "compilation": "1",
    "grouping": "A Group",
}
# By what ffmpeg writes and reads of each.
_NOT_IN = {
    "wav": {"album_artist", "composer", "performer", "disc", "publisher", "compilation", "grouping"},
    "m4a": {"performer", "publisher"},
}
_PRIVATE = {"comment": "home", "location": "+48.1000+011.5000/", "encoded_by": "Me"}
_RATE = 44100


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Five seconds of a tone that swells, in files with a cover and tags, and beside pictures."""
    folder = tmp_path_factory.mktemp("sources")
    tone = ("-f", "lavfi", "-i", f"aevalsrc=0.1*t*sin(880*PI*t):d=5:s={_RATE}")
    named = [word for name, value in {**_TAGS, **_PRIVATE}.items() for word in ("-metadata", f"{name}={value}")]
    picture = generate(folder / "cover.png", "-f", "lavfi", "-i", "color=red:size=32x32", "-frames:v", "1")
    photo = generate(folder / "cover.jpg", "-f", "lavfi", "-i", "color=blue:size=48x48", "-frames:v", "1")
    wav = generate(folder / "s.wav", *tone, *named)
    cover = ("-map", "0:a", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic")
    return {
        "wav": wav,
        "mp3": generate(folder / "s.mp3", "-i", str(wav), "-i", str(photo), *cover, *named),
        "m4a": generate(folder / "s.m4a", "-i", str(wav), "-i", str(picture), *cover, *named),
        "flac": generate(folder / "s.flac", "-i", str(wav), "-i", str(picture), *cover, *named),
        "ogg": generate(folder / "s.ogg", "-i", str(wav), "-c:a", "libvorbis", *named),
        "film": generate(
            folder / "s.mkv", *("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=5", "-i", str(wav)), *named
        ),
    }


def _make(source: Path, folder: Path, output: str, **entry: object) -> Run:
    return run_output(source, folder, output=output, audio_bitrate=128, **entry)


def _sound(path: Path) -> npt.NDArray[np.float64]:
    """Decode what is heard, as numbers from -1 to 1, by the program that clips and delays are told to as well."""
    raw = generate(path.with_name("heard.wav"), "-i", str(path), "-map", "0:a", "-c:a", "pcm_f32le")
    with av.open(raw) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1).reshape(-1).astype(np.float64)


def _facts(path: Path) -> tuple[list[tuple[str, str]], Mapping[str, str]]:
    with av.open(path) as container:
        streams = [(each.type, each.codec_context.codec.canonical_name) for each in container.streams]
        return streams, {name.lower(): value for name, value in container.metadata.items()}


@pytest.mark.parametrize("source", ["wav", "mp3", "m4a", "flac", "ogg", "film"])
@pytest.mark.parametrize("output", list(_CODECS))
def test_sound_is_whole_and_tells_what_it_is(
    output: str, source: str, sources: dict[str, Path], tmp_path: Path
) -> None:
    """From the first to the last sample; with the source's tags, but not its cover, nor where it was recorded."""
    run = _make(sources[source], tmp_path, output)
    streams, tags = _facts(run.first)
    assert streams == [("audio", _CODECS[output])]
    has_lost = _TAGS.keys() - _NOT_IN.get(source, set())
    meant = has_lost - _NOT_IN.get(output, set())
    assert {name: tags.get(name) for name in meant} == {name: _TAGS[name] for name in meant}
    assert not {name for name in tags if "location" in name or name in _PRIVATE}
    assert b"48.1000" not in run.first.read_bytes()
    assert len(_sound(run.first)) == 2 * 5 * _RATE
    assert run.result.duration_seconds == 5
    assert [path.name for path in tmp_path.iterdir() if path.name != "heard.wav"] == ["output"]
    lost = "The source tells its performer and publisher, for which m4a has no place: mp3 has"
    assert run.warnings == [
        *(["audio_bitrate changed nothing: that of FLAC follows from the sound"] if output == "flac" else []),
        *([lost] if has_lost != meant else []),
    ]


@pytest.mark.parametrize("source", ["wav", "mp3", "film"])
@pytest.mark.parametrize("output", list(_CODECS))
def test_a_clip_is_exact(output: str, source: str, sources: dict[str, Path], tmp_path: Path) -> None:
    """A part of the sound has its very length, and begins at its very moment: the tone's phase and loudness say so."""
    run = _make(sources[source], tmp_path, output, start_time="1.25", duration=2, audio_channels_number=1)
    heard = _sound(run.first)
    assert len(heard) == 2 * _RATE
    moments = 1.25 + np.arange(len(heard)) / _RATE
    meant = 0.1 * moments * np.sin(880 * np.pi * moments)
    middle = slice(2000, -2000)
    best = max(range(-40, 41), key=lambda shift: float((np.roll(meant, shift)[middle] * heard[middle]).sum()))
    assert abs(best) <= 1
    assert float(np.abs(heard[middle] - meant[middle]).mean()) < 0.02
    assert run.result.duration_seconds == 2


@pytest.mark.parametrize("source", ["mp3", "m4a", "flac"])
@pytest.mark.parametrize("output", list(_CODECS))
def test_a_cover_is_taken_if_it_is_asked_for(
    output: str, source: str, sources: dict[str, Path], tmp_path: Path
) -> None:
    """The very bytes of the picture, also beside a clip; it is none of the file's pictures in time."""
    run = _make(sources[source], tmp_path, output, cover_art=1, start_time=2)
    codec = "mjpeg" if source == "mp3" else "png"
    assert _facts(run.first)[0] == [("audio", _CODECS[output]), ("video", codec)]
    picture = sources[source].with_name("cover.jpg" if codec == "mjpeg" else "cover.png")
    assert picture.read_bytes() in run.first.read_bytes()
    info = probe(LocalFile(run.first), MediaSettings())
    assert (info.video, float(info.duration_seconds)) == (None, pytest.approx(3, abs=0.03))
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


def test_a_cover_that_is_not_there_is_told(sources: dict[str, Path], tmp_path: Path) -> None:
    """Without one, and with one that is damaged, the sound is made all the same."""
    (told,) = _make(sources["wav"], tmp_path / "none", "mp3", cover_art=1).warnings
    assert told == "The source has no cover that can be used, and the file has none"
    content = sources["flac"].read_bytes()
    start = content.index(b"\x89PNG") + 60
    spoilt = tmp_path / "spoilt.flac"
    spoilt.write_bytes(content[:start] + bytes(20) + content[start + 20 :])
    assert told in _make(spoilt, tmp_path / "spoilt", "m4a", cover_art=1).warnings
    for name, extension in (("mp3", "jpg"), ("flac", "png")):
        cover = read_cover(LocalFile(sources[name]), 10_000)
        assert cover is not None
        assert cover.extension == extension
        assert read_cover(LocalFile(sources[name]), 1000) is None


@pytest.mark.parametrize("output", list(_CODECS))
def test_measures_are_those_that_are_asked_for(output: str, sources: dict[str, Path], tmp_path: Path) -> None:
    """Sample rate, channels, silence, and a bitrate that is met."""
    entry = {"audio_sample_rate": 48000, "audio_channels_number": 1, "audio_mute": 1}
    run = _make(sources["film"], tmp_path, output, **entry)
    with av.open(run.first) as container:
        context = container.streams.audio[0].codec_context
        assert (context.sample_rate, context.channels) == (48000, 1)
    assert not _sound(run.first).any()
    assert (run.result.meta["sample_rate"], run.result.meta["channels"]) == (48000, 1)


def test_lossless_is_lossless(sources: dict[str, Path], tmp_path: Path) -> None:
    """The samples of a recording are the same in its flac; what was lossy has no more bits than it needs."""

    def samples(path: Path) -> tuple[str, npt.NDArray[Any]]:
        with av.open(path) as container:
            frames = list(container.decode(audio=0))
        flat = [frame.to_ndarray().reshape(-1) for frame in frames]
        return frames[0].format.name, np.concatenate(flat)

    run = _make(sources["wav"], tmp_path / "16", "flac", audio_channels_number=1)
    (_, meant), (kind, heard) = samples(sources["wav"]), samples(run.first)
    assert kind == "s16"
    assert np.array_equal(meant, heard)
    deep = generate(tmp_path / "deep.wav", "-i", str(sources["wav"]), "-filter:a", "volume=0.011", "-c:a", "pcm_s24le")
    run = _make(deep, tmp_path / "24", "flac", audio_channels_number=1)
    (_, meant), (kind, heard) = samples(deep), samples(run.first)
    assert kind == "s32"
    assert np.array_equal(meant, heard)
    assert samples(_make(sources["m4a"], tmp_path / "lossy", "flac").first)[0] == "s16"


_FINE = [
    ("s.wv", "-c:a wavpack -sample_fmt s32p", 32),
    ("s.wv", "-c:a wavpack -sample_fmt fltp", 32),
    ("s.mka", "-c:a wavpack -sample_fmt s32p", 32),
    ("s.wv", "-c:a wavpack -sample_fmt s16p", 16),
    ("s.flac", "-c:a flac -sample_fmt s32 -bits_per_raw_sample 32 -strict experimental", 32),
    ("s.mka", "-c:a flac -sample_fmt s32", 24),
    ("s.flac", "-c:a flac -sample_fmt s16", 16),
    ("s.m4a", "-c:a alac -sample_fmt s32p", 24),
    ("s.mka", "-c:a alac -sample_fmt s16p", 16),
    ("s.tta", "-c:a tta -sample_fmt s32", 24),
    ("s.w64", "-c:a pcm_f32le", 32),
    ("s.au", "-c:a pcm_mulaw", 16),
    ("s.ogg", "-c:a libvorbis", 16),
]


@pytest.mark.parametrize(("name", "options", "bits"), _FINE)
def test_samples_that_are_finer_than_those_of_a_flac_are_told(
    name: str, options: str, bits: int, tmp_path: Path
) -> None:
    """Each codec without loss says how many bits it has, wherever it says so; what is cut off is told."""
    source = generate(tmp_path / name, "-f", "lavfi", "-i", "sine=duration=0.2:sample_rate=44100", *options.split())
    info = probe(LocalFile(source), MediaSettings())
    assert info.audio[0].sample_bits == bits
    run = run_output(source, tmp_path / "made", output="flac", audio_channels_number=1)
    told = f"The sound has 24 bits a sample, the source ({info.audio[0].codec}) {bits}, of which the finest are lost"
    assert run.warnings == ([told] if bits > 24 else [])
    with av.open(run.first) as container:
        assert container.streams.audio[0].codec_context.format.name == ("s16" if bits == 16 else "s32")


def test_an_alac_of_32_bits(tmp_path: Path) -> None:
    """Apple's encoder has as many; its header says so."""
    source = generate(tmp_path / "s.m4a", "-f", "lavfi", "-i", "sine=duration=0.2", "-c:a", "alac")
    data = bytearray(source.read_bytes())
    data[data.index(b"alac", data.index(b"alac") + 4) + 13] = 32
    source.write_bytes(data)
    assert probe(LocalFile(source), MediaSettings()).audio[0].sample_bits == 32


@pytest.mark.parametrize("output", list(_CODECS))
def test_sound_that_begins_late_begins_with_silence(output: str, tmp_path: Path) -> None:
    """What is heard after a second in a film is heard after a second in its sound."""
    picture = ("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=3")
    late = ("-itsoffset", "1", "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={_RATE}:duration=2")
    source = generate(tmp_path / "late.mkv", *picture, *late, "-map", "0", "-map", "1", "-c:a", "pcm_s16le")
    heard = np.abs(_sound(_make(source, tmp_path / "made", output, audio_channels_number=1).first))
    assert heard[: int(0.95 * _RATE)].max() < 0.02
    assert heard[int(1.02 * _RATE) : int(1.5 * _RATE)].max() > 0.05
    assert len(heard) == pytest.approx(3 * _RATE, abs=30)


@pytest.mark.parametrize("output", list(_CODECS))
def test_the_sound_of_joined_recordings_is_joined(output: str, tmp_path: Path) -> None:
    """Each recording's beep is where it is played, silence where one has no sound; no picture is decoded for it."""
    source = joined(tmp_path, "film.webm", [f"{VP8} -c:a libopus {LIVE}", f"{VP8} {LIVE}"], silent=1)
    run = _make(source, tmp_path / "made", output, audio_channels_number=1)
    heard = np.abs(_sound(run.first))
    assert len(heard) / _RATE == pytest.approx(6, abs=0.05)
    assert heard[int(2.05 * _RATE) : int(2.15 * _RATE)].max() > 0.1
    assert heard[int(3.1 * _RATE) :].max() < 0.02


@pytest.mark.parametrize("output", list(_CODECS))
def test_what_is_damaged_is_refused(output: str, sources: dict[str, Path], tmp_path: Path) -> None:
    """A file that lost its end, or what tells its length, does not pass."""
    made = _make(sources["wav"], tmp_path / "made", output).first
    audio = PromisedAudio(_CODECS[output], _RATE, 2)
    expected = Expectation((), (audio,), Fraction("4.9"), Fraction("5.1"))

    def verify(path: Path) -> Fraction:
        muxer_named(output).check(path)
        return verify_file(path, expected, threads=1, on_progress=lambda _share: None)

    assert verify(made) == 5
    content = made.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(content[: len(content) // 2])
    with pytest.raises(OutputInvalidError):
        verify(cut)
    with pytest.raises(OutputInvalidError, match="does not"):
        verify(_untold(output, made, tmp_path))


def _untold(output: str, made: Path, folder: Path) -> Path:
    """Make a file of the same sound that does not tell what players need to know first."""
    if output == "flac":
        path = folder / "untold"
        content = made.read_bytes()
        path.write_bytes(content[:22] + bytes(20) + content[42:])
        return path
    return generate(folder / f"untold.{output}", "-i", str(made), "-map", "0:a", "-c", "copy", "-write_xing", "0")


def test_tags_may_hold_anything(sources: dict[str, Path], tmp_path: Path) -> None:
    """Line ends, controls and megabytes in a tag neither break the run of ffmpeg nor get into the file as they are."""
    hostile = generate(
        tmp_path / "s.flac", "-i", str(sources["wav"]), "-metadata", "title=a\nb\x01c=d;#", "-metadata", "artist=-y"
    )
    run = _make(hostile, tmp_path / "made", "mp3")
    assert read_tags(LocalFile(run.first), 0) == {"title": "a b c=d;#", "artist": "-y"} | {
        name: value for name, value in _TAGS.items() if name not in {"title", "artist", *_NOT_IN["wav"]}
    }
    long = generate(tmp_path / "long.flac", "-i", str(hostile), "-metadata", f"title={'x' * 90_000}", "-c", "copy")
    assert read_tags(LocalFile(long), 0)["title"] == "x" * 1000


@pytest.mark.parametrize(
    "name", ["s.mp3", "bare.mp3", "s.aac", "s.ac3", "s.aiff", "s.caf", "s.au", "s.w64", "s.tta", "s.eac3"]
)
def test_recordings_of_any_format_are_read(name: str, sources: dict[str, Path], tmp_path: Path) -> None:
    """A bare stream lasts as long as its blocks, though no header says so; a cover's time does not count."""
    source = sources["mp3"]
    if name != "s.mp3":
        source = generate(tmp_path / name, "-i", str(sources["wav"]), "-map", "0:a", "-write_xing", "0")
    assert float(probe(LocalFile(source), MediaSettings()).duration_seconds) == pytest.approx(5, abs=0.06)
    run = _make(source, tmp_path / "made", "mp3", start_time=3)
    assert len(_sound(run.first)) / 2 / _RATE == pytest.approx(2, abs=0.06)
