"""Which code and message does the API answer for an error?

ApiError                      what only the API can find fault with
├── FieldRequiredError        14
├── BodyError                 19
├── BadApiKeyError            2
├── BadTokenError             4
├── BadTokensError            13
└── BadPayloadError           9

Errors from below keep their own names; the table says which code they are. A failure is an answer like any other,
with HTTP status 200: the official clients lose code and message of every other status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from filmstrip.domain.errors import (
    ApiKeyNotFoundError,
    FilmstripError,
    QueryError,
    TokenNotFoundError,
)

INTERNAL_ERROR = 1


class ApiError(FilmstripError):
    """The request is not one that the API can answer."""

    code: ClassVar[int] = INTERNAL_ERROR


class FieldRequiredError(ApiError):
    """A required field is absent."""

    code = 14


class BodyError(ApiError):
    """The body cannot be read."""

    code = 19


class BadApiKeyError(ApiError):
    """API key is not valid."""

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


_CODES: Mapping[type[FilmstripError], int] = {ApiKeyNotFoundError: 3, TokenNotFoundError: 5, QueryError: 19}

# Clients compare these texts to the letter (the Node client logs in again on "Token not found").
_LITERAL_MESSAGES: Mapping[type[FilmstripError], str] = {
    ApiKeyNotFoundError: "API key not found",
    TokenNotFoundError: "Token not found",
}


def error_code(error: FilmstripError) -> int:
    """Tell the number that clients know an error by."""
    return error.code if isinstance(error, ApiError) else _CODES.get(type(error), INTERNAL_ERROR)


def failure(error: FilmstripError) -> dict[str, object]:
    """Make the answer for an error: its code, its sentence and, for a query, each mistake by its field."""
    answer: dict[str, object] = {
        "error": error_code(error),
        "message": _LITERAL_MESSAGES.get(type(error)) or str(error) or str(type(error).__doc__),
    }
    if isinstance(error, QueryError):
        answer["mistakes"] = [{"field": mistake.field, "problem": mistake.problem} for mistake in error.mistakes]
    return answer
