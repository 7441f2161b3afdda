"""What do requests for mp3, m4a and flac mean?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from pydantic import ValidationError

from filmstrip.domain.artifact import Artifact, MediaKind
from filmstrip.domain.errors import OutputError, QueryError, StreamMissingError
from filmstrip.domain.media_info import AudioStream, MediaInfo
from filmstrip.media.transcoding.encoders.registry import audio_encoders
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.outputs._audio import AudioOutput
from filmstrip.outputs._base import Group, Output
from filmstrip.outputs.registry import parse_query

_INFO = MediaInfo("wav", Fraction(185), Fraction(0), 9_000_000, None, (AudioStream(0, "pcm_s16le", 44100, 2),))
_OUTPUTS = ("flac", "m4a", "mp3")


def _parse(**entry: object) -> Output:
    (output,) = parse_query(json.dumps({"query": {"source": "http://h/s.wav", "format": [entry]}})).formats
    return output


@pytest.mark.parametrize(("name", "codec"), [("flac", "flac"), ("m4a", "aac"), ("mp3", "mp3")])
def test_the_result_is_told_in_the_list_of_sound(name: str, codec: str) -> None:
    """One file that the destination names, from a whole copy of the source, in the measures of the contract."""
    output = _parse(output=name)
    assert output.plan(_INFO).groups == (Group("audio", ("",), needs_all=False),)
    assert (output.is_folder, output.reads_whole_source, output.ffmpeg_runs) == (False, True, 1)
    assert output.temporary_name() == f"audio.{name}"
    result = output.result(_INFO, [Artifact("", "audio/x", 1_500_000, duration_seconds=Fraction(60))])
    assert (result.kind, result.output_format, result.storage_format) == (MediaKind.AUDIO, name, name)
    assert (result.duration_seconds, result.bitrate_kbps) == (60, 200)
    assert result.meta == {"codec": codec, "sample_rate": 44100, "channels": 2, "bitrate": "200000"}


@pytest.mark.parametrize("name", _OUTPUTS)
def test_a_source_without_sound_is_refused(name: str) -> None:
    """A silent film has nothing to give, which is told before anything is done."""
    with pytest.raises(StreamMissingError, match=f"The source has no sound, which {name} needs"):
        _parse(output=name).plan(replace(_INFO, audio=()))
    with pytest.raises(OutputError, match="start_time: 185 is not before the end of the source"):
        _parse(output=name, start_time=185).plan(_INFO)


@pytest.mark.parametrize(
    ("entry", "mistakes"),
    [
        (
            {"output": "mp3", "audio_sample_rate": 8000, "audio_bitrate": 321, "audio_channels_number": 6},
            [
                "audio_bitrate: 321 is not a whole number from 8 to 320",
                "audio_channels_number: 6 is not a whole number from 1 to 2",
                "audio_sample_rate: 8000 is not one of 16000, 22050, 24000, 32000, 44100, 48000",
            ],
        ),
        ({"output": "mp3", "audio_bitrate": 20000}, ["audio_bitrate: 20000 is not a whole number from 8 to 320"]),
        (
            {"output": "m4a", "audio_codec": "mp3", "cover_art": "maybe"},
            ['audio_codec: "mp3" is not one of libfdk_aac, aac', 'cover_art: "maybe" is not 0 or 1'],
        ),
        (
            {"output": "flac", "audio_sample_rate": "44000"},
            ['audio_sample_rate: "44000" is not one of ' + ", ".join(map(str, audio_encoders()["flac"].sample_rates))],
        ),
    ],
)
def test_mistakes_name_the_value_and_what_is_allowed(entry: dict[str, object], mistakes: list[str]) -> None:
    """What a format does not know is told by its own limits, all at once."""
    with pytest.raises(QueryError) as caught:
        _parse(**entry)
    assert sorted(str(mistake).removeprefix("format[0].") for mistake in caught.value.mistakes) == mistakes


@pytest.mark.parametrize(
    ("entry", "warning"),
    [
        ({"output": "mp3", "audio_bitrate": 100}, "The sound has 96 kbit/s, not 100: MP3 knows 32, 40, 48"),
        (
            {"output": "mp3", "audio_bitrate": 192, "audio_sample_rate": 22050},
            "The sound has 160 kbit/s, not 192: MP3 knows 8, 16, 24",
        ),
        ({"output": "flac", "audio_bitrate": 320}, "audio_bitrate changed nothing"),
    ],
)
def test_what_is_done_otherwise_is_told(entry: dict[str, object], warning: str) -> None:
    """Where a wish is not fulfilled to the letter, the client learns it; else nothing is said."""
    (told,) = _parse(**entry).plan(_INFO).warnings
    assert told.startswith(warning)
    assert _parse(output=entry["output"]).plan(_INFO).warnings == ()


def test_a_copy_without_loss_that_loses_is_told() -> None:
    """The measures of the contract are less than some sources have, which a flac is asked for to keep."""
    rich = replace(_INFO, audio=(AudioStream(0, "pcm_s24le", 96000, 6),))
    assert [words.rpartition(": ")[2] for words in _parse(output="flac").plan(rich).warnings] == [
        "audio_sample_rate 96000 keeps them",
        "audio_channels_number 6 keeps them",
    ]
    assert _parse(output="flac", audio_sample_rate=96000, audio_channels_number=6).plan(rich).warnings == ()
    assert _parse(output="m4a").plan(rich).warnings == ()


@pytest.mark.parametrize(
    ("bits", "is_told"), [(None, False), (16, False), (24, False), (25, True), (32, True), (64, True)]
)
def test_a_copy_without_loss_of_finer_samples_is_told(bits: int | None, *, is_told: bool) -> None:
    """FFmpeg's encoder of FLAC has 24 bits: what a source of 32 or of floating point has beyond is lost."""
    fine = replace(_INFO, audio=(AudioStream(0, "wavpack", 44100, 2, sample_bits=bits),))
    told = f"The sound has 24 bits a sample, the source (wavpack) {bits}, of which the finest are lost"
    assert _parse(output="flac").plan(fine).warnings == ((told,) if is_told else ())
    assert _parse(output="mp3").plan(fine).warnings == ()


class _ToyMuxer(Muxer):
    name = "toy"
    content_type = "audio/x-toy"
    audio_codecs = ("flac",)

    def arguments(self) -> Sequence[str]:
        return ()


class _ToySound(AudioOutput):
    output_name = "toy"
    muxer = _ToyMuxer()


def test_a_container_without_a_cover_refuses_one() -> None:
    """By itself, as a new one says nothing of covers; those that hold one say so."""
    entry = {"output": "toy", "audio_codec": "flac"}
    assert not _ToySound.model_validate(entry | {"cover_art": 0}).cover_art
    with pytest.raises(ValidationError, match="is not possible, as files of toy hold no cover: leave it out"):
        _ToySound.model_validate(entry | {"cover_art": 1})
    assert all(_parse(output=name, cover_art=1).model_dump()["cover_art"] for name in _OUTPUTS)
