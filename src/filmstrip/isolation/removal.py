"""Removes a folder in which a media process worked, whatever it made there: level by level, without recursion.

A process that was taken over can make folders thousands of levels deep, where `shutil.rmtree` ends in RecursionError,
and folders that their own owner may not look into.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path


def remove_tree(folder: Path) -> None:
    """Remove a folder with everything in it; what cannot be removed stays, and is no error."""
    prefix = f".removed-{secrets.token_hex(8)}-"
    # Every folder inside is moved up here once, and emptied in the next round.
    names = (folder / f"{prefix}{number}" for number in count())
    _open_up(folder)
    while sum(_remove_level(entry, names) for entry in _entries(folder)):
        pass
    with suppress(OSError):
        folder.rmdir()


def _remove_level(entry: os.DirEntry[str], names: Iterator[Path]) -> bool:
    """Remove a file, or a folder whose own folders get new names; False if it stays as it was."""
    path = Path(entry.path)
    if not entry.is_dir(follow_symlinks=False):
        return _is_removed(path)
    _open_up(path)
    moved = [_is_moved(inner, names) for inner in _entries(path)]
    try:
        path.rmdir()
    except OSError:
        return any(moved)
    return True


def _is_moved(entry: os.DirEntry[str], names: Iterator[Path]) -> bool:
    path = Path(entry.path)
    if not entry.is_dir(follow_symlinks=False):
        return _is_removed(path)
    _open_up(path)
    try:
        path.rename(next(names))
    except OSError:
        return False
    return True


def _is_removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _open_up(folder: Path) -> None:
    with suppress(OSError):
        folder.chmod(0o700)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
