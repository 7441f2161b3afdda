"""What one run of ffmpeg makes: one source, decoded once, and any number of renditions of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.cut import Cut
from filmstrip.media.transcoding.joined_parts import JoinedPart
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.stretch import Stretch


@dataclass(frozen=True, slots=True)
class SourceClip:
    """What is read and decoded, once for all renditions.

    Attributes:
        source: The file that is read, or the part of it.
        cut: Which part of the source is used.
        threads: Threads of decoders, filters and encoders each; 0 for one per core.
        max_pixels: Largest picture that is decoded.
        demuxer: What the file is read with, None to find that out.
        parts: What the source is made of where whole files lie one behind the other; else empty.
        part_list: A list of them that is read in place of the source, where they are too many.
        is_stitched: Whether the parts are sources of their own, of any kinds.
        stretch: From where on it is read, if not all of its pictures are encoded; None if they are.
    """

    source: LocalFile
    cut: Cut
    threads: int = 0
    max_pixels: int = 8192 * 8192
    demuxer: str | None = None
    parts: tuple[JoinedPart, ...] = ()
    part_list: Path | None = None
    is_stitched: bool = False
    stretch: Stretch | None = None


@dataclass(frozen=True, slots=True)
class StitchedPictures:
    """How the pictures of several sources become those of one.

    Attributes:
        filters: Filter chain of each part, which make all pictures alike.
        frame_rate: Frames per second of the whole.
    """

    filters: tuple[str, ...]
    frame_rate: Fraction


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """A video stream of a rendition.

    Attributes:
        source_index: Number of the source's stream.
        filters: Filter chain that prepares the pictures.
        encoder: Arguments of the encoder, pairs of an option, which ends in ":v", and its value.
        has_constant_rate: Whether the filters make a constant frame rate.
        first_pass: Arguments of the encoder for the first of two passes, of which `encoder` is the second; else None.
        tag: What the container calls the codec, None to leave that to ffmpeg.
        stitched: How the pictures of stitched sources become those of one, which have no filters in common; else None.
        stretch: Which pictures of the clip are encoded, None for all of them.
    """

    source_index: int
    filters: str
    encoder: tuple[str, ...]
    has_constant_rate: bool
    first_pass: tuple[str, ...] | None = None
    tag: str | None = None
    stitched: StitchedPictures | None = None
    stretch: Stretch | None = None


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """An audio stream of a rendition.

    Attributes:
        source_index: Number of the source's stream.
        encoder: Arguments of the encoder, pairs of an option, which ends in ":a", and its value.
        is_muted: Whether it is silent.
        language: ISO 639 code, None if unknown.
        is_lossless: Whether samples that are in step with their times must not change.
    """

    source_index: int
    encoder: tuple[str, ...]
    is_muted: bool = False
    language: str | None = None
    is_lossless: bool = False


@dataclass(frozen=True, slots=True)
class Rendition:
    """One result.

    Attributes:
        target: The file that is written.
        muxer: What writes it.
        video: Its video streams, none for sound alone.
        audio: Its audio streams, none for silence.
        tags: What is told of it as a whole, such as its title, by FFmpeg's names.
        cover: A picture file that it shows, None for none.
    """

    target: Path
    muxer: Muxer
    video: tuple[VideoTrack, ...] = ()
    audio: tuple[AudioTrack, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    cover: Path | None = None

    @property
    def is_two_pass(self) -> bool:
        """Whether the source is gone through twice."""
        return any(track.first_pass is not None for track in self.video)


@dataclass(frozen=True, slots=True)
class Transcode:
    """One run of ffmpeg, or two of a rendition with two passes, which is alone.

    Attributes:
        clip: What is read.
        renditions: What is made of it.
    """

    clip: SourceClip
    renditions: tuple[Rendition, ...]

    @property
    def is_two_pass(self) -> bool:
        """Whether the source is gone through twice."""
        return any(rendition.is_two_pass for rendition in self.renditions)


def statistics_path(target: Path) -> Path:
    """Return where the first of two passes leaves what it measured: encoders add a dash and more."""
    return target.with_name(f"{target.name}.pass")
