"""The storyboard as JSON, in the two forms that are read, and for each picture which frame of the source it shows.

Mux's shape has room for one image, and its readers (Vidstack) take no address of it but a full one:

    {"url": "https://host/sprite.jpg", "tile_width": 320, "tile_height": 180, "duration": 60.0,
     "tiles": [{"start": 0.0, "x": 0, "y": 0, "end": 5.0, "requested": 0.0, "actual": 0.0, "error_ms": 0.0,
                "keyframe": true, "substitute": false}, …]}

The first four keys and `start`, `x` and `y` of a tile are Mux's; the rest is ours. Wherever there are several images,
or bare names, it is an array as Vidstack takes it: its cues (`startTime`, `endTime`, `text`) are those of a WebVTT
track, and the same rectangle stands beside them in single values.

    [{"startTime": 0.0, "endTime": 5.0, "text": "sprite_0001.jpg#xywh=0,0,320,180", "url": "sprite_0001.jpg",
      "width": 320, "height": 180, "coords": {"x": 0, "y": 0}, "requested": 0.0, …}, …]

All times are in seconds, those of cues from the start of what is played, those of frames in presentation time of the
source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.artifact import FrameStamp
from filmstrip.manifest.material import Material
from filmstrip.manifest.picture import Cue, end_for_players

_DECIMALS = 6
_HAS_HOST = re.compile(r"https?://", re.IGNORECASE)

Value = str | int | float | bool | dict[str, int]
"""What stands in a storyboard."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A cue with the frame that its picture shows.

    Attributes:
        cue: When and where the picture is shown.
        frame: Which frame of the source it is.
    """

    cue: Cue
    frame: FrameStamp


def write(material: Material) -> str:
    """Write the storyboard of finished thumbnails."""
    shots = [Shot(cue, frame) for cue, frame in zip(material.cues(), material.frames(), strict=True)]
    return storyboard_json(shots, material.duration)


def storyboard_json(shots: Sequence[Shot], duration: Fraction) -> str:
    """Write the storyboard: Mux's shape for one image with its host, else an array.

    Args:
        shots: In order of time, at least one, with pictures of equal size.
        duration: Seconds that are covered altogether.

    Raises:
        ValueError: There is no shot, or their sizes differ.
    """
    sizes = {shot.cue.picture.size for shot in shots}
    if len(sizes) != 1:
        raise ValueError(f"The pictures of a storyboard have one size, not {len(sizes)}")
    names = {shot.cue.picture.name for shot in shots}
    if len(names) == 1 and _HAS_HOST.match(shots[0].cue.picture.name):
        return _mux_board(shots, duration)
    ends = [_number(shot.cue.span.end) for shot in shots[:-1]] + [end_for_players(shots[-1].cue.span.end)]
    return "[\n" + _lines([_image(shot, end) for shot, end in zip(shots, ends, strict=True)]) + "\n]\n"


def _mux_board(shots: Sequence[Shot], duration: Fraction) -> str:
    picture = shots[0].cue.picture
    head = {
        "url": picture.name,
        "tile_width": picture.size.width,
        "tile_height": picture.size.height,
        "duration": _number(duration),
    }
    return f'{json.dumps(head)[:-1]}, "tiles": [\n{_lines([_tile(shot) for shot in shots])}\n]}}\n'


def _lines(items: Sequence[Mapping[str, Value]]) -> str:
    """Write a line for each picture, which keeps a long storyboard small and yet readable."""
    return ",\n".join(json.dumps(item) for item in items)


def _tile(shot: Shot) -> dict[str, Value]:
    span, picture = shot.cue.span, shot.cue.picture
    place: dict[str, Value] = {"start": _number(span.start), "x": picture.x, "y": picture.y, "end": _number(span.end)}
    return place | _truth(shot.frame)


def _image(shot: Shot, end: float) -> dict[str, Value]:
    picture = shot.cue.picture
    place: dict[str, Value] = {
        "startTime": _number(shot.cue.span.start),
        "endTime": end,
        "text": picture.reference,
        "url": picture.name,
        "width": picture.size.width,
        "height": picture.size.height,
        "coords": {"x": picture.x, "y": picture.y},
    }
    return place | _truth(shot.frame)


def _truth(frame: FrameStamp) -> dict[str, Value]:
    return {
        "requested": _number(frame.requested_seconds),
        "actual": _number(frame.actual_seconds),
        "error_ms": _number((frame.actual_seconds - frame.requested_seconds) * 1000),
        "keyframe": frame.is_keyframe,
        "substitute": frame.is_substitute,
    }


def _number(value: Fraction) -> float:
    return round(float(value), _DECIMALS)
