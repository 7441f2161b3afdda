"""Measures Filmstrip's frames against its peers and against the physical floor, in turn, in one go: `make bench`."""

import sys
from pathlib import Path

# The bar code that marks every frame of a source is the one of the tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
