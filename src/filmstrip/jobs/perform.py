"""How is one output made, whoever asks for it? In child processes, group by group, each file put as it is finished.

Nothing here is durable: the server's tasks and the command line's local runs use the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filmstrip.domain.artifact import Artifact, Location, OutputResult
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source import LocalFile
from filmstrip.outputs._base import Group, Output, OutputPlan
from filmstrip.storage._base import Store
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference

ReadableSource = LocalFile | SourceReference
"""A source as a child process opens it, without any credentials of the client."""


@dataclass(frozen=True)
class Assignment:
    """One output to make.

    Attributes:
        output: What is asked for.
        document: The same as JSON text, without its destination: so it is told to the child process.
        info: What the source holds.
        source: Where its bytes are.
        upscale: Whether video may become larger than its source.
        folder: Where files are made; it survives a crash.
        stores: Where each file is put: the destinations, or the temporary store.
    """

    output: Output
    document: str
    info: MediaInfo
    source: ReadableSource
    upscale: bool
    folder: Path
    stores: tuple[Store, ...]

    def plan(self) -> OutputPlan:
        """Decide what is made."""
        return self.output.plan(self.info, upscale=self.upscale)


@dataclass(frozen=True)
class Listener:
    """Who wants to know how the work goes on.

    Attributes:
        on_progress: Told the finished fraction of the output.
        on_put: Told of each file that is at all destinations, with the name of its group; blocking.
        on_saving: Told once, when everything is made and only putting is left.
        warn: Told of what had to give, one sentence each; blocking.
    """

    on_progress: ProgressListener
    on_put: Callable[[str, Artifact], None]
    on_saving: Callable[[], None]
    warn: Callable[[str], None]


class Performer:
    """Does the media work of tasks in child processes."""

    def __init__(self, media: MediaSettings, storage: StorageSettings) -> None:
        self._media = media
        self._storage = storage

    async def fetch(self, url: str, path: Path, on_progress: ProgressListener, *, whole: bool) -> ReadableSource:
        """Make a source readable: copied to `path` where it is needed whole or can only be copied, else by reference.

        Raises:
            SourceError: It cannot be had.
            HostNotAllowedError: The operator does not allow its host or folder.
            DiskFullError: There is no room for a copy.
        """
        raise NotImplementedError

    async def probe(self, source: ReadableSource) -> MediaInfo:
        """Find out what a source holds, in a child process.

        Raises:
            SourceError: It cannot be read, or is no media.
            MediaProcessError: The child process died of it.
        """
        raise NotImplementedError

    async def make_group(
        self, assignment: Assignment, group: Group, finished: Mapping[str, Artifact], listener: Listener
    ) -> None:
        """Make one group's files in a child process and put each as soon as it is whole.

        Raises:
            FilmstripError: The group cannot be made or put.
        """
        raise NotImplementedError

    async def make_output(
        self, assignment: Assignment, listener: Listener
    ) -> tuple[OutputResult, tuple[Location, ...]]:
        """Make a whole output, and tell what was made and where its main file is at each destination.

        Raises:
            FilmstripError: The output cannot be made or put.
        """
        raise NotImplementedError
