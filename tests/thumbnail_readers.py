"""Reads thumbnails as players do: each kind of manifest gives the moments and the pictures shown from them on.

Written from the specifications, sharing no code with what is tested.
"""

from __future__ import annotations

import io
import json
import math
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from PIL import Image

Shown = tuple[Fraction, Image.Image]
"""From when on, in seconds from the start of what is played, and what."""


def read_all(folder: Path) -> dict[str, list[Shown]]:
    """Read every manifest of a folder, by file name."""
    readers = {".vtt": read_vtt, ".json": read_json, ".mpd": read_dash, ".bif": read_bif}
    found = {path.name: list(readers[path.suffix](path)) for path in folder.iterdir() if path.suffix in readers}
    for path in folder.glob("*.m3u8"):
        text = path.read_text()
        if "#EXT-X-IMAGES-ONLY" in text:
            found[path.name] = list(read_hls_images(path))
        elif "#EXT-X-I-FRAMES-ONLY" in text:
            found[path.name] = list(read_hls_mjpg(path))
    return found


def read_vtt(path: Path) -> Iterator[Shown]:
    """Read a WebVTT track."""
    cues = re.findall(r"(\d+):(\d\d):(\d\d\.\d{3}) --> \S+\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)\n", path.read_text())
    for hours, minutes, seconds, name, *box in cues:
        left, top, width, height = map(int, box)
        start = 3600 * int(hours) + 60 * int(minutes) + Fraction(seconds)
        yield start, opened(path.parent / name).crop((left, top, left + width, top + height))


def read_json(path: Path) -> Iterator[Shown]:
    """Read a storyboard in JSON."""
    for image in json.loads(path.read_text()):
        left, top = image["coords"]["x"], image["coords"]["y"]
        rectangle = (left, top, left + image["width"], top + image["height"])
        yield Fraction(str(image["startTime"])), opened(path.parent / image["url"]).crop(rectangle)


def read_hls_images(path: Path) -> Iterator[Shown]:
    """Read an HLS image media playlist."""
    pattern = r"#EXTINF:([\d.]+),\n#EXT-X-TILES:RESOLUTION=(\d+)x(\d+),LAYOUT=(\d+)x(\d+),DURATION=([\d.]+)\n(\S+)\n"
    start = Fraction(0)
    for covered, width, height, columns, rows, seconds, name in re.findall(pattern, path.read_text()):
        tiles = _tiles(opened(path.parent / name), int(columns), int(rows))
        assert tiles[0].size == (int(width), int(height))
        count = math.ceil(Fraction(covered) / Fraction(seconds))
        yield from ((start + number * Fraction(seconds), tiles[number]) for number in range(count))
        start += Fraction(covered)


def read_hls_mjpg(path: Path) -> Iterator[Shown]:
    """Read an I-frame playlist: the picture is all that is in the `mdat` box of its byte range."""
    start = Fraction(0)
    for seconds, length, offset, name in re.findall(
        r"#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)\n", path.read_text()
    ):
        fragment = (path.parent / name).read_bytes()[int(offset) : int(offset) + int(length)]
        moof_bytes, moof = struct.unpack(">I4s", fragment[:8])
        mdat_bytes, mdat = struct.unpack(">I4s", fragment[moof_bytes : moof_bytes + 8])
        assert (moof, mdat, moof_bytes + mdat_bytes) == (b"moof", b"mdat", len(fragment))
        yield start, Image.open(io.BytesIO(fragment[moof_bytes + 8 :]))
        start += Fraction(seconds)


def read_dash(path: Path) -> Iterator[Shown]:
    """Read a DASH tile set."""
    space = {"": "urn:mpeg:dash:schema:mpd:2011"}
    root = ET.fromstring(path.read_bytes())  # noqa: S314 - it is of our own making
    total = Fraction(root.attrib["mediaPresentationDuration"].removeprefix("PT").removesuffix("S"))
    template, shape = root.find(".//SegmentTemplate", space), root.find(".//EssentialProperty", space)
    assert template is not None
    assert shape is not None
    columns, rows = map(int, shape.attrib["value"].split("x"))
    each = Fraction(template.attrib["duration"]) / int(template.attrib["timescale"])
    seconds = each / (columns * rows)
    for index in range(math.ceil(total / each)):
        number = index + int(template.get("startNumber", "1"))
        name = re.sub(
            r"\$Number(?:%0(\d)d)?\$", lambda m, n=number: str(n).zfill(int(m[1] or 1)), template.attrib["media"]
        )
        for place, tile in enumerate(_tiles(opened(path.parent / name), columns, rows)):
            if index * each + place * seconds < total:
                yield index * each + place * seconds, tile


def read_bif(path: Path) -> Iterator[Shown]:
    """Read a BIF file."""
    data = path.read_bytes()
    assert data[:8] == b"\x89BIF\r\n\x1a\n"
    count, milliseconds = struct.unpack("<II", data[12:20])
    index = list(struct.iter_unpack("<II", data[64 : 64 + 8 * (count + 1)]))
    assert index[-1] == (0xFFFFFFFF, len(data))
    for (number, begin), (_, end) in pairwise(index):
        yield Fraction(number * milliseconds, 1000), Image.open(io.BytesIO(data[begin:end]))


@lru_cache(maxsize=64)
def opened(path: Path) -> Image.Image:
    """Read a picture file."""
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _tiles(sprite: Image.Image, columns: int, rows: int) -> list[Image.Image]:
    width, height = sprite.width // columns, sprite.height // rows
    places = [(column * width, row * height) for row in range(rows) for column in range(columns)]
    return [sprite.crop((left, top, left + width, top + height)) for left, top in places]
