"""Parsing of one object of a query, with its mistakes by the names of its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError

from filmstrip.domain.errors import Mistake
from filmstrip.params.parameters import Parameters

ParametersT = TypeVar("ParametersT", bound=Parameters)


def validated(
    kind: type[ParametersT], document: dict[str, Any], path: str, mistakes: list[Mistake]
) -> ParametersT | None:
    """Parse an object, or add what is wrong with it to the mistakes, by the path where it stands; None then."""
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        mistakes.extend(_mistakes(error, path))
        return None


def _mistakes(error: ValidationError, path: str) -> Iterator[Mistake]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        field = path + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in found["loc"])
        problem = _PROBLEMS.get(found["type"]) or found["msg"].removeprefix("Value error, ")
        yield Mistake(field.lstrip("."), problem)


_PROBLEMS = {"missing": "is required", "model_type": "is not an object", "tuple_type": "is not a list"}
