"""The order in which the parts of an MP4 file lie: a player can start early only if the index comes first."""

from __future__ import annotations

from pathlib import Path

from filmstrip.media.source.iso_boxes import walk_boxes

# What we make and what we check has a few; far fewer than this.
_MOST_BOXES = 1_000_000


def box_names(path: Path) -> tuple[str, ...]:
    """Name the top-level boxes of a file, in order."""
    with path.open("rb") as file:

        def read(start: int, end: int) -> bytes:
            file.seek(start)
            return file.read(end - start)

        boxes = walk_boxes(read, 0, path.stat().st_size, _MOST_BOXES, is_file=True)
        return tuple(box.kind.decode("latin-1") for box in boxes)


def is_faststart(path: Path) -> bool:
    """Check whether the index of an MP4 file lies before its samples, so that it plays while it is still loading."""
    names = box_names(path)
    return "moov" in names and "mdat" in names and names.index("moov") < names.index("mdat")
