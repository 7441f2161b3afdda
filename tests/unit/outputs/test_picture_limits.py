"""Is a picture that cannot be made refused before anything is decoded, in words that say why?"""

from __future__ import annotations

from fractions import Fraction

import pytest

from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.outputs.contact_sheet.output import ContactSheet
from filmstrip.outputs.thumbnail.output import Thumbnail
from filmstrip.outputs.thumbnails.output import Thumbnails

_CASES = [
    ({"image_format": "webp", "size": "16384x16"}, "webp images have at most 16383 pixels a side.*16384x16"),
    ({"width": 16384}, "at most 134217728 pixels altogether.*16384x1638400"),
    ({"resolution": 2000}, "at most 134217728 pixels altogether.*2000x200000"),
    ({"image_format": "jpg", "width": 656}, "jpg images have at most 65500 pixels a side.*656x65600"),
    ({"size": "16384x16", "resize_mode": "crop"}, "before it is cut to size.*16384x1638400"),
]


def _film(width: int = 16, height: int = 1600) -> MediaInfo:
    size = FrameSize(width, height)
    video = VideoStream(0, "h264", size, Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)
    return MediaInfo("mp4", Fraction(10), Fraction(0), 5_000_000, video)


@pytest.mark.parametrize(("asked", "told"), _CASES)
@pytest.mark.parametrize("kind", [Thumbnail, Thumbnails, ContactSheet])
def test_a_picture_that_is_too_large_is_refused(
    kind: type[Thumbnail | Thumbnails | ContactSheet], asked: dict[str, object], told: str
) -> None:
    """A side that the format cannot express and more pixels than memory bears are no fault of the source."""
    with pytest.raises(OutputError, match=told):
        kind.model_validate(asked).plan(_film())


def test_each_of_several_sizes_counts() -> None:
    """One of them that is too large is enough."""
    with pytest.raises(OutputError, match="16384x16384"):
        Thumbnails.model_validate({"sizes": ["16x16", "16384x16384"]}).plan(_film())


def test_pictures_inside_of_manifests_have_the_limits_of_jpeg() -> None:
    """PNG can express what the JPEGs of a BIF file cannot."""
    asked = {"width": 656, "interval": 5}
    assert Thumbnails.model_validate(asked).plan(_film()).groups
    with pytest.raises(OutputError, match="jpg images have at most 65500 pixels a side"):
        Thumbnails.model_validate(asked | {"manifests": "bif"}).plan(_film())


def test_a_contact_sheet_counts_as_a_whole() -> None:
    """Each picture may be small enough and the sheet of them too large."""
    wide = {"count": 40, "columns": 40, "image_format": "webp", "width": 500}
    with pytest.raises(OutputError, match="a sheet of 20492x323 has more"):
        ContactSheet.model_validate(wide).plan(_film(320, 180))
    with pytest.raises(OutputError, match="pixels altogether, a sheet of"):
        ContactSheet.model_validate({"count": 400, "columns": 20, "size": "1000x1000"}).plan(_film(320, 180))


def test_large_pictures_that_can_be_made_are_planned() -> None:
    """What holds is not refused."""
    assert Thumbnail.model_validate({"size": "16384x8192"}).plan(_film()).groups
    assert ContactSheet.model_validate({"count": 400, "columns": 20, "width": 320}).plan(_film(320, 180)).groups
