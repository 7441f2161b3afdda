"""The muxers that there are: each is a module of this package with its `MUXER`, found by looking."""

from __future__ import annotations

import importlib
from functools import cache

from filmstrip.media.transcoding import muxers
from filmstrip.media.transcoding.muxers._base import Muxer


@cache
def muxer_named(name: str) -> Muxer:
    """Return the muxer of the module of a name, such as "mp4"."""
    found = importlib.import_module(f"{muxers.__name__}.{name}").MUXER
    if not isinstance(found, Muxer):
        raise TypeError(f"{name} has no muxer")
    return found
