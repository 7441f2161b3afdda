"""The exactness corpus: one object per source, with its true numbers and the recipe that makes it.

Every picture carries its number as a bar code (`barcode`). `ASSETS["plain.mp4"].path` makes the file when it is first
asked for and keeps it under `.cache/assets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from assets import (
    basic,
    clocks,
    codecs,
    containers,
    damaged,
    fields,
    hostile,
    shapes,
    streams,
    structures,
    timeless,
    timing,
    tones,
)
from assets.asset import Asset

FAMILIES = (
    basic,
    structures,
    timing,
    timeless,
    containers,
    clocks,
    codecs,
    fields,
    shapes,
    tones,
    streams,
    damaged,
    hostile,
)

ASSETS: Mapping[str, Asset] = MappingProxyType({asset.name: asset for family in FAMILIES for asset in family.ASSETS})

__all__ = ["ASSETS", "Asset"]
