"""Everything that can go wrong, as one tree.

FilmstripError
├── QueryError                every mistake of a query at once
├── AuthError
│   ├── ApiKeyNotFoundError
│   └── TokenNotFoundError
├── SourceError               the fault lies with what the client gave us to read
│   ├── SourceNotFoundError
│   ├── SourceForbiddenError
│   ├── SourceUnreachableError    (retryable)
│   ├── SourceChangedError
│   ├── RangesNotSupportedError   its server hands it out only as a whole
│   ├── SourceUnreadableError
│   └── StreamMissingError
├── DestinationError          the fault lies with where results should go
│   ├── DestinationForbiddenError
│   ├── BucketNotFoundError
│   ├── DestinationRefusedError
│   └── DestinationUnreachableError (retryable)
├── HostNotAllowedError       the operator does not allow this host
├── CredentialsError          those that somebody lends cannot be read (retryable)
├── ResourceError             the machine or a limit of the service
│   ├── DiskFullError
│   ├── LimitExceededError
│   └── MediaProcessError     the child process crashed or hung
│       └── MediaProcessKilledError   somebody or something else ended it
└── OutputError               an output could not be made as asked
    └── OutputInvalidError    it was made, but checking it found a fault

The message of an error is the sentence that the user reads: it never holds a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class FilmstripError(Exception):
    """Something went wrong in a way that we can explain."""

    is_retryable: ClassVar[bool] = False
    """Whether the same thing may work a little later."""

    host: str | None = None
    """The host that is the reason, if that is known."""

    region: str | None = None
    """The region that an S3 server names as the right one, if it does."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of a query.

    Attributes:
        field: Where it is, such as `format[1].interval`.
        problem: What is wrong and what is allowed, such as `"abc" is not a number above 0`.
    """

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


class QueryError(FilmstripError):
    """The query has mistakes; the message names each of them."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(str(mistake) for mistake in self.mistakes))


class AuthError(FilmstripError):
    """The caller could not be identified."""


class ApiKeyNotFoundError(AuthError):
    """API key not found."""


class TokenNotFoundError(AuthError):
    """Token not found."""


class SourceError(FilmstripError):
    """The source cannot be used."""


class SourceNotFoundError(SourceError):
    """There is nothing at the source's address."""


class SourceForbiddenError(SourceError):
    """The source's server refuses to hand it out with these credentials."""


class SourceUnreachableError(SourceError):
    """The source's server does not answer."""

    is_retryable = True


class SourceChangedError(SourceError):
    """The source changed while it was read."""


class RangesNotSupportedError(SourceError):
    """The source's server hands it out only as a whole, from the beginning."""


class SourceUnreadableError(SourceError):
    """The source is not media that can be read, or is damaged beyond use."""


class StreamMissingError(SourceError):
    """The source has no stream of the kind that the output needs."""


class DestinationError(FilmstripError):
    """The result cannot be put where it should go."""


class DestinationForbiddenError(DestinationError):
    """The destination refuses these credentials."""


class BucketNotFoundError(DestinationError):
    """The destination's bucket does not exist."""


class DestinationRefusedError(DestinationError):
    """The destination refuses the object or one of its attributes."""


class DestinationUnreachableError(DestinationError):
    """The destination's server does not answer."""

    is_retryable = True


class HostNotAllowedError(FilmstripError):
    """The operator of this service does not allow this host."""


class CredentialsError(FilmstripError):
    """The credentials that the operator named for a store cannot be read."""

    is_retryable = True


class ResourceError(FilmstripError):
    """A resource of the service ran out."""


class DiskFullError(ResourceError):
    """The service's disk is full."""


class LimitExceededError(ResourceError):
    """A limit of the service was reached."""


class MediaProcessError(ResourceError):
    """The process that worked on the media ended unexpectedly."""


class MediaProcessKilledError(MediaProcessError):
    """A signal ended the process that worked on the media: by itself, another one may do better."""


class OutputError(FilmstripError):
    """The output cannot be made as asked."""


class OutputInvalidError(OutputError):
    """The output was made, but checking it found a fault."""


def _tree(root: type[FilmstripError]) -> dict[str, type[FilmstripError]]:
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


def error_named(name: str, message: str) -> FilmstripError:
    """Make an error again that crossed a process boundary as its class name and message."""
    kind = _tree(FilmstripError).get(name, FilmstripError)
    if kind is QueryError:
        return FilmstripError(message)
    return kind(message)
