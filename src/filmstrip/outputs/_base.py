"""An output: a class whose fields are its parameters, with a pure `plan`. What makes its files is in `_rendering`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from filmstrip.domain.artifact import Artifact, MediaKind, MetaValue, OutputResult
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.settings import MediaSettings
from filmstrip.params.format_parameters import FormatParameters


@dataclass(frozen=True, slots=True)
class Addressing:
    """Files name others by full addresses.

    Attributes:
        signed_hours: How long the addresses are good; None for addresses without a signature.
    """

    signed_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Which pictures of a video a group makes, by the time of the result.

    Attributes:
        start_seconds: Those that are shown from here on; None from the first one on.
        end_seconds: Those that are shown before it; None for all the rest.
        grid_seconds: How far the keyframes are apart that are asked for, from the first picture on; both ends are on
            that grid. None if there is no such one.
    """

    start_seconds: Fraction | None
    end_seconds: Fraction | None
    grid_seconds: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Artifacts that are made in one go, by one child process: the unit that is repeated after a crash.

    Attributes:
        name: Its name within the output, stable for the same parameters and source.
        artifact_names: The files that it makes, in order; "" for the file that the destination itself names.
        addressing: How its files name other files of the output; None for bare names.
        is_joinable: Whether it is made of what is decoded alone, so that outputs with the same `Output.shared_decode`
            can make it together.
        needs_all: Whether it needs the facts of the files of all groups before it, as manifests do; else it is told of
            its own files alone. Plans are kept while their task runs: one of an older version does not say it.
        needs_source: Whether the source is read for it; else it is made though the source has gone away.
        parts: The groups that it consists of, if it was put together of several: they are made one after the other by
            one process, each told of the files before it, and files of the last part are put after all others.
        is_scratch: Whether its files are no result, but what another group is made of (`storage.own.scratch`).
        segment: Which pictures it makes, None for all.
        joins: The files that it is made of, in order: those of groups before it that are scratch.
    """

    name: str
    artifact_names: tuple[str, ...]
    addressing: Addressing | None = None
    is_joinable: bool = False
    needs_all: bool = True
    needs_source: bool = True
    parts: tuple[Group, ...] = ()
    is_scratch: bool = False
    segment: Segment | None = None
    joins: tuple[str, ...] = ()

    @property
    def all_parts(self) -> tuple[Group, ...]:
        """The groups that it consists of: itself, if it was not put together."""
        return self.parts or (self,)


@dataclass(frozen=True, slots=True)
class OutputPlan:
    """Everything that is known before any pixel is touched.

    Attributes:
        groups: What is made, in order. Files that point at others (manifests) are in the last group.
        warnings: Compromises, one sentence each.
    """

    groups: tuple[Group, ...]
    warnings: tuple[str, ...] = ()

    @property
    def pieces(self) -> tuple[Group, ...]:
        """The groups that need nothing of one another, so that they can be made at the same time, in any order."""
        return tuple(group for group in self.groups if not group.needs_all and not group.parts)

    @property
    def results(self) -> tuple[Group, ...]:
        """The groups whose files are the output's."""
        return tuple(group for group in self.groups if not group.is_scratch)


@dataclass(frozen=True, slots=True)
class Effort:
    """What the making of an output costs beside the decoding of its source, for the limit of processor time.

    Attributes:
        ffmpeg_runs: How often the ffmpeg program encodes the source's pictures.
        seconds_per_million_pixels: How many seconds of CPU a million encoded pixels may take: several times what the
            slowest choices take on a slow core.
        own_pixels: How many pixels it encodes without ffmpeg. A plan bounds them, whatever a source claims to hold.
    """

    ffmpeg_runs: int = 0
    seconds_per_million_pixels: int = 1
    own_pixels: int = 0


# Of pictures: what is in the making of each output is in the memory of one process.
_ROOM = Fraction(1, 8)


class Output(FormatParameters):
    """One entry of `format`: its fields are its parameters.

    A class that can be asked for has `output_name`, its value of `format[].output`, and `kind`, the list of the status
    that it belongs to.
    """

    kind: ClassVar[MediaKind]

    @property
    def reads_whole_source(self) -> bool:
        """Whether every byte of the source is needed, so that a local copy is worth its time; else stretches of it."""
        return False

    @property
    def needs_addresses(self) -> bool:
        """Whether its files name others by their full addresses."""
        return False

    @property
    def signs_addresses(self) -> bool:
        """Whether those addresses are signed, by the credentials of the destination."""
        return False

    def is_own_name(self, name: str) -> bool:
        """Check whether a file in the destination's folder can only be this output's, of this or an earlier run."""
        del name
        return False

    @property
    def ffmpeg_runs(self) -> int:
        """How often rendering runs the ffmpeg program; a child process can run it no further time, nor another one."""
        return 0

    def picture_count(self, info: MediaInfo) -> int:
        """Return how many pictures of a source it has, those of each size counted; 0 if it is no series; pure."""
        del info
        return 0

    def effort(self, info: MediaInfo) -> Effort:
        """Return what its making costs beside the decoding of its source, once it is planned; pure."""
        del info
        return Effort(self.ffmpeg_runs)

    @abstractmethod
    def temporary_name(self) -> str:
        """Name the file in the temporary store where `is_folder` is false, such as "video.mp4"."""

    @abstractmethod
    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Decide everything that can be decided from the facts; pure.

        Raises:
            StreamMissingError: The source has no stream of the kind that is needed.
            OutputError: The parameters do not fit this source.
        """

    def plan_in_segments(
        self, info: MediaInfo, segment_seconds: Fraction, *, upscale: bool = False
    ) -> OutputPlan | None:
        """Decide the same in segments of about a length, each made for itself; None if it is made in one piece; pure.

        Raises:
            FilmstripError: As `plan`.
        """
        del info, segment_seconds, upscale
        return None

    def shared_decode(self, info: MediaInfo) -> Hashable:
        """Return what decides what is decoded for it: outputs that return the same are made together; pure.

        They may be of different classes, whose renderers then have one `render_together` in common: the type of what is
        returned stands for it. None if the output is made alone.
        """
        del info
        return None

    def room(self, info: MediaInfo, media: MediaSettings, *, upscale: bool = False) -> Fraction:
        """Return which part of the room in one process it takes if it is made together with others, 1 for all; pure.

        Args:
            info: What the source holds.
            media: The limits of media work.
            upscale: Whether video may become larger than its source.
        """
        del info, media, upscale
        return _ROOM

    @abstractmethod
    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the finished output for the status; pure."""

    def result_of_file(
        self,
        artifact: Artifact,
        storage_format: str,
        meta: Mapping[str, MetaValue],
        duration_seconds: Fraction | None = None,
    ) -> OutputResult:
        """Describe an output of one file; pure.

        Args:
            artifact: The file.
            storage_format: `storage.format` of the status.
            meta: Facts about the content, by their names on the wire.
            duration_seconds: How long it plays, from which its average bitrate follows; None for a picture.
        """
        bits = artifact.size_bytes * 8
        return OutputResult(
            kind=self.kind,
            output_format=self.output_name,
            main_name=artifact.name,
            names=(artifact.name,),
            size_bytes=artifact.size_bytes,
            storage_format=storage_format,
            duration_seconds=duration_seconds,
            bitrate_kbps=None if duration_seconds is None else round(bits / duration_seconds / 1000),
            meta=meta,
        )
