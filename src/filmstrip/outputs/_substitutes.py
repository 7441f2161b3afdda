"""Counts the frames of files that are substitutes for ones that could not be decoded. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from filmstrip.domain.artifact import Artifact


def count_substitutes(artifacts: Iterable[Artifact]) -> int:
    """Count the moments for which files show another frame than the right one; several sizes of one count once."""
    frames = (frame for artifact in artifacts for frame in artifact.frames)
    return len({frame.requested_seconds for frame in frames if frame.is_substitute})
