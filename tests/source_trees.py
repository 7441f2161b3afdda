"""The package's own source as syntax trees, parsed once by whichever process of the test run asks for them."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import filmstrip

ROOT = Path(filmstrip.__file__).parent
MODULES = tuple(str(path.relative_to(ROOT)) for path in sorted(ROOT.rglob("*.py")))
"""Names of the modules, as paths below the package."""


@cache
def source_trees() -> Mapping[str, ast.Module]:
    """Return the tree of each module; not when a file is loaded, as every process of a test run loads all of them."""
    return {name: ast.parse((ROOT / name).read_text()) for name in MODULES}
