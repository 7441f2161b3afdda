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
├── TaskStateError            what is asked for does not fit the state of its task
├── UploadError               a client sends us a file otherwise than it may
│   ├── UploadNotFoundError
│   ├── UploadLockedError     (retryable)
│   ├── UploadOffsetError
│   ├── UploadTooLargeError
│   └── UploadDamagedError
├── HostNotAllowedError       the operator does not allow this host
├── CredentialsError          lent ones cannot be read (retryable)
├── ResourceError             the machine or a limit of the service
│   ├── DiskFullError
│   │   └── NoRoomError       nothing was begun for it (retryable)
│   ├── DatabaseAwayError     (retryable)
│   ├── LimitExceededError
│   └── MediaProcessError     the child process crashed or hung
│       ├── MediaProcessKilledError   another process or the kernel ended it
│       └── WorkGivenUpError          it ended the service again and again
└── OutputError               an output could not be made as asked
    └── OutputInvalidError    it was made, but checking it found a fault

The message of an error is the sentence that the user reads: it never holds a secret. Its class says what it means, and
below that what to do about it if it can end a task; the reference is written from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class FilmstripError(Exception):
    """Something went wrong in a way that we can explain."""

    is_retryable: ClassVar[bool] = False
    """Whether the same thing may work a little later."""

    is_of_making: ClassVar[bool] = False
    """Whether it came about while an output was made, and neither its source nor its destination is the reason."""

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
    """There is nothing at the source's address.

    Look at the source's address; it may have expired.
    """


class SourceForbiddenError(SourceError):
    """The source's server refuses to hand it out with these credentials.

    Look at the credentials or the signature in the source's address, and at what they may read.
    """


class SourceUnreachableError(SourceError):
    """The source's server does not answer.

    Look at the host and port of the source's address, and whether its server runs.
    """

    is_retryable = True


class SourceChangedError(SourceError):
    """The source changed while it was read.

    Send the job again once the source is complete and left alone.
    """


class RangesNotSupportedError(SourceError):
    """The source's server hands it out only as a whole, from the beginning."""


class SourceUnreadableError(SourceError):
    """The source is not media that can be read, or is damaged beyond use.

    Play the source to see whether it is whole; the sentence says what it is instead.
    """


class StreamMissingError(SourceError):
    """The source has no stream of the kind that the output needs.

    Ask for what the source has: sound alone has no pictures.
    """


class DestinationError(FilmstripError):
    """The result cannot be put where it should go."""


class DestinationForbiddenError(DestinationError):
    """The destination refuses these credentials.

    Look at `key`, `secret` and `permissions` of the destination, and at what the key may write.
    """


class BucketNotFoundError(DestinationError):
    """The destination's bucket does not exist.

    Make the bucket, or look at its name: `s3://HOST/BUCKET/KEY`.
    """


class DestinationRefusedError(DestinationError):
    """The destination refuses the object or one of its attributes.

    Look at the value that the sentence names, such as `storage_class` or the address.
    """


class DestinationUnreachableError(DestinationError):
    """The destination's server does not answer.

    Look at the host and port of the destination, and whether its server runs.
    """

    is_retryable = True


class TaskStateError(FilmstripError):
    """The task is not in a state for this: it has ended, or it has not."""


class UploadError(FilmstripError):
    """The upload cannot go on like this."""


class UploadNotFoundError(UploadError):
    """There is no such upload here, or it has expired."""


class UploadLockedError(UploadError):
    """Another connection, or a task, works on the upload."""

    is_retryable = True


class UploadOffsetError(UploadError):
    """The upload is at another offset."""


class UploadTooLargeError(UploadError):
    """The upload would become larger than it may be."""


class UploadDamagedError(UploadError):
    """The bytes are not those of which the checksum was made."""


class HostNotAllowedError(FilmstripError):
    """The operator of this service does not allow this host.

    Use a public address, or ask the operator to allow this one (`private_hosts`, `local_roots`).
    """


class CredentialsError(FilmstripError):
    """The credentials that the operator named for a store cannot be read.

    The operator looks at the setting `stores`; the log says which variable or profile it is.
    """

    is_retryable = True


class ResourceError(FilmstripError):
    """A resource of the service ran out."""


class DiskFullError(ResourceError):
    """The service's disk is full.

    The operator makes room on the disk of the data folder; then send the job again.
    """


class NoRoomError(DiskFullError):
    """The service's disk is nearly full, so that nothing is begun on it.

    The operator makes room on the disk of the data folder; work waits for it.
    """

    is_retryable = True


class DatabaseAwayError(ResourceError):
    """The database does not answer.

    The operator looks whether the database of `database_url` runs; then send the job again.
    """

    is_retryable = True

    def __init__(self, message: str = "", *, was_waited_for: bool = False) -> None:
        """Explain it.

        Args:
            message: The sentence.
            was_waited_for: Whether it was asked again and again, as long as the caller wanted.
        """
        self.was_waited_for = was_waited_for
        super().__init__(message)


class LimitExceededError(ResourceError):
    """A limit of the service was reached.

    Ask for less; the sentence names the limit, which the operator can raise.
    """


class MediaProcessError(ResourceError):
    """The process that worked on the media ended unexpectedly.

    Send the job again; if it fails again, the operator finds the reason in the log.
    """

    is_of_making = True


class MediaProcessKilledError(MediaProcessError):
    """A signal ended the process that worked on the media: by itself, another one may do better.

    The operator looks whether the machine has too little memory, or lowers `slots`.
    """


class WorkGivenUpError(MediaProcessError):
    """The service died again and again while it worked on this.

    The operator looks whether the machine has too little memory for it; others should not wait for it once more.
    """

    is_of_making = False


class OutputError(FilmstripError):
    """The output cannot be made as asked.

    Change the parameter that the sentence names.
    """

    is_of_making = True


class OutputInvalidError(OutputError):
    """The output was made, but checking it found a fault.

    Send the job again; if it fails again, tell the operator, who finds more in the log.
    """


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
