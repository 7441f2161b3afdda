"""Is everything that is installed pinned?"""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pair) == 2 for pair in pairs), "constraints.txt has name==version only"
    return {canonicalize_name(name): version for name, version in pairs}


def _wanted() -> list[Requirement]:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    groups = [*project["optional-dependencies"].values(), *document["dependency-groups"].values()]
    return [Requirement(text) for text in [*project["dependencies"], *(text for group in groups for text in group)]]


def test_every_dependency_is_pinned_to_a_version_that_is_allowed() -> None:
    """`make demo` and `make test` install the same versions everywhere, and those that pyproject.toml allows."""
    pins = _pins()
    for wanted in _wanted():
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), str(wanted)
