"""Which arguments drive the AAC encoder?"""

from filmstrip.media.transcoding.encoders.aac import ENCODER
from filmstrip.params.audio_stream import AudioEncoding


def test_all_choices_reach_the_encoder() -> None:
    """Bitrate, sample rate and channels are told to ffmpeg in its units."""
    audio = AudioEncoding(audio_bitrate=128, audio_sample_rate=48000, audio_channels_number=1)
    assert ENCODER.arguments(audio) == ["-codec:a", "aac", "-b:a", "128k", "-ar:a", "48000", "-ac:a", "1"]
