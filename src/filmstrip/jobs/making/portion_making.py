"""What becomes of a portion while it is made: which files are made, which are put, and what went wrong."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import DiskFullError, FilmstripError, MediaProcessKilledError
from filmstrip.jobs.log import note
from filmstrip.jobs.making.assignment import Portion
from filmstrip.jobs.making.kept_files import KeptFiles


@dataclass
class Making:
    """What became of a portion.

    Attributes:
        portion: What was to be made.
        made: What was made, in that order.
        put: What is at all destinations.
        failure: Why it is not all of it; None if it is.
        is_made: Set when nothing more is made of it.
    """

    portion: Portion
    made: list[Artifact] = field(default_factory=list)
    put: list[Artifact] = field(default_factory=list)
    failure: FilmstripError | None = None
    is_made: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_worth_another_try(self) -> bool:
        """Whether it failed for a reason that may not be there the next time."""
        failure = self.failure
        if failure is None or isinstance(failure, DiskFullError):
            return False  # what it has made is in the way
        return failure.is_retryable or isinstance(failure, MediaProcessKilledError)

    @property
    def put_names(self) -> set[str]:
        """Names of what is at all destinations."""
        return {artifact.name for artifact in self.put}

    @property
    def unput(self) -> list[Artifact]:
        """What was made and is not at all destinations."""
        put_names = self.put_names
        return [artifact for artifact in self.made if artifact.name not in put_names]


class PutLaterError(FilmstripError):
    """Files are made and were not put yet: others should not wait for that."""

    is_retryable = True


def keep_unput(making: Making) -> None:
    """List what was made and is not put, so that it is put later instead of being made again; blocking."""
    try:
        KeptFiles(making.portion.assignment.folder).keep(making.unput)
    except (OSError, FilmstripError):
        note("warning", "not_kept", exc_info=True)  # they are made again then


def explained(failure: BaseException) -> FilmstripError:
    """Return the sentence for an exception that is none of ours, and write it to the log."""
    note("error", "internal_error", exc_info=failure)
    return FilmstripError(f"An internal error ended this ({type(failure).__name__})")
