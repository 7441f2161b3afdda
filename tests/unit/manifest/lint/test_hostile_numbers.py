"""Numbers of manifests that strangers wrote: none is made that is beyond bounds."""

import pytest

from filmstrip.manifest.lint.inspection import Kind, inspect, kind_of, pictures_of
from filmstrip.manifest.lint.surroundings import Surroundings

DIGITS = "9" * 5000
MPD = (
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT{n}S"><Period><AdaptationSet '
    'contentType="image"><SegmentTemplate media="$Number%0{n}d$.jpg" duration="{n}" timescale="{n}" startNumber="{n}"/>'
    '<Representation id="a" width="{n}" height="{n}"><EssentialProperty '
    'schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="{n}x{n}"/></Representation></AdaptationSet>'
    "</Period></MPD>"
)
PLAYLIST = (
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{n}\n#EXT-X-IMAGES-ONLY\n#EXTINF:{n}.{n},\n"
    "#EXT-X-TILES:RESOLUTION={n}x{n},LAYOUT={n}x{n},DURATION={n}\n#EXT-X-BYTERANGE:{n}@{n}\na.jpg\n#EXT-X-ENDLIST\n"
)
TRACK = "WEBVTT\n\n{n}:00:00.000 --> {n}:00:01.000\na.jpg#xywh={n},{n},{n},{n}\n"
BOARDS = [
    (
        '[{"startTime": {n}, "endTime": 1e999, "text": "a.jpg#xywh={n},0,1,1"}, 5, '
        '{"startTime": NaN, "text": "a.jpg#xywh=1"}]'
    ),
    '{"url": "a.jpg", "tile_width": {n}, "tile_height": 1e9, "tiles": [{"start": true, "x": -1, "y": {}}, null]}',
]


@pytest.mark.parametrize("text", BOARDS)
@pytest.mark.parametrize("digits", ["9" * 4000, "9" * 400])
def test_numbers_of_a_storyboard_beyond_bounds_are_findings(text: str, digits: str) -> None:
    """Values of every kind stand in JSON; each is named, none is a crash."""
    found = inspect(text.replace("{n}", digits).encode(), Kind.STORYBOARD, Surroundings())
    assert {"start", "place", "size"} <= {each.rule for each in found}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"tiles":' * 20_000, '[{"startTime": ' + DIGITS + ', "url": ""}]'])
def test_what_cannot_be_read_is_no_storyboard(text: str) -> None:
    """Deep nesting and numbers of thousands of digits are told, by a rule, and no crash."""
    assert kind_of(text.encode(), "a.json") is None
    assert [each.rule for each in inspect(text.encode(), Kind.STORYBOARD, Surroundings())] == ["form"]


@pytest.mark.parametrize("text", [MPD, PLAYLIST, PLAYLIST.replace("IMAGES-ONLY", "I-FRAMES-ONLY"), TRACK])
def test_numbers_beyond_bounds_are_findings(text: str) -> None:
    """Thousands of digits are a fault of the manifest, and no crash of the one who looks at it."""
    data = text.replace("{n}", DIGITS).encode()
    kind = kind_of(data, "a")
    assert isinstance(kind, Kind)
    list(inspect(data, kind, Surroundings()))
    assert all(len(name) < 20_000 for name in pictures_of(data, kind))
