"""Finds parameters that a client gave and that change nothing, because of others. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

_OF_A_SPRITE = ("columns", "rows")
_OF_ONE_SIZE = ("resolution", "size", "width", "height")


def idle_warnings(given: Collection[str], *, sprite: bool, has_sizes: bool) -> Iterator[str]:
    """Return what has no effect, and what would give it one.

    Args:
        given: The names of the parameters that the client gave.
        sprite: Whether pictures are tiled.
        has_sizes: Whether there are several sizes.
    """
    tiling = [name for name in _OF_A_SPRITE if name in given]
    if tiling and not sprite:
        yield f'{" and ".join(tiling)} changed nothing, as pictures are files of their own without "sprite": 1'
    one = [name for name in _OF_ONE_SIZE if name in given]
    if one and has_sizes:
        yield f"{' and '.join(one)} changed nothing, as sizes says which sizes there are"
