"""The package's own source as syntax trees, parsed once by whichever process of the test run asks for them."""

import ast
import gc
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
    # Python 3.11 counts wrong if garbage is collected while a tree is made ("recursion depth mismatch", gh-106905).
    gc.disable()
    try:
        return {name: ast.parse((ROOT / name).read_text()) for name in MODULES}
    finally:
        gc.enable()
