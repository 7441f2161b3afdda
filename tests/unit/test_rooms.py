"""The rooms of the floors: each names, in its package's docstring, what others use of it, and they use nothing else.

It is named, not imported there: whoever needs a type of a room would otherwise load libav for it.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from source_trees import ROOT, source_trees

ROOMS = sorted(
    package.parent
    for package in ROOT.rglob("*/*/__init__.py")
    if package.relative_to(ROOT).parts[0] in {"media", "outputs", "jobs", "storage"}
)
_BULLET = re.compile(r"^- `(\w+)`: ", re.MULTILINE)


@cache
def _used_from_outside() -> dict[Path, set[str]]:
    used: dict[Path, set[str]] = defaultdict(set)
    for name, tree in source_trees().items():
        path = ROOT / name
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("filmstrip."):
                for module in _modules(node):
                    if module.parent not in path.parents:
                        used[module.parent].add(module.stem)
    return used


def _modules(node: ast.ImportFrom) -> list[Path]:
    place = ROOT.joinpath(*(node.module or "").split(".")[1:])
    named = [place] if place.with_suffix(".py").exists() else [place / name.name for name in node.names]
    return [path.with_suffix(".py") for path in named if path.with_suffix(".py").exists()]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_names_what_others_use(room: Path) -> None:
    """No more and no less."""
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    assert set(_BULLET.findall(docstring)) == _used_from_outside()[room]
