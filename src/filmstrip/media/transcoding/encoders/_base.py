"""What an encoder of the ffmpeg program is: its names, what it knows, and the arguments that drive it. All pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from filmstrip.domain.clocks import HALF_MILLISECOND
from filmstrip.domain.media_info import AudioStream
from filmstrip.params.audio_stream import AudioEncoding
from filmstrip.params.codec_parameters import CodecParameters
from filmstrip.params.video_stream import FASTEST_FRAME_RATE, PIXEL_FORMATS, VideoEncoding

FORCED_TIME = f"t+{float(HALF_MILLISECOND)}"
"""When a picture is shown, for FFmpeg's expression of which ones become keyframes; a little later, as in floating
point three times 0.8 is more than 2.4."""
FORCED_COUNT = "n_forced"
"""How many were forced before it."""

ParametersT = TypeVar("ParametersT", bound=CodecParameters)


@dataclass(frozen=True, slots=True)
class Pass:
    """One of the two times that an encoder goes through a clip.

    Attributes:
        number: 1 for measuring, 2 for using what was measured.
        statistics: Where it is kept; encoders add a dash and more to the name.
    """

    number: int
    statistics: Path


class VideoEncoder(ABC, Generic[ParametersT]):
    """An encoder of pictures.

    Attributes:
        names: What clients call it.
        codec: FFmpeg's name of the codec of its results.
        parameters: What clients may set of it by `video_codec_parameters`.
        qualities: The best and the worst constant quality (CRF) that it knows.
        pixel_formats: What it can encode, of those that can be asked for.
        bit_depth: Bits of a sample of its results.
        bitrates: The least and the most average that it knows, in kbit/s.
        most_frame_rate: The most frames per second that it knows.
        effort: How many seconds of CPU a million pixels may take, with the slowest settings on a slow core.
    """

    names: ClassVar[tuple[str, ...]]
    codec: ClassVar[str]
    parameters: type[ParametersT]
    qualities: ClassVar[tuple[int, int]]
    pixel_formats: ClassVar[tuple[str, ...]] = PIXEL_FORMATS
    bit_depth: ClassVar[int] = 8
    # Encoders count in kbit/s: what is less is none.
    bitrates: ClassVar[tuple[int, int]] = (1, 10**6)
    most_frame_rate: ClassVar[int] = FASTEST_FRAME_RATE
    effort: ClassVar[int] = 1

    def settings(self, video: VideoEncoding) -> ParametersT:
        """Return what was set of it, or nothing but defaults."""
        given = video.video_codec_parameters
        return given if isinstance(given, self.parameters) else self.parameters()

    def has_two_passes(self, video: VideoEncoding) -> bool:
        """Check whether it can go through a clip twice to meet a bitrate."""
        del video
        return True

    def spends_by_quality(self, video: VideoEncoding) -> bool:
        """Check whether bits follow from the pictures alone: no average and no ceiling is kept over the whole."""
        limits = (getattr(self.settings(video), name, None) for name in ("max_rate", "min_rate", "bufsize"))
        return video.bitrate is None and all(limit is None for limit in limits)

    @abstractmethod
    def arguments(
        self, video: VideoEncoding, frame_rate: Fraction | None, in_pass: Pass | None = None, threads: int = 0
    ) -> list[str]:
        """Write the arguments for one video stream: pairs of an option, which ends in ":v", and its value.

        The first pair names the encoder.

        Args:
            video: What is asked for.
            frame_rate: Frames per second of the result, None if unknown.
            in_pass: Which of two passes it is, None for the only one.
            threads: How many it may have, 0 for one per core; FFmpeg tells them to encoders that heed its option.
        """

    def compromises(self, video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
        """Yield what of a request cannot be done to the letter, one sentence each."""
        del video, frame_rate
        yield from ()


class AudioEncoder(ABC):
    """An encoder of sound.

    Attributes:
        names: What clients call it.
        codec: FFmpeg's name of the codec of its results.
        sample_rates: What can be asked for, in samples per second and channel.
        bitrates: The least and the most that can be asked for, all channels together, in kbit/s; None if the bitrate
            follows from the sound.
        most_channels: How many channels it knows.
        is_lossless: Whether what is decoded from its results is what was encoded.
    """

    names: ClassVar[tuple[str, ...]]
    codec: ClassVar[str]
    sample_rates: ClassVar[tuple[int, ...]]
    bitrates: ClassVar[tuple[int, int] | None] = (8, 1024)
    most_channels: ClassVar[int] = 8
    is_lossless: ClassVar[bool] = False

    @abstractmethod
    def arguments(self, audio: AudioEncoding, source: AudioStream | None = None) -> list[str]:
        """Write the arguments for one audio stream: pairs of an option, which ends in ":a", and its value.

        The first pair names the encoder.

        Args:
            audio: What is asked for.
            source: What is encoded, None if that is not known.
        """

    def sample_rate(self, audio: AudioEncoding) -> int:
        """Return the sample rate that is encoded."""
        return audio.audio_sample_rate

    def decoded_rate(self, audio: AudioEncoding) -> int:
        """Return the sample rate that decoders of the result give."""
        return self.sample_rate(audio)

    def compromises(self, audio: AudioEncoding, source: AudioStream | None = None) -> Iterator[str]:
        """Yield what of a request cannot be done to the letter, one sentence each.

        Args:
            audio: What is asked for.
            source: What is encoded, None if that is not known.
        """
        del audio, source
        yield from ()


def forced_from(arguments: Sequence[str], number: int, begins_seconds: Fraction) -> tuple[str, ...]:
    """Return the arguments for a later part of a video, which ffmpeg counts times and forced keyframes of from 0 again.

    Args:
        arguments: Those for the whole.
        number: How many keyframes were forced before it.
        begins_seconds: When it begins, from the first picture of the whole.
    """
    replaced = {FORCED_TIME: f"t+{float(begins_seconds + HALF_MILLISECOND):.6f}", FORCED_COUNT: f"(n_forced+{number})"}
    for old, new in replaced.items():
        arguments = [word.replace(old, new) if word.startswith("expr:") else word for word in arguments]
    return tuple(arguments)
