"""What may clients write about sound?"""

import pytest
from pydantic import ValidationError

from filmstrip.params.audio_stream import AudioEncoding


def test_defaults_are_those_of_the_contract() -> None:
    """Nothing asked for means 64 kbit/s, 44.1 kHz, stereo, with sound."""
    audio = AudioEncoding()
    assert (audio.audio_bitrate, audio.audio_sample_rate, audio.audio_channels_number) == (64, 44100, 2)
    assert not audio.audio_mute


def test_numbers_may_be_strings() -> None:
    """Clients send numbers as strings."""
    audio = AudioEncoding.model_validate({"audio_bitrate": "128", "audio_sample_rate": "48000", "audio_mute": "1"})
    assert (audio.audio_bitrate, audio.audio_sample_rate, audio.audio_mute) == (128, 48000, True)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("audio_bitrate", "loud", '"loud" is not a whole number from 1 to 10000'),
        ("audio_channels_number", 9, "9 is not a whole number from 1 to 8"),
        ("audio_sample_rate", "0", '"0" is not a whole number from 4000 to 192000'),
    ],
)
def test_mistakes_name_the_value_and_what_is_allowed(field: str, value: object, message: str) -> None:
    """Whoever reads the error knows what to write instead."""
    with pytest.raises(ValidationError) as caught:
        AudioEncoding.model_validate({field: value})
    assert [error["msg"] for error in caught.value.errors()] == [message]
