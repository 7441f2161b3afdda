"""Chooses the sound of a source: what can be used, and what goes with the pictures."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from fractions import Fraction

from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.opening import is_decodable
from filmstrip.media.containers.programs import read_program
from filmstrip.media.containers.sample_bits import find_sample_bits
from filmstrip.media.containers.track_labels import TrackLabel, source_codec
from filmstrip.media.source.media_source import MediaSource

# What is heard instead of the film's own sound, or beside it, by those who ask for it.
_FOR_SOME = (
    Disposition.visual_impaired
    | Disposition.hearing_impaired
    | Disposition.comment
    | Disposition.karaoke
    | Disposition.clean_effects
    | Disposition.non_diegetic
    | Disposition.dependent
)
_CLOCK = re.compile(r"(\d{1,6}):(\d{1,2}):(\d{1,2}(?:\.\d{1,12})?)")


@dataclass(frozen=True, slots=True)
class FoundSound:
    """What was found of the sound of a source.

    Attributes:
        streams: What can be decoded, in container order.
        chosen: Number of the stream that goes with the pictures, None for none.
        warnings: What is left out, one sentence each.
    """

    streams: tuple[AudioStream, ...]
    chosen: int | None = None
    warnings: tuple[str, ...] = ()


def find_sound(
    container: InputContainer, video: Stream | None, source: MediaSource, labels: Mapping[int, TrackLabel]
) -> FoundSound:
    """Find the sound of a source that can be decoded, and which of it goes with the pictures.

    That of the pictures' own programme comes first, then what is enabled, what is the default, what is meant for
    everybody, what stands first.

    Args:
        container: The open source.
        video: The stream that pictures are taken from, None without any.
        source: The bytes.
        labels: What its container says of its tracks.
    """
    usable = [stream for stream in container.streams.audio if _is_usable(stream, labels)]
    is_broadcast = kind_of(container).has_programs and video is not None and len(usable) > 1
    program = read_program(source, video.id) if is_broadcast and video is not None else frozenset[int]()
    chosen = max(usable, key=lambda stream: _rank(stream, program, labels), default=None)
    warnings = _warnings(container, usable, labels)
    # Of a film in fragments, libav knows the first one only.
    ends = {} if fragment_film(source) is not None else {each.index: _end(each) for each in usable}
    described = tuple(_describe(each, source, ends.get(each.index)) for each in usable)
    return FoundSound(described, None if chosen is None else chosen.index, warnings)


def _rank(
    stream: AvAudioStream, program: Container[int], labels: Mapping[int, TrackLabel]
) -> tuple[bool, bool, bool, bool, int]:
    return (
        stream.id in program,
        labels.get(stream.index, TrackLabel()).is_enabled,
        # In an MP4 that is the flag of an enabled track (ISO/IEC 14496-12, 8.3.2).
        bool(stream.disposition & Disposition.default),
        not stream.disposition & _FOR_SOME,
        -stream.index,
    )


def _is_usable(stream: AvAudioStream, labels: Mapping[int, TrackLabel]) -> bool:
    label = labels.get(stream.index, TrackLabel())
    # What was announced but never came has no rate.
    return not label.is_encrypted and is_decodable(stream) and bool(stream.codec_context.sample_rate)


def _end(stream: AvAudioStream) -> Fraction | None:
    if stream.duration is not None and stream.time_base is not None:
        return ((stream.start_time or 0) + stream.duration) * stream.time_base
    # What Matroska's muxers leave among the tags of a track: hours, minutes and seconds, from time 0.
    told = _CLOCK.fullmatch(stream.metadata.get("DURATION", ""))
    return None if told is None else sum((60**power * Fraction(told[3 - power]) for power in range(3)), Fraction(0))


def _describe(stream: AvAudioStream, source: MediaSource, end_seconds: Fraction | None) -> AudioStream:
    return AudioStream(
        index=stream.index,
        codec=stream.codec_context.name,
        sample_rate=stream.codec_context.sample_rate,
        channels=stream.codec_context.channels,
        language=stream.language,
        end_seconds=end_seconds,
        sample_bits=find_sample_bits(stream, source),
    )


def _warnings(
    container: InputContainer, usable: list[AvAudioStream], labels: Mapping[int, TrackLabel]
) -> tuple[str, ...]:
    if usable or not container.streams.audio:
        return ()
    first = container.streams.audio[0]
    label = labels.get(first.index, TrackLabel())
    if label.is_encrypted:
        return ("The sound of the source is encrypted, and left out",)
    if is_decodable(first):
        return ("The sound of the source cannot be decoded, and is left out",)
    return (f"The sound of the source is encoded {source_codec(label)}, which cannot be decoded, and is left out",)
