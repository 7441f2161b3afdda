"""Reading the thumbnails of an MPD so that whatever is unusual about them can still be told."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from xml.etree import ElementTree as ET

_PERIOD_TIME = re.compile(
    r"P(?:(\d{1,9})D)?T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d{1,30})?)S)?"
)  # XML Schema, duration
_NUMBER = re.compile(r"\$Number(?:%0(\d{1,2})d)?\$")
_MOST_DIGITS = 18
_GRID = re.compile(r"([1-9]\d{0,8})x([1-9]\d{0,8})")
_TILE_SCHEMES = ("http://dashif.org/guidelines/thumbnail_tile", "http://dashif.org/thumbnail_tile")
_MOST_NAMES = 100_000


@dataclass(frozen=True, slots=True)
class TileProperty:
    """A property that tells the grid.

    Attributes:
        is_essential: Whether it is an EssentialProperty, else a SupplementalProperty.
        in_representation: Whether it stands in the Representation, else in the AdaptationSet.
        scheme: Its scheme.
        value: The grid as it is written.
    """

    is_essential: bool
    in_representation: bool
    scheme: str
    value: str

    @property
    def grid(self) -> tuple[int, int] | None:
        """Columns and rows, None if the value is malformed."""
        match = _GRID.fullmatch(self.value)
        return (int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class ImageSet:
    """A Representation of an AdaptationSet of images.

    Attributes:
        identifier: Its id.
        width: As written, 0 without.
        height: As written, 0 without.
        properties: Everything that tells a grid.
        media: The template of the addresses, "" without one.
        start_number: The first number.
        segment_seconds: Seconds of a segment by @duration, None without.
        timeline: Durations of a SegmentTimeline in its own units, empty without.
        period_seconds: Length of the Period, None if it is not told.
    """

    identifier: str
    width: int
    height: int
    properties: tuple[TileProperty, ...]
    media: str
    start_number: int
    segment_seconds: Fraction | None
    timeline: tuple[int, ...]
    period_seconds: Fraction | None

    @property
    def names(self) -> tuple[str, ...]:
        """The addresses of all images, if the template tells them by number."""
        if not self.media or not self.segment_seconds or not self.period_seconds:
            return ()
        count = min(_MOST_NAMES, math.ceil(self.period_seconds / self.segment_seconds))
        return tuple(self._name(self.start_number + index) for index in range(count))

    def _name(self, number: int) -> str:
        filled = _NUMBER.sub(lambda match: str(number).zfill(int(match[1] or 1)), self.media)
        return filled.replace("$RepresentationID$", self.identifier).replace("$$", "$")

    def __str__(self) -> str:
        return f'Representation "{self.identifier}"'


def read_mpd(data: bytes) -> tuple[ImageSet, ...] | None:
    """Read all sets of images of an MPD; None if it is no well-formed XML."""
    if b"<!DOCTYPE" in data:  # an MPD has none, and entities are how XML attacks its readers
        return None
    try:
        root = ET.fromstring(data)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError:
        return None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    total = _seconds(root.get("mediaPresentationDuration"))
    return tuple(_image_sets(root, total))


def _image_sets(root: ET.Element, total: Fraction | None) -> Iterator[ImageSet]:
    for period in root.iter("Period"):
        seconds = _seconds(period.get("duration")) or total
        for adaptation in period.iter("AdaptationSet"):
            for representation in adaptation.iter("Representation"):
                if _is_image(adaptation, representation):
                    yield _image_set(adaptation, representation, seconds)


def _is_image(adaptation: ET.Element, representation: ET.Element) -> bool:
    kind = representation.get("mimeType") or adaptation.get("mimeType") or ""
    return adaptation.get("contentType") == "image" or kind.startswith("image/")


def _image_set(adaptation: ET.Element, representation: ET.Element, seconds: Fraction | None) -> ImageSet:
    template = _first("SegmentTemplate", representation, adaptation)
    timescale, duration = _whole(template.get("timescale"), 1), _whole(template.get("duration"))
    return ImageSet(
        identifier=representation.get("id", ""),
        width=_whole(representation.get("width") or adaptation.get("width")),
        height=_whole(representation.get("height") or adaptation.get("height")),
        properties=(*_properties(representation, within=True), *_properties(adaptation, within=False)),
        media=template.get("media", ""),
        start_number=_whole(template.get("startNumber"), 1),
        segment_seconds=Fraction(duration, max(1, timescale)) if duration else None,
        timeline=tuple(_timeline(template)),
        period_seconds=seconds,
    )


def _first(name: str, *places: ET.Element) -> ET.Element:
    found = (place.find(name) for place in places)
    return next((element for element in found if element is not None), ET.Element(name))


def _properties(place: ET.Element, *, within: bool) -> Iterator[TileProperty]:
    for element in place:
        scheme = element.get("schemeIdUri", "")
        if element.tag in {"EssentialProperty", "SupplementalProperty"} and scheme in _TILE_SCHEMES:
            yield TileProperty(element.tag == "EssentialProperty", within, scheme, element.get("value", ""))


def _timeline(template: ET.Element) -> Iterator[int]:
    for entry in template.iterfind("SegmentTimeline/S"):
        repeats = min(_MOST_NAMES, _whole(entry.get("r")))
        yield from repeat(_whole(entry.get("d")), repeats + 1)


def _whole(text: str | None, otherwise: int = 0) -> int:
    """Read a number that is never negative; anything else is taken for absent."""
    return int(text) if text and text.isdecimal() and len(text) <= _MOST_DIGITS else otherwise


def _seconds(text: str | None) -> Fraction | None:
    match = _PERIOD_TIME.fullmatch(text or "")
    if match is None:
        return None
    days, hours, minutes, seconds = (Fraction(group or 0) for group in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
