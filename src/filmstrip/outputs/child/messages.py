"""What the service and its child processes say to each other: one request, then reports, each a line of JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.media_info import MediaInfo
from filmstrip.isolation.trial import Trial
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._rendering import Rendering
from filmstrip.params.any_path import AnyPath
from filmstrip.storage.source_reference import SourceReference

ReadableSource = LocalFile | SourceReference
"""A source as a task has it: without any credentials of the client."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A source whose bytes come from another process (`range_protocol`)."""

    kind: Literal["fetched"] = "fetched"


@dataclass(frozen=True, slots=True)
class Joining:
    """Sound that is joined with the pictures of the source.

    Attributes:
        sound: Where it is.
        folder: Where the file goes, as `JOINED_NAME`.
    """

    sound: LocalFile
    folder: AnyPath


JOINED_NAME = "joined.mp4"


@dataclass(frozen=True, slots=True)
class Request:
    """What a child process is to do.

    Attributes:
        source: Where the source's bytes are; None for groups that do not need it, and to try what the child is kept
            from. The address of a remote one is told to the process that fetches it alone.
        media: The limits, which the child takes on itself.
        renderings: The groups to make, of outputs that can be made together; none to probe the source, or to try.
        joining: Sound that is joined with the pictures of the source, in place of all that; None for nothing.
    """

    source: LocalFile | Fetched | None
    media: MediaSettings
    renderings: tuple[Rendering, ...] = ()
    joining: Joining | None = None


@dataclass(frozen=True, slots=True)
class Progressed:
    """How much of a group is finished, 0.0 to 1.0; `position` is that of its rendering in the request."""

    fraction: float
    position: int = 0
    kind: Literal["progressed"] = "progressed"


@dataclass(frozen=True, slots=True)
class Made:
    """A file of the rendering at `position` is whole."""

    artifact: Artifact
    position: int = 0
    kind: Literal["made"] = "made"


@dataclass(frozen=True, slots=True)
class Warned:
    """A compromise of the rendering at `position`, one sentence."""

    message: str
    position: int = 0
    kind: Literal["warned"] = "warned"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The rendering at `position` cannot be made with the others: the error's class name and sentence."""

    error: str
    message: str
    position: int
    kind: Literal["left_out"] = "left_out"


@dataclass(frozen=True, slots=True)
class Arriving:
    """Bytes of the source arrive: there is nothing else to tell, and nothing hangs."""

    kind: Literal["arriving"] = "arriving"


@dataclass(frozen=True, slots=True)
class Probed:
    """What the source holds."""

    info: MediaInfo
    kind: Literal["probed"] = "probed"


@dataclass(frozen=True, slots=True)
class Joined:
    """Pictures and sound are one file."""

    kind: Literal["joined"] = "joined"


@dataclass(frozen=True, slots=True)
class Tried:
    """What the child is kept from on this system."""

    trial: Trial
    kind: Literal["tried"] = "tried"


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be done: the error's class name and sentence."""

    error: str
    message: str
    kind: Literal["failed"] = "failed"


Report = Annotated[
    Progressed | Made | Warned | LeftOut | Arriving | Probed | Joined | Tried | Failed, Field(discriminator="kind")
]

requests: TypeAdapter[Request] = TypeAdapter(Request)
reports: TypeAdapter[Report] = TypeAdapter(Report)
