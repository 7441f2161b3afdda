"""What there is to make of an output, and who listens to how it goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.hosts import host_of
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.progress import ProgressListener
from filmstrip.outputs._base import Group, Output
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.storage._base import Store
from filmstrip.storage.own.scratch import BucketScratch
from filmstrip.storage.own.temporary import TemporaryStore


@dataclass(frozen=True)
class Assignment:
    """One output to make.

    Attributes:
        output: What is asked for.
        document: The same as JSON text, without its destination: so the child process is told
            (`params.format_entry`).
        info: What the source holds.
        open_source: Makes the source readable (`fetching`); called only if a frame is still to be taken.
        upscale: Whether video may become larger than its source.
        folder: Where files are made; it exists, and survives a crash.
        stores: Where each file is put (`destinations`).
    """

    output: Output
    document: str
    info: MediaInfo
    open_source: Callable[[], Awaitable[ReadableSource]]
    upscale: bool
    folder: Path
    stores: tuple[Store, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host of each store, "" for one of this machine."""
        own = tuple(store.host if isinstance(store, TemporaryStore | BucketScratch) else "" for store in self.stores)
        return tuple(host_of(place.url) for place in self.output.destination) or own


def ignore(*_facts: object) -> None:
    """Listen to nothing."""


@dataclass(frozen=True)
class Listener:
    """Who wants to know how the work goes on.

    Attributes:
        on_progress: Told the finished fraction, 0.0 to 1.0.
        before_put: Told where a file is going to be put, the host of that store and the file's size in bytes, from
            another thread; it may block.
        on_written: Told the size of each file that is at a destination, from another thread.
        on_answer: Told the host of a store, "" for this machine, each time when a file was put there, from another
            thread; it may block.
        on_put: Told of each file that is at all destinations, from another thread; it may block.
        on_failed: Told when it failed for good, from another thread, before others may begin; it may block.
        on_made: Told when all files are made and only putting may be left, from another thread; it may block.
        warn: Told of compromises, one sentence each, from another thread; it may block.
    """

    on_progress: ProgressListener = ignore
    before_put: Callable[[Store, str, int], None] = ignore
    on_written: Callable[[int], None] = ignore
    on_answer: Callable[[str], None] = ignore
    on_put: Callable[[Artifact], None] = ignore
    on_failed: Callable[[], None] = ignore
    on_made: Callable[[], None] = ignore
    warn: Callable[[str], None] = ignore


@dataclass(frozen=True)
class Portion:
    """What is made of one output in one go.

    Attributes:
        assignment: The output that it belongs to.
        group: What to make.
        finished: What is at all destinations already and is not made again: of the group, or of the whole output if
            the group needs all.
        listener: Told how the group goes on.
        substitutes_before: How many frames of groups that are not in `finished` are substitutes.
    """

    assignment: Assignment
    group: Group
    finished: Mapping[str, Artifact]
    listener: Listener
    substitutes_before: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to make."""
        return self.has(self.group)

    def has(self, part: Group) -> bool:
        """Check whether nothing of a part of the group is left to make."""
        return self.finished.keys() >= set(part.artifact_names)

    @property
    def needs_source(self) -> bool:
        """Whether the source is read for what is left to make."""
        return any(part.needs_source and not self.has(part) for part in self.group.all_parts)

    @property
    def last_names(self) -> frozenset[str]:
        """Names of files that point at others: they are put when all of those are."""
        return frozenset(self.group.parts[-1].artifact_names if self.group.parts else ())

    def with_finished(self, artifacts: Iterable[Artifact]) -> Portion:
        """Return the same with more that is at all destinations."""
        return replace(self, finished={**self.finished, **{artifact.name: artifact for artifact in artifacts}})
