"""One group on its way to being made: what a child process is told of it, what it works with, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import MediaSource
from filmstrip.outputs._base import Effort, Group, Output

if TYPE_CHECKING:
    from filmstrip.media.transcoding.ffmpeg_process import WaitingFfmpeg  # only children have one

OutputT_contra = TypeVar("OutputT_contra", bound=Output, contravariant=True)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses by the names of the files; a signed one lets its holder read the file.

    Attributes:
        urls: The addresses.
        expire_at: Until when they are good, as `YYYY-MM-DD HH:MM:SS` UTC; None if they last.
    """

    urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    expire_at: str | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """One group of one output, to be made.

    Attributes:
        document: The output's parameters as JSON text, without its destination.
        group: What is to be made.
        info: What the source holds.
        folder: Where the files are made (`work_path`); it survives a crash, so what is whole in it need not be made
            again.
        upscale: Whether video may become larger than its source.
        finished: The artifacts that are at their destination already, by name: those of the group, or of the whole
            output if the group needs all.
        addresses: Those of the output's files, if the group asks for them.
        substitutes_before: How many frames of groups that are not in `finished` are substitutes.
        effort: What its making costs beside the decoding of its source, as the output says.
    """

    document: str
    group: Group
    info: MediaInfo
    folder: Path
    upscale: bool = False
    finished: Mapping[str, Artifact] = field(default_factory=dict)
    addresses: Addresses = field(default_factory=Addresses)
    substitutes_before: int = 0
    effort: Effort = field(default_factory=Effort)


@dataclass(frozen=True)
class Workbench:
    """What a rendering is made with, inside its child process.

    Attributes:
        rendering: What is to be made.
        source: The source's bytes.
        settings: Limits and programs of the media floor.
        on_progress: Told how much of the group is finished.
        warn: Told of compromises, one sentence each.
        ffmpeg: What waits to become ffmpeg, as often as `Output.ffmpeg_runs` says; None outside a child process.
    """

    rendering: Rendering
    source: MediaSource
    settings: MediaSettings
    on_progress: ProgressListener
    warn: Callable[[str], None]
    ffmpeg: WaitingFfmpeg | None = None

    def path(self, artifact_name: str) -> Path:
        """Return where the file of an artifact is made."""
        return work_path(self.rendering.folder, artifact_name)


class Renderer(Protocol[OutputT_contra]):
    """What makes the files of a kind of output: its module `outputs.NAME.render`."""

    def render(self, output: OutputT_contra, bench: Workbench) -> Iterator[Artifact]:
        """Make the files of one group, yielding each as soon as it is whole.

        Finished artifacts are not made again. Runs in a child process with limits.

        Raises:
            SourceError: The source cannot be read on.
            OutputError: The output cannot be made.
        """


@runtime_checkable
class JointRenderer(Renderer[OutputT_contra], Protocol[OutputT_contra]):
    """A renderer of outputs that can be made together, which all have the same one."""

    def render_together(
        self, parts: Sequence[tuple[OutputT_contra, Workbench]]
    ) -> Iterator[tuple[int, Artifact | FilmstripError]]:
        """Make a joinable group of each of some outputs with the same `shared_decode`, yielding files and positions.

        An error that is yielded ends one output alone. As `render` otherwise.
        """


def work_path(folder: Path, artifact_name: str) -> Path:
    """Return where the file of an artifact is made in a work folder: under its name, "output" for ""."""
    return folder / (artifact_name or "output")
