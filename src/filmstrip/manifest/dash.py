"""Thumbnails in MPEG-DASH: the tile set of DASH-IF IOP 6.2.6, in the form that players read right.

EssentialProperty stands in the Representation (Shaka shows nothing if it stands in the AdaptationSet), width and
height are those of the whole sprite, and `SegmentTemplate@duration` is the time of a full sprite: players divide it
by the number of tiles, so a last sprite that is not full is timed right as long as its file has the full grid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from filmstrip.domain.timing import ceil_to_millisecond
from filmstrip.manifest.material import Material
from filmstrip.manifest.seconds import decimal_seconds
from filmstrip.manifest.sprite_series import SpriteSeries

TILE_SCHEME = "http://dashif.org/guidelines/thumbnail_tile"
"""Scheme of the property that tells the grid as columns x rows (DASH-IF IOP 6.2.6)."""

_NUMBERED = re.compile(r"(.*?)(\d+)(\.[A-Za-z0-9]+)")


def write(material: Material) -> str:
    """Write the MPD of finished thumbnails, which names them by the pattern of their bare names."""
    return mpd(material.neighbours())


def mpd(series: SpriteSeries) -> str:
    """Write an MPD that holds the tile set and nothing else, to be merged into the MPD of the video."""
    root = ET.Element(
        "MPD",
        {
            "xmlns": "urn:mpeg:dash:schema:mpd:2011",
            "profiles": "urn:mpeg:dash:profile:isoff-live:2011",
            "type": "static",
            "mediaPresentationDuration": f"PT{decimal_seconds(ceil_to_millisecond(series.duration))}S",
            "minBufferTime": "PT2S",
        },
    )
    period = ET.SubElement(root, "Period", {"id": "0", "start": "PT0S"})
    period.append(_adaptation_set(series, "thumbnails"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_text(root)}'


def adaptation_set(series: SpriteSeries, identifier: str = "thumbnails") -> str:
    """Write the AdaptationSet alone, to be put into a Period of an existing MPD.

    Args:
        series: What it holds.
        identifier: Id of its Representation, unique in the Period.
    """
    return _text(_adaptation_set(series, identifier))


def _adaptation_set(series: SpriteSeries, identifier: str) -> ET.Element:
    grid = series.grid
    media, start_number = number_template([sprite.name for sprite in series.sprites])
    adaptation = ET.Element("AdaptationSet", {"contentType": "image", "mimeType": series.content_type})
    duration = {
        "timescale": str(series.full_seconds.denominator),
        "duration": str(series.full_seconds.numerator),
    }
    ET.SubElement(adaptation, "SegmentTemplate", {"media": media, "startNumber": str(start_number), **duration})
    representation = ET.SubElement(
        adaptation,
        "Representation",
        {
            "id": identifier,
            "bandwidth": str(series.peak_bits_per_second),
            "width": str(grid.sprite_size.width),
            "height": str(grid.sprite_size.height),
        },
    )
    layout = {"schemeIdUri": TILE_SCHEME, "value": f"{grid.columns}x{grid.rows}"}
    ET.SubElement(representation, "EssentialProperty", layout)
    return adaptation


def number_template(names: Sequence[str]) -> tuple[str, int]:
    """Find the SegmentTemplate@media and @startNumber that give these names (ISO/IEC 23009-1, 5.3.9.4.4).

    Raises:
        ValueError: The names do not end in consecutive numbers of one form.
    """
    if len(names) == 1:
        return names[0].replace("$", "$$"), 1
    match = _NUMBERED.fullmatch(names[0])
    if match is None:
        raise ValueError(f"{names[0]!r} has no number before its extension")
    stem, digits, extension = match.groups()
    width, start = len(digits), int(digits)
    expected = [f"{stem}{number:0{width}}{extension}" for number in range(start, start + len(names))]
    if list(names) != expected:
        raise ValueError(f"The names {names[0]!r} to {names[-1]!r} are not numbered one after the other")
    return f"{stem.replace('$', '$$')}$Number%0{width}d${extension}", start


def _text(element: ET.Element) -> str:
    ET.indent(element)
    return ET.tostring(element, encoding="unicode") + "\n"
