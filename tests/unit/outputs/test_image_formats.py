"""Is a row of the table all that a picture format needs, besides its encoder?"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from filmstrip.domain.picture import ImageFormat, format_of_extension, format_of_type
from filmstrip.outputs.thumbnails.layout import own_names
from filmstrip.outputs.thumbnails.output import Thumbnails
from filmstrip.params.customs import names_a_picture

# Another process, whose table has one row more: everything else is the program as it is.
_WITH_ANOTHER_ROW = '''
import importlib.util, io, json, sys, types
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

_ROW = """
    TIFF = ImageKind(
        extension="tiff",
        aliases=("tif",),
        label="TIFF",
        content_type="image/tiff",
        hls_codec="tifx",
        longest_side=2000,
        bytes_per_pixel=3.0,
    )

"""
spec = importlib.util.find_spec("filmstrip.domain.picture")
head, new, tail = spec.loader.get_source(spec.name).partition("    def __new__")
module = types.ModuleType(spec.name)
sys.modules[spec.name] = module
exec(compile(head + _ROW + new + tail, spec.origin, "exec"), module.__dict__)

import numpy as np
from PIL import Image

import manifest_series
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.manifest.hls_images import image_stream_entry
from filmstrip.media.pictures.picture_bytes import encode_pixels
from filmstrip.media.pictures.picture_check import picture_facts
from filmstrip.outputs.registry import parse_query
from filmstrip.outputs.thumbnails.layout import own_names
from filmstrip.params.customs import names_a_picture
from filmstrip.storage.own.keys import content_type_of

TIFF = module.ImageFormat.TIFF
VIDEO = VideoStream(0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)
INFO = MediaInfo("mov", Fraction(100), Fraction(0), 1000, VIDEO)


def parsed(**entry):
    document = {"query": {"source": "http://h/f", "format": [{"output": "thumbnails", "interval": 1, **entry}]}}
    return parse_query(json.dumps(document)).formats[0]


def refusal(what, *arguments, **fields):
    try:
        what(*arguments, **fields)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


output = parsed(image_format="TIF", sprite=1, sprite_name="seek.tif")
series = replace(manifest_series.SERIES, content_type="image/tiff")
file = io.BytesIO()
Image.new("RGB", (8, 4)).save(file, "TIFF")
print(json.dumps({
    "format": output.image_format,
    "sprite": output.sets(INFO)[0].file_name(0),
    "playlist": 'CODECS="tifx"' in image_stream_entry(series, "images.m3u8"),
    "weight": " as tiff;" in parsed(image_format="tiff").plan(INFO).warnings[0],
    "decoded": [picture_facts(file.getvalue()).content_type, str(picture_facts(file.getvalue()).size)],
    "no picture": refusal(picture_facts, b"none"),
    "too long": refusal(parsed(image_format="tiff", width=2002).plan, INFO),
    "unknown": refusal(parsed, image_format="bmp"),
    "own": own_names(None, in_folders=False).fullmatch("thumb_0001.tiff") is not None,
    "named": names_a_picture("s3://h/b/seek.tif"),
    "promised": parsed(image_format="png", sprite=1, sprite_name="seek.tif").extension_warning("seek.tif"),
    "served": content_type_of("thumb_0001.tif"),
    "forgotten encoder": refusal(encode_pixels, np.zeros((4, 8, 3), np.uint8), module.PictureEncoding(TIFF))[:15],
}))
'''


def test_a_row_is_enough() -> None:
    """One row more, and it is asked for, planned, warned of, named, known again, listed and served; never another."""
    found = subprocess.run(
        [sys.executable, "-c", _WITH_ANOTHER_ROW],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert "at most 2000 pixels a side" in told.pop("too long")
    assert "one of png, jpg, webp, avif, tiff" in told.pop("unknown")
    assert told == {
        "format": "tiff",
        "sprite": "seek_0001.tif",
        "playlist": True,
        "weight": True,
        "decoded": ["image/tiff", "8x4"],
        "no picture": "ValueError: it is no PNG, JPEG, WebP, AVIF or TIFF picture",
        "own": True,
        "named": True,
        "promised": 'The picture is png, although its name ends in ".tif"',
        "served": "image/tiff",
        "forgotten encoder": "AssertionError:",
    }


@pytest.mark.parametrize("image_format", list(ImageFormat))
def test_all_names_of_a_format_are_known(image_format: ImageFormat) -> None:
    """As the format of a query, as the end of a sprite's name, and as files of an earlier run."""
    assert format_of_type(image_format.content_type) is image_format
    for name in image_format.extensions:
        for written in (name, name.upper()):
            entry = {"output": "thumbnails", "interval": 1, "image_format": written, "sprite_name": f"seek.{written}"}
            assert Thumbnails.model_validate(entry).image_format is image_format
            assert format_of_extension(written) is image_format
            assert names_a_picture(f"s3://h/b/seek.{written}")
            assert own_names(f"seek.{written}", in_folders=False).fullmatch(f"seek_0001.{written}")


def test_no_two_formats_are_mistaken() -> None:
    """Each name, type and codec belongs to one row; what is no picture's is none."""
    kinds = [each.kind for each in ImageFormat]
    names = [name for each in ImageFormat for name in each.extensions]
    assert len(set(names)) == len(names)
    for facts in (
        [kind.label for kind in kinds],
        [kind.content_type for kind in kinds],
        [kind.hls_codec for kind in kinds],
    ):
        assert len(set(facts)) == len(kinds)
    assert format_of_extension("mp4") is None
    assert format_of_extension("") is None
    with pytest.raises(ValueError, match="video/mp4 is no type of a picture"):
        format_of_type("video/mp4")
