"""The code and message that the API answers for an error.

ApiError                      what only the API can find fault with
├── FieldRequiredError        14
├── BodyError                 19
│   ├── BodyTooLargeError     19, HTTP status 413
│   └── BodyTooSlowError      19, HTTP status 408
├── UnknownMethodError        1
├── BusyError                 8
│   ├── TooManyWrongKeysError 8
│   └── TooManyRequestsError  8
├── BadApiKeyError            2
├── ScopeError                2
├── BadTokenError             4
├── BadTokensError            13
├── BadPayloadError           9
├── BadProfileError           11
├── ProfileNotFoundError      12
└── BadFieldError             19

Errors from below keep their own names; the table says which code they are. A failure is an answer like any other,
with HTTP status 200: the official clients lose code and message of every other status. The few that have another
one end the connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from filmstrip.domain.errors import (
    ApiKeyNotFoundError,
    DatabaseAwayError,
    FilmstripError,
    LimitExceededError,
    QueryError,
    TaskStateError,
    TokenNotFoundError,
)

INTERNAL_ERROR = 1


class ApiError(FilmstripError):
    """The request is not one that the API can answer."""

    code: ClassVar[int] = INTERNAL_ERROR
    http_status: ClassVar[int] = 200


class FieldRequiredError(ApiError):
    """A required field is absent."""

    code = 14


class BodyError(ApiError):
    """The body cannot be read."""

    code = 19


class BodyTooLargeError(BodyError):
    """The body is larger than the operator allows."""

    http_status = 413


class BodyTooSlowError(BodyError):
    """The body did not come in time."""

    http_status = 408


class UnknownMethodError(ApiError):
    """The API has no method of this name, or not by this verb."""


class BusyError(ApiError):
    """The service has no room for this now.

    Attributes:
        retry_after_seconds: When to ask again; None if it is not known.
    """

    code = 8

    def __init__(self, message: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class TooManyWrongKeysError(BusyError):
    """Too many wrong API keys came from the caller's address."""


class TooManyRequestsError(BusyError):
    """Too many requests came from the caller's address, or with its API key."""


class BadApiKeyError(ApiError):
    """API key is not valid."""

    code = 2


class ScopeError(ApiError):
    """The API key may not be used for this."""

    code = 2


class BadTokenError(ApiError):
    """Token is not valid."""

    code = 4


class BadTokensError(ApiError):
    """The list of task tokens is not valid."""

    code = 13


class BadPayloadError(ApiError):
    """Payload is too long."""

    code = 9


class BadProfileError(ApiError):
    """The list of profiles is not valid."""

    code = 11


class ProfileNotFoundError(ApiError):
    """There is no such profile or transfer method for the caller's API key."""

    code = 12


class BadFieldError(ApiError):
    """A field of the request is not what it may be."""

    code = 19


AWAY_SECONDS = 5.0
"""When to ask again if the database does not answer."""

_CODES: Mapping[type[FilmstripError], int] = {
    ApiKeyNotFoundError: 3,
    TokenNotFoundError: 5,
    QueryError: 19,
    TaskStateError: 19,
    LimitExceededError: 8,
    DatabaseAwayError: 8,
}

# Clients compare these texts to the letter (the Node client logs in again on "Token not found").
_LITERAL_MESSAGES: Mapping[type[FilmstripError], str] = {
    ApiKeyNotFoundError: "API key not found",
    TokenNotFoundError: "Token not found",
}


def error_code(error: FilmstripError) -> int:
    """Return the number that clients know an error by."""
    return error.code if isinstance(error, ApiError) else _CODES.get(type(error), INTERNAL_ERROR)


def retry_after_seconds(error: FilmstripError) -> float | None:
    """Return when to ask again; None if it is not known."""
    if isinstance(error, DatabaseAwayError):
        return AWAY_SECONDS
    return error.retry_after_seconds if isinstance(error, BusyError) else None


def failure(error: FilmstripError) -> dict[str, object]:
    """Make the answer for an error: its code, its sentence and, for a query, each mistake by its field."""
    answer: dict[str, object] = {
        "error": error_code(error),
        "message": _LITERAL_MESSAGES.get(type(error)) or str(error) or str(type(error).__doc__),
    }
    if isinstance(error, QueryError):
        answer["mistakes"] = [{"field": mistake.field, "problem": mistake.problem} for mistake in error.mistakes]
    if (seconds := retry_after_seconds(error)) is not None:
        answer["retry_after"] = seconds
    return answer
