"""What is known of a rendition before it is made, and what it therefore has to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.clocks import ASSUMED_FRAME_RATE
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.timing import TimeRange

# What ffmpeg calls written ends with the last decode time, up to four frames before the last picture's end, and AAC
# comes in blocks of 1024 samples with up to three of silence around: half a second holds all of it at 8 kHz.
_TOLERANCE_SECONDS = Fraction(1, 2)
_TOLERANCE_PER_JOINT = Fraction(1, 2)
_TOLERANCE_FRAMES = 4


@dataclass(frozen=True, slots=True)
class PromisedVideo:
    """What a video stream has to be.

    Attributes:
        codec: FFmpeg's name of its codec.
        size: Coded size of its pictures.
        tag: What the container calls the codec, None where that is not looked at.
        bit_depth: Bits of a sample, None where that is not looked at.
    """

    codec: str
    size: FrameSize
    tag: str | None = None
    bit_depth: int | None = None


@dataclass(frozen=True, slots=True)
class PromisedAudio:
    """What an audio stream has to be.

    Attributes:
        codec: FFmpeg's name of its codec.
        sample_rate: Samples per second and channel, None where that is not looked at.
        channels: Number of channels, None where that is not looked at.
    """

    codec: str
    sample_rate: int | None = None
    channels: int | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What is known of a rendition before it is made.

    Attributes:
        span: The part of the source that it covers, by the source's header.
        ends_early: Whether its end is cut, so that it cannot be longer.
        source_seconds: Length of the source, by its header.
        frame_rate: Frames per second, None if unknown, or if there are no pictures.
        video: Its video streams, in order.
        audio: Its audio streams, in order.
        joints: How often the source's clock jumps; each is less sure by a part of a second.
        has_cover: Whether it shows a picture beside its sound.
        sound_seconds: How long the source's sound lasts, from the start of the source; None if it does not tell.
    """

    span: TimeRange
    ends_early: bool
    source_seconds: Fraction
    frame_rate: Fraction | None
    video: tuple[PromisedVideo, ...] = ()
    audio: tuple[PromisedAudio, ...] = ()
    joints: int = 0
    has_cover: bool = False
    sound_seconds: Fraction | None = None

    @property
    def expected_seconds(self) -> Fraction:
        """How long it should be: sound alone may end before the source does."""
        if self.video or self.sound_seconds is None:
            return self.span.duration
        return min(self.span.duration, max(Fraction(0), self.sound_seconds - self.span.start))

    @property
    def end_is_known(self) -> bool:
        """Whether what lasts less lacks something: sound alone may end anywhere if the source does not tell."""
        return bool(self.video) or self.sound_seconds is not None

    @property
    def tolerance_seconds(self) -> Fraction:
        """How far lengths may differ without meaning anything."""
        frames = _TOLERANCE_FRAMES / (self.frame_rate or ASSUMED_FRAME_RATE)
        return _TOLERANCE_SECONDS + frames + self.joints * _TOLERANCE_PER_JOINT


def broken_off(end_seconds: Fraction, source_seconds: Fraction) -> SourceUnreadableError:
    """Return the error of a source that is damaged so that nothing comes after a moment of it.

    Args:
        end_seconds: The last moment that was there, from the start of the source.
        source_seconds: How long the source says that it lasts.
    """
    end, promised = float(end_seconds), float(source_seconds)
    return SourceUnreadableError(f"The source is damaged: it breaks off at {end:.1f} of {promised:.1f} seconds")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who waits for a rendition, and for what.

    Attributes:
        promise: What it has to be.
        on_progress: Told how far it is, from encoding to verifying.
        warn: Told of compromises, one sentence each.
    """

    promise: Promise
    on_progress: ProgressListener
    warn: Callable[[str], None]
