"""The meaning of fields: `Attributes` sections of docstrings, read back for help texts and references."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

_FIELD = re.compile(r"    (?P<name>[a-z]\w*): (?P<text>.*)")  # names with a leading underscore are pydantic's own


def field_texts(kind: type) -> dict[str, str]:
    """Collect the description of each field of a class, its own and inherited ones, in the order of definition."""
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        texts |= dict(_described(vars(base).get("__doc__") or ""))
    return texts


def _described(docstring: str) -> Iterator[tuple[str, str]]:
    name, words = "", list[str]()
    for line in _attribute_lines(docstring):
        match = _FIELD.fullmatch(line)
        if match is None:
            words.append(line.strip())
            continue
        if name:
            yield name, " ".join(words)
        name, words = match["name"], [match["text"]]
    if name:
        yield name, " ".join(words)


def _attribute_lines(docstring: str) -> Iterator[str]:
    inside = False
    for line in inspect.cleandoc(docstring).splitlines():
        if inside and line and not line.startswith(" "):
            return
        if inside and line.strip():
            yield line
        inside = inside or line == "Attributes:"
