"""The DASH tile set: whole sprites, full times, and a template that names every file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manifest_series as series
from filmstrip.manifest.dash import TILE_SCHEME, adaptation_set, mpd, number_template
from filmstrip.manifest.sprite_series import Sprite, SpriteSeries

GOLDEN = Path(__file__).parents[2] / "goldens" / "thumbnails.mpd"


def fill(media: str, number: int) -> str:
    """Fill a template as ISO/IEC 23009-1, 5.3.9.4.4 says."""
    parts = media.split("$")
    for index in range(1, len(parts), 2):
        identifier = parts[index]
        if identifier.startswith("Number%0"):
            parts[index] = str(number).zfill(int(identifier.removeprefix("Number%0").removesuffix("d")))
        else:
            assert identifier == ""
            parts[index] = "$"
    return "".join(parts)


def test_mpd_matches_the_golden_file() -> None:
    """The MPD of a small video is exactly the reviewed one."""
    assert mpd(series.SERIES) == GOLDEN.read_text()


def test_property_stands_in_the_representation() -> None:
    """The grid is told in the Representation, as Shaka asks, with the whole sprite's size, as dash.js asks."""
    (representation,) = ET.fromstring(adaptation_set(series.SERIES, "x")).iter("Representation")  # noqa: S314  # our own text
    (layout,) = representation.iter("EssentialProperty")
    assert (layout.get("schemeIdUri"), layout.get("value")) == (TILE_SCHEME, "3x2")
    assert (representation.get("id"), representation.get("width"), representation.get("height")) == ("x", "480", "180")


@pytest.mark.parametrize("interval", [Fraction(1, 2), Fraction("7.5"), Fraction(1001, 100)])
def test_duration_is_that_of_a_full_sprite(interval: Fraction) -> None:
    """The time of a segment is that of a full sprite, exactly, whatever the last one holds."""
    tiles = SpriteSeries(series.GRID, series.SPRITES, interval, 10 * interval, "image/jpeg")
    (template,) = ET.fromstring(adaptation_set(tiles)).iter("SegmentTemplate")  # noqa: S314  # our own text
    assert Fraction(int(template.attrib["duration"]), int(template.attrib["timescale"])) == 6 * interval


@given(
    stem=st.text("abc_$-.", max_size=6),
    first=st.integers(0, 12_000),
    count=st.integers(1, 20),
    width=st.integers(1, 5),
)
def test_template_gives_back_every_name(stem: str, first: int, count: int, width: int) -> None:
    """Filled in by the standard's rule, the template gives exactly the names of the files."""
    names = [f"{stem}{number:0{width}}.jpg" for number in range(first, first + count)]
    media, start = number_template(names)
    assert [fill(media, start + index) for index in range(count)] == names


@pytest.mark.parametrize("names", [["a.jpg", "b.jpg"], ["a1.jpg", "a3.jpg"], ["a01.jpg", "a2.jpg"]])
def test_names_without_a_rule_are_refused(names: list[str]) -> None:
    """Files that no template can name are refused."""
    with pytest.raises(ValueError, match=r"number"):
        number_template(names)


def test_a_name_with_a_fragment_is_refused() -> None:
    """A file name that is no URL reference cannot come into a manifest."""
    with pytest.raises(ValueError, match="URL reference"):
        Sprite("a#b.jpg", 1)
