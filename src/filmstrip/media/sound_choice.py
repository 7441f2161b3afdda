"""Which sound of a source can be used, and which of it goes with the pictures?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.container import is_decodable
from filmstrip.media.track_labels import TrackLabel, source_codec


@dataclass(frozen=True, slots=True)
class FoundSound:
    """What was found of the sound of a source.

    Attributes:
        streams: What can be decoded, in container order.
        warnings: What is left out, one sentence each.
    """

    streams: tuple[AudioStream, ...]
    warnings: tuple[str, ...] = ()


def find_sound(container: InputContainer, labels: Mapping[int, TrackLabel]) -> FoundSound:
    """Find the sound of a source that can be decoded.

    Args:
        container: The open source.
        labels: What its container says of its tracks.
    """
    usable = [stream for stream in container.streams.audio if _is_usable(stream, labels)]
    return FoundSound(tuple(_describe(stream) for stream in usable), _warnings(container, usable, labels))


def _is_usable(stream: AvAudioStream, labels: Mapping[int, TrackLabel]) -> bool:
    label = labels.get(stream.index, TrackLabel())
    # What was announced but never came has no rate.
    return not label.is_encrypted and is_decodable(stream) and bool(stream.codec_context.sample_rate)


def _describe(stream: AvAudioStream) -> AudioStream:
    return AudioStream(
        index=stream.index,
        codec=stream.codec_context.name,
        sample_rate=stream.codec_context.sample_rate,
        channels=stream.codec_context.channels,
        language=stream.language,
    )


def _warnings(
    container: InputContainer, usable: list[AvAudioStream], labels: Mapping[int, TrackLabel]
) -> tuple[str, ...]:
    if usable or not container.streams.audio:
        return ()
    first = container.streams.audio[0]
    label = labels.get(first.index, TrackLabel())
    if label.is_encrypted:
        return ("the sound of the source is encrypted, and left out",)
    if is_decodable(first):
        return ("the sound of the source cannot be decoded, and is left out",)
    return (f"the sound of the source is encoded {source_codec(label)}, which cannot be decoded, and is left out",)
