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


@pytest.mark.parametrize("text", [MPD, PLAYLIST, PLAYLIST.replace("IMAGES-ONLY", "I-FRAMES-ONLY"), TRACK])
def test_numbers_beyond_bounds_are_findings(text: str) -> None:
    """Thousands of digits are a fault of the manifest, and no crash of the one who looks at it."""
    data = text.replace("{n}", DIGITS).encode()
    kind = kind_of(data, "a")
    assert isinstance(kind, Kind)
    list(inspect(data, kind, Surroundings()))
    assert all(len(name) < 20_000 for name in pictures_of(data, kind))
