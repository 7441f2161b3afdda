"""What does a class say about its attributes? The Attributes section of a Google docstring, as a mapping."""

from __future__ import annotations

import inspect
import re

_ITEM = re.compile(r" {4}(\w+): (.*)")


def attribute_docs(kind: type) -> dict[str, str]:
    """Read the text of each attribute, its lines joined to one."""
    _head, _mark, section = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    name = None
    for line in section.splitlines():
        if item := _ITEM.fullmatch(line):
            name = item[1]
            found[name] = item[2].strip()
        elif name is not None and line.startswith(" " * 8):
            found[name] += " " + line.strip()
        else:
            break
    return found
