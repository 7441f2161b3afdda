"""The fields of one request, whatever the form of its body."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from filmstrip.api.errors import FieldRequiredError


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a request.

    Attributes:
        values: All values of each field, in the order of the body; blank ones are left out.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def collect(cls, pairs: Iterable[tuple[str, str]]) -> Fields:
        """Gather name and value pairs; clients send blank fields when they mean "not given"."""
        gathered: dict[str, list[str]] = {}
        for name, value in pairs:
            if value.strip():
                gathered.setdefault(name.strip(), []).append(value)
        return cls({name: tuple(values) for name, values in gathered.items()})

    @classmethod
    def of_json(cls, document: Mapping[str, object]) -> Fields:
        """Gather the members of a JSON body; what is not text is kept as the JSON text that a form would hold."""
        return cls.collect((name, text) for name, value in document.items() for text in _texts(value))

    def __or__(self, others: Fields) -> Fields:
        """Add fields that this one lacks."""
        return Fields({**others.values, **self.values})

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field, none if it is absent."""
        return self.values.get(name, ())

    def text(self, name: str) -> str | None:
        """The first value of a field, None if it is absent."""
        return next(iter(self.all(name)), None)

    def required(self, name: str) -> str:
        """The first value of a field.

        Raises:
            FieldRequiredError: The field is absent.
        """
        value = self.text(name)
        if value is None:
            raise FieldRequiredError(f"The field {name} is required")
        return value


def _texts(value: object) -> Iterable[str]:
    if value is None:
        return
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield value if isinstance(value, str) else json.dumps(value)
