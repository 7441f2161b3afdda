"""What becomes of the sound of a source?"""

from pathlib import Path

import av
import numpy as np
import pytest

from assets import ASSETS
from mp4_bench import Encoded, encode, generate, moving_picture


def _surround(path: Path, loud_channel: str) -> Path:
    """Make a source with 5.1 sound of which one channel is heard."""
    channels = "|".join(
        "0.5*sin(2*PI*440*t)" if name == loud_channel else "0" for name in ("FL", "FR", "FC", "LFE", "BL", "BR")
    )
    sound = f"aevalsrc='{channels}':channel_layout=5.1:duration=1:sample_rate=48000"
    return generate(
        path, *moving_picture("64x64", seconds=1), "-f", "lavfi", "-i", sound, "-c:a", "flac", "-c:v", "libx264"
    )


def _levels(encoded: Encoded) -> list[float]:
    sound = encoded.sound()[:, 4410:-4410]
    return [float(np.sqrt((channel**2).mean())) for channel in sound]


def test_a_silent_source_makes_a_silent_file(tmp_path: Path) -> None:
    """Without sound in the source there is no audio track, and the result says so."""
    source = generate(tmp_path / "s.mp4", *moving_picture("64x64"))
    encoded = encode(source, tmp_path)
    with av.open(encoded.path) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    assert encoded.result.meta["audio_codec"] is None


@pytest.mark.parametrize(
    ("channel", "heard"),
    [("FL", [True, False]), ("FR", [False, True]), ("FC", [True, True]), ("BL", [True, False])],
)
def test_surround_is_mixed_down_to_where_it_came_from(channel: str, heard: list[bool], tmp_path: Path) -> None:
    """Of 5.1 sound, left stays left, right stays right, and dialogue in the centre is heard on both."""
    encoded = encode(_surround(tmp_path / "s.mkv", channel), tmp_path)
    assert [level > 0.02 for level in _levels(encoded)] == heard


def test_surround_stays_if_asked_for(tmp_path: Path) -> None:
    """Six channels can be had."""
    source = _surround(tmp_path / "s.mkv", "FC")
    levels = _levels(encode(source, tmp_path, audio_channels_number="6", audio_bitrate=256))
    assert [level > 0.1 for level in levels] == [False, False, True, False, False, False]


def test_rate_channels_and_bitrate_are_as_asked_for(tmp_path: Path) -> None:
    """audio_sample_rate, audio_channels_number and audio_bitrate reach the file."""
    noise = ("-f", "lavfi", "-i", "anoisesrc=duration=4:sample_rate=48000:seed=1")
    source = generate(tmp_path / "s.mp4", *moving_picture("64x64", seconds=4), *noise, "-c:a", "aac", "-b:a", "192k")
    encoded = encode(source, tmp_path, audio_sample_rate="32000", audio_channels_number=1, audio_bitrate="48")
    with av.open(encoded.path) as container:
        audio = container.streams.audio[0]
        size = sum(packet.size for packet in container.demux(audio))
    assert (audio.sample_rate, audio.channels) == (32000, 1)
    assert size * 8 / 4 == pytest.approx(48_000, rel=0.1)


def test_muted_sound_is_silence_of_the_same_length(tmp_path: Path) -> None:
    """audio_mute keeps the track and empties it."""
    encoded = encode(ASSETS["plain.mp4"].path, tmp_path, audio_mute=1, duration=2)
    sound = encoded.sound()
    assert abs(sound).max() < 1e-4
    assert sound.shape[1] / 44100 == pytest.approx(2, abs=0.05)


def test_both_names_of_aac_mean_the_same(tmp_path: Path) -> None:
    """libfdk_aac and aac both make AAC-LC, which every player knows."""
    for name in ("libfdk_aac", "aac"):
        encoded = encode(ASSETS["plain.mp4"].path, tmp_path / name, audio_codec=name, duration=0.5)
        with av.open(encoded.path) as container:
            assert (container.streams.audio[0].codec_context.name, container.streams.audio[0].profile) == ("aac", "LC")


def test_the_language_goes_along_and_nothing_else(tmp_path: Path) -> None:
    """The audio's language is kept; titles and places of the source are not published with the result."""
    source = generate(
        tmp_path / "s.mp4",
        *moving_picture("64x64", seconds=1),
        *("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", "-metadata:s:a:0", "language=deu"),
        *("-metadata", "title=holiday", "-metadata", "location=+48.2082+016.3738/"),
    )
    with av.open(encode(source, tmp_path).path) as container:
        assert container.streams.audio[0].language == "deu"
        assert not {"title", "location"} & set(container.metadata)
