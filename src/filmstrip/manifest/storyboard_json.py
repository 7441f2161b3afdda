"""The storyboard as JSON: Mux's shape, and for each picture which frame of the source it really shows.

    {"url": "sprite.jpg", "tile_width": 320, "tile_height": 180, "duration": 60.0,
     "tiles": [{"start": 0.0, "x": 0, "y": 0, "url": "sprite.jpg", "end": 5.0, "requested": 0.0, "actual": 0.0,
                "error_ms": 0.0, "keyframe": true, "substitute": false}, …]}

The first four keys and `start`, `x` and `y` of a tile are Mux's; the rest is ours. All times are in seconds, those of
cues from the start of what is played, those of frames in presentation time of the source.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.artifact import FrameStamp
from filmstrip.manifest.picture import Cue

CONTENT_TYPE = "application/json"
"""MIME type of the storyboard (RFC 8259)."""

_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Shot:
    """A cue with the frame that its picture shows.

    Attributes:
        cue: When and where the picture is shown.
        frame: Which frame of the source it is.
    """

    cue: Cue
    frame: FrameStamp


def storyboard_json(shots: Sequence[Shot], duration: Fraction) -> str:
    """Write the storyboard.

    Args:
        shots: In order of time, at least one, with pictures of equal size.
        duration: Seconds that are covered altogether.

    Raises:
        ValueError: There is no shot, or their sizes differ.
    """
    sizes = {shot.cue.picture.size for shot in shots}
    if len(sizes) != 1:
        raise ValueError(f"the pictures of a storyboard have one size, not {len(sizes)}")
    (size,) = sizes
    head = {
        "url": shots[0].cue.picture.name,
        "tile_width": size.width,
        "tile_height": size.height,
        "duration": _number(duration),
    }
    # A line for each tile keeps a long storyboard small and yet readable.
    tiles = ",\n".join(json.dumps(_tile(shot)) for shot in shots)
    return f'{json.dumps(head)[:-1]}, "tiles": [\n{tiles}\n]}}\n'


def _tile(shot: Shot) -> dict[str, str | int | float | bool]:
    cue, frame = shot.cue, shot.frame
    return {
        "start": _number(cue.span.start),
        "x": cue.picture.x,
        "y": cue.picture.y,
        "url": cue.picture.name,
        "end": _number(cue.span.end),
        "requested": _number(frame.requested_seconds),
        "actual": _number(frame.actual_seconds),
        "error_ms": _number((frame.actual_seconds - frame.requested_seconds) * 1000),
        "keyframe": frame.is_keyframe,
        "substitute": frame.is_substitute,
    }


def _number(value: Fraction) -> float:
    return round(float(value), _DECIMALS)
