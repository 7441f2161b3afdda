"""What probing found in a source: facts only, with units and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate

from filmstrip.domain.container_kind import ContainerKind, kind_named
from filmstrip.domain.errors import StreamMissingError
from filmstrip.domain.geometry import FrameSize, Margins, Orientation, display_size


class FieldOrder(StrEnum):
    """Whether a frame is one picture or two fields, and which field comes first in time."""

    PROGRESSIVE = "progressive"
    TOP_FIRST = "top_first"
    BOTTOM_FIRST = "bottom_first"


class HdrKind(StrEnum):
    """The high dynamic range systems that need tone mapping for an SDR picture."""

    PQ = "pq"
    """SMPTE ST 2084: HDR10 and Dolby Vision profile 8.1."""
    HLG = "hlg"
    """ARIB STD-B67: hybrid log-gamma, and Dolby Vision profile 8.4."""


@dataclass(frozen=True, slots=True)
class ColorInfo:
    """How sample values become light, as numbered by ITU-T H.273 (2 is "unspecified").

    Attributes:
        primaries: ColourPrimaries, H.273 table 2.
        transfer: TransferCharacteristics, H.273 table 3.
        matrix: MatrixCoefficients, H.273 table 4.
        full_range: VideoFullRangeFlag; False is limited ("TV") range.
        bit_depth: Bits per sample.
        dolby_vision_profile: Profile of a Dolby Vision configuration record, None without one.
    """

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    full_range: bool = False
    bit_depth: int = 8
    dolby_vision_profile: int | None = None

    @property
    def hdr(self) -> HdrKind | None:
        """The HDR system, or None for standard dynamic range."""
        return {16: HdrKind.PQ, 18: HdrKind.HLG}.get(self.transfer)


@dataclass(frozen=True, slots=True)
class VideoStream:
    """The video stream that outputs are made from.

    Attributes:
        index: Its number in the container, from 0.
        codec: FFmpeg's name of the codec, such as "h264".
        coded_size: What is shown of the decoder's frames, before SAR and rotation.
        sample_aspect_ratio: Shape of a pixel, width by height.
        orientation: How a frame has to be turned.
        frame_rate: Average frames per second, None if the container does not tell.
        time_base: Seconds per unit of PTS.
        start_pts: PTS of the first frame, in units of `time_base`.
        duration_seconds: Length of the stream, None if the container does not tell.
        field_order: Progressive, or which field comes first.
        color: How sample values become light.
        has_alpha: Whether the frames have transparent parts.
        margins: What the container says not to show of the decoder's frames, None for nothing.
        has_true_times: Whether the times that the container stores are those at which frames are shown.
        frame_size: What frames of different sizes and shapes fit in, upright with square pixels; None if all are
            like the first.
    """

    index: int
    codec: str
    coded_size: FrameSize
    sample_aspect_ratio: Fraction
    orientation: Orientation
    frame_rate: Fraction | None
    time_base: Fraction
    start_pts: int
    duration_seconds: Fraction | None
    field_order: FieldOrder = FieldOrder.PROGRESSIVE
    color: ColorInfo = field(default_factory=ColorInfo)
    has_alpha: bool = False
    margins: Margins | None = None
    has_true_times: bool = True
    frame_size: FrameSize | None = None

    @property
    def display_size(self) -> FrameSize:
        """The size that a viewer sees: square pixels, upright."""
        return self.frame_size or display_size(self.coded_size, self.sample_aspect_ratio, self.orientation)


@dataclass(frozen=True, slots=True)
class AudioStream:
    """One audio stream of a source.

    Attributes:
        index: Its number in the container, from 0.
        codec: FFmpeg's name of the codec, such as "aac".
        sample_rate: Samples per second and channel.
        channels: Number of channels.
        language: ISO 639 code, None if the container does not tell.
        end_seconds: Container time at which it ends, None if the container does not tell.
        sample_bits: Bits of a sample that mean something: 16 for codecs with loss, which decode to more than they ever
            had, 32 or 64 for floating point; None if that is not known.
    """

    index: int
    codec: str
    sample_rate: int
    channels: int
    language: str | None = None
    end_seconds: Fraction | None = None
    sample_bits: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a source that has a clock of its own.

    Attributes:
        first_byte: Where it begins in the source.
        end_byte: The first byte behind it.
        start_seconds: Container time of its first moment.
        duration_seconds: For how long it is played.
        video_index: Number of its video stream in it, from 0.
        lead_seconds: For how long there is something else, such as sound, before its first moment.
        sound_index: Number of the audio stream that goes with its pictures, None for none.
        time_base: Seconds per unit of its PTS, None for that of the whole source.
        kind: What tells its video stream from that of other pieces: codec and number in the container's own words.
        own: What it holds, if it is a source of its own that was stitched to others; None if they have all in common.
    """

    first_byte: int
    end_byte: int
    start_seconds: Fraction
    duration_seconds: Fraction
    video_index: int
    lead_seconds: Fraction = Fraction(0)
    sound_index: int | None = None
    time_base: Fraction | None = None
    kind: str = ""
    own: MediaInfo | None = None


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a source holds.

    Attributes:
        container: FFmpeg's name of the container format, such as "mov,mp4,m4a,3gp,3g2,mj2".
        duration_seconds: Length of the presentation, its longest stream, from its own start.
        start_seconds: Container time of the presentation's first moment; targets count from here.
        content_seconds: From which moment on the source holds nothing, because it was cut off; None for never.
        size_bytes: Length of the source, None if the server does not tell.
        video: The stream that pictures are taken from, None for audio only (cover art is not video).
        audio: All audio streams, in container order.
        warnings: What had to be guessed, one sentence each.
        pieces: What the source is made of if its clock jumps, in the order in which they are played; else empty.
        sound_index: Number of the audio stream that goes with the pictures, None for the first one.
        lead_seconds: For how long there is something else, such as sound, before the presentation's first moment.
    """

    container: str
    duration_seconds: Fraction
    start_seconds: Fraction
    size_bytes: int | None
    video: VideoStream | None
    audio: tuple[AudioStream, ...] = ()
    content_seconds: Fraction | None = None
    warnings: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    sound_index: int | None = None
    lead_seconds: Fraction = Fraction(0)

    @property
    def is_stitched(self) -> bool:
        """Whether it consists of several sources, each of which is of its own kind."""
        return any(piece.own is not None for piece in self.pieces)

    @property
    def kind(self) -> ContainerKind:
        """What can be counted on in its container format."""
        return kind_named(self.container)

    @property
    def sound(self) -> AudioStream | None:
        """The audio stream that goes with the pictures, None for a silent source."""
        return next((stream for stream in self.audio if stream.index == self.sound_index), next(iter(self.audio), None))

    @property
    def sound_seconds(self) -> Fraction | None:
        """How long the sound lasts, from the presentation's own start; None if the container does not tell."""
        if self.video is None and len(self.audio) == 1:
            return self.duration_seconds
        end = None if self.sound is None or self.pieces else self.sound.end_seconds
        # An end before the start is that of a clock that jumps.
        return (
            None if end is None or end <= self.start_seconds else min(end - self.start_seconds, self.duration_seconds)
        )

    def placed_pieces(self) -> list[tuple[Piece, Fraction]]:
        """List the pieces, each with the moment at which it begins, from the presentation's own start."""
        lengths = (piece.duration_seconds for piece in self.pieces)
        return list(zip(self.pieces, accumulate(lengths, initial=Fraction(0)), strict=False))

    def require_video(self) -> VideoStream:
        """Give the video stream if an output cannot do without.

        Raises:
            StreamMissingError: There is none.
        """
        if self.video is None:
            raise StreamMissingError("The source has no video stream to take pictures from")
        return self.video
