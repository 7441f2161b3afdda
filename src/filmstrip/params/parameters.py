"""The base of every group of parameters: what "absent" means and which keys are not known."""

from __future__ import annotations

import inspect
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


def without_absent(document: object) -> object:
    """Drop keys whose value is null or an empty string: clients send both when they mean "not given"."""
    if not isinstance(document, dict):
        return document
    return {key: value for key, value in document.items() if value is not None and value != ""}


class Parameters(BaseModel):
    """A frozen group of parameters, as a client sends them."""

    # What was sent may be a secret, and an unexpected error is shown as it is. A parser is built when it is
    # first used: for flags and help it never is, and a command uses few of them.
    model_config = ConfigDict(
        frozen=True, extra="ignore", validate_default=False, hide_input_in_errors=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_absent(cls, document: Any) -> Any:
        return without_absent(document)

    @classmethod
    def wire_names(cls) -> frozenset[str]:
        """The keys that a client may send."""
        return frozenset(str(field.validation_alias or field.alias or name) for name, field in cls.model_fields.items())


def build_parsers(kind: type[Parameters]) -> None:
    """Build the parsers of a kind of parameters and of all that are loaded of its kinds, but of abstract ones.

    Else each is built when it is first used.
    """
    if not inspect.isabstract(kind):
        kind.model_rebuild()
    for further in kind.__subclasses__():
        build_parsers(further)
