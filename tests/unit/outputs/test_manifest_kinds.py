"""Is each kind of manifest that can be asked for planned, refused and known by what its row says?"""

from __future__ import annotations

from fractions import Fraction

import pytest
from pydantic import ValidationError

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.manifest_kind import MULTIVARIANT, Manifest
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.outputs.thumbnails.output import MANIFEST_GROUP, PACKED_GROUP, Thumbnails

VIDEO = VideoStream(0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)
INFO = MediaInfo("mov", Fraction(60), Fraction(0), 1000, VIDEO)
STORE = "s3://key:secret@s3.example.com/bucket/folder/"


def planned(**parameters: object) -> dict[str, list[str]]:
    """Plan an output and return the names of its files, of all groups but those of pictures."""
    groups = Thumbnails.model_validate(parameters).plan(INFO).groups
    return {group.name: list(group.artifact_names) for group in groups if not group.is_joinable}


@pytest.mark.parametrize("kind", Manifest)
def test_each_kind_is_made(kind: Manifest) -> None:
    """All files of its row are planned, what holds pictures before what points at them, and no others."""
    groups = planned(manifests=kind.value, sprite=1, sprite_name="x.jpg", image_format="jpg")
    row = kind.row
    assert groups.get(PACKED_GROUP, []) == ([_name(row.packed.name)] if row.packed else [])
    beside = [row.text.name] if row.text and not row.is_always_made else []
    beside += [MULTIVARIANT.name] if row.is_hls_stream else []
    assert groups[MANIFEST_GROUP] == [_name(name) for name in (*beside, ".vtt")]


def test_all_kinds_are_made_in_their_order() -> None:
    """What others point at is put first, and the WebVTT file last."""
    groups = planned(manifests=[kind.value for kind in Manifest])
    assert groups[PACKED_GROUP][:2] == ["iframes.mp4", "thumbnails.bif"]
    *others, multivariant, main = groups[MANIFEST_GROUP]
    assert (multivariant, main) == ("thumbnails.m3u8", "thumbnails.vtt")
    assert others[:2] == ["images.m3u8", "iframes.m3u8"]
    assert len(others) == sum(kind.row.text is not None for kind in Manifest) - 1


@pytest.mark.parametrize("kind", Manifest)
def test_each_kind_is_known_as_our_own(kind: Manifest) -> None:
    """Files of an earlier run are found by the names of the rows, with a name of the sprite and without."""
    for parameters in ({}, {"sprite": 1, "sprite_name": "seek.jpg", "image_format": "jpg"}):
        output = Thumbnails.model_validate({"manifests": kind.value, **parameters})
        groups = output.plan(INFO).groups
        assert all(output.is_own_name(name) for group in groups for name in group.artifact_names)
    assert not output.is_own_name("another.vtt")


@pytest.mark.parametrize("kind", Manifest)
def test_each_kind_is_refused_where_its_row_says(kind: Manifest) -> None:
    """One interval for all pictures, whole milliseconds, addresses of their own: as its row says, and by its name."""
    row, asked = kind.row, {"manifests": kind.value}
    assert _is_refused({**asked, "times": [0, 1]}) == row.has_fixed_interval
    assert _is_refused({**asked, "interval": "1/3"}) == row.has_whole_milliseconds
    assert _is_refused({**asked, "url_mode": "presigned", "destination": STORE}) == row.names_by_pattern
    assert Thumbnails.model_validate(asked).keeps_jpegs == (row.packed is not None)


def test_the_address_of_the_output_is_that_of_the_main_one() -> None:
    """Also where others are asked for."""
    output = Thumbnails.model_validate({"manifests": "json,dash,bif"})
    assert output.result(INFO, [Artifact("thumbnails.vtt", "text/vtt", 1)]).main_name == "thumbnails.vtt"


def _name(name: str) -> str:
    return f"x{name}" if name.startswith(".") else f"x_{name}"


def _is_refused(parameters: dict[str, str | list[int]]) -> bool:
    try:
        Thumbnails.model_validate(parameters).plan(INFO)
    except (ValidationError, OutputError) as refusal:
        return parameters["manifests"] in str(refusal)
    return False
