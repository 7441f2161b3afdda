"""Counts the frames of files that are substitutes for ones that could not be decoded, and says so in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from filmstrip.domain.artifact import Artifact, FrameStamp

MOST_TOLD_ONE_BY_ONE = 20
"""As many warnings as people still read."""


def count_substitutes(artifacts: Iterable[Artifact]) -> int:
    """Count the moments for which files show another frame than the right one; several sizes of one count once."""
    frames = (frame for artifact in artifacts for frame in artifact.frames)
    return len({frame.requested_seconds for frame in frames if frame.is_substitute})


def substitute_warnings(frames: Iterable[FrameStamp]) -> Iterator[str]:
    """Return what is to be said of the substitutes among frames: of the first ones one by one, then of all others."""
    substitutes = sorted((frame for frame in frames if frame.is_substitute), key=lambda frame: frame.requested_seconds)
    yield from map(warning_of, substitutes[:MOST_TOLD_ONE_BY_ONE])
    yield from further_warnings(substitutes)


def warning_of(substitute: FrameStamp) -> str:
    """Return what is to be said of one substitute."""
    return (
        f"The frame at {float(substitute.requested_seconds):.3f} s could not be decoded; "
        f"the image shows the one at {float(substitute.actual_seconds):.3f} s"
    )


def further_warnings(substitutes: Sequence[FrameStamp]) -> Iterator[str]:
    """Return what is to be said of those, in their order, that are too many to be told one by one."""
    further = len(substitutes) - MOST_TOLD_ONE_BY_ONE
    if further > 0:
        last = float(substitutes[-1].requested_seconds)
        yield f"{further} more frames up to {last:.3f} s could not be decoded; their images show the nearest good ones"
