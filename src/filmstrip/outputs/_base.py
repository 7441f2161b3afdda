"""What is an output? A class whose fields are its parameters, with a pure `plan` and a `render` that makes files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from filmstrip.domain.artifact import Artifact, MediaKind, OutputResult
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import MediaSource
from filmstrip.params.query import FormatParameters

if TYPE_CHECKING:
    from filmstrip.media.transcoding.ffmpeg_process import WaitingFfmpeg  # only children have one


@dataclass(frozen=True, slots=True)
class Addressing:
    """Files name others by full addresses.

    Attributes:
        signed_hours: How long the addresses are good; None for addresses without a signature.
    """

    signed_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Artifacts that are made in one go, by one child process: the unit that is repeated after a crash.

    Attributes:
        name: Its name within the output, stable for the same parameters and source.
        artifact_names: The files that it makes, in order; "" for the file that the destination itself names.
        addressing: How its files name other files of the output; None for bare names.
        is_joinable: Whether it is made of samples alone, so that outputs with the same `Output.sampling` can make it
            together.
        needs_all: Whether it needs the facts of the files of all groups before it, as manifests do; else it is told of
            its own files alone. Plans are kept while their task runs: one of an older version does not say it.
        needs_source: Whether the source is read for it; else it is made though the source has gone away.
    """

    name: str
    artifact_names: tuple[str, ...]
    addressing: Addressing | None = None
    is_joinable: bool = False
    needs_all: bool = True
    needs_source: bool = True


@dataclass(frozen=True, slots=True)
class OutputPlan:
    """Everything that is known before any pixel is touched.

    Attributes:
        groups: What is made, in order. Files that point at others (manifests) are in the last group.
        warnings: What had to give, one sentence each.
    """

    groups: tuple[Group, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workbench:
    """What `render` works with, inside its child process.

    Attributes:
        source: The source's bytes.
        folder: Where files are made, each under its artifact's name ("" as "output"); it survives a crash, so what
            is whole in it need not be made again.
        settings: Limits and programs of the media floor.
        upscale: Whether video may become larger than its source.
        finished: The artifacts that are already at their destination, by name: those of the group, or of the whole
            output if the group needs all.
        urls: The addresses of the output's files by name, where the group asked for them.
        urls_expire_at: Until when those are good, as `YYYY-MM-DD HH:MM:SS` UTC; None if they last.
        ffmpeg: What waits to become ffmpeg, as often as `Output.ffmpeg_runs` says; None outside a child process.
        substitutes_before: How many frames of groups that are not in `finished` are substitutes.
        on_progress: Told how much of the group is finished.
        warn: Told of what had to give, one sentence each.
    """

    source: MediaSource
    folder: Path
    settings: MediaSettings
    upscale: bool
    finished: Mapping[str, Artifact]
    on_progress: ProgressListener
    warn: Callable[[str], None]
    urls: Mapping[str, str] = field(default_factory=dict)
    urls_expire_at: str | None = None
    ffmpeg: WaitingFfmpeg | None = None
    substitutes_before: int = 0

    def path(self, artifact_name: str) -> Path:
        """Tell where the file of an artifact is made."""
        return self.folder / (artifact_name or "output")


class Output(FormatParameters):
    """One entry of `format`: its fields are its parameters.

    A class that can be asked for has `output_name`, its value of `format[].output`, and `kind`, the list of the status
    that it belongs to.
    """

    kind: ClassVar[MediaKind]

    @property
    @abstractmethod
    def is_folder(self) -> bool:
        """Whether the destination names a folder; else it names the one file that is made."""

    @property
    @abstractmethod
    def reads_whole_source(self) -> bool:
        """Whether every byte of the source is needed, so that a local copy is worth its time."""

    @property
    def needs_addresses(self) -> bool:
        """Whether its files name others by their full addresses."""
        return False

    @property
    def signs_addresses(self) -> bool:
        """Whether those addresses are signed, by the credentials of the destination."""
        return False

    def is_own_name(self, name: str) -> bool:
        """Tell whether a file in the destination's folder can only be this output's, of this or an earlier run."""
        del name
        return False

    @property
    def ffmpeg_runs(self) -> int:
        """How often rendering runs the ffmpeg program; a child process can run it no further time, nor another one."""
        return 0

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

    def sampling(self, info: MediaInfo) -> Hashable:
        """Tell what decides which frames are taken: outputs of a class that tell the same are made together; pure.

        None where an output is always made alone.
        """
        del info
        return None

    @abstractmethod
    def render(self, group: Group, info: MediaInfo, bench: Workbench) -> Iterator[Artifact]:
        """Make the files of one group, yielding each as soon as it is whole.

        Artifacts in `bench.finished` are not made again. Runs in a child process with limits.

        Raises:
            SourceError: The source cannot be read on.
            OutputError: The output cannot be made.
        """

    @classmethod
    def render_together(
        cls, parts: Sequence[tuple[Self, Group, Workbench]], info: MediaInfo
    ) -> Iterator[tuple[int, Artifact]]:
        """Make a joinable group of each of some outputs with the same sampling, yielding files with their positions.

        As `render` otherwise.
        """
        for position, (output, group, bench) in enumerate(parts):
            for artifact in output.render(group, info, bench):
                yield position, artifact

    @abstractmethod
    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the finished output for the status; pure."""
