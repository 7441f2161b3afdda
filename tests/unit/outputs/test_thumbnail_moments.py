"""Are the moments of pictures told, or refused in words that say what to do, before anything is decoded?"""

from __future__ import annotations

from fractions import Fraction

import pytest

from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.outputs.contact_sheet.output import ContactSheet
from filmstrip.outputs.thumbnails.output import Thumbnails

_VIDEO = VideoStream(0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)


def _film(seconds: int) -> MediaInfo:
    return MediaInfo("mp4", Fraction(seconds), Fraction(0), 5_000_000, _VIDEO)


def test_a_count_goes_with_bif() -> None:
    """Three pictures of ten seconds are no whole number of milliseconds apart, which nobody who counts can mend."""
    output = Thumbnails.model_validate({"count": 3, "manifests": "bif"})
    moments = output.grid(_film(10))
    assert (moments.count, moments.least_step) == (3, Fraction(3334, 1000))
    assert output.plan(_film(10)).groups


def test_what_bif_cannot_count_is_refused_with_a_way_out() -> None:
    """The sentence says which parameter to change."""
    with pytest.raises(OutputError, match=r"whole milliseconds.*ask for a smaller count"):
        Thumbnails.model_validate({"count": 999, "manifests": "bif"}).plan(_film(1))
    with pytest.raises(OutputError, match=r"whole milliseconds.*leave bif out, or ask for another interval"):
        Thumbnails.model_validate({"interval": "1/3", "manifests": "bif"}).plan(_film(1))


@pytest.mark.parametrize("kind", [Thumbnails, ContactSheet])
def test_a_clip_behind_the_end_is_refused(kind: type[Thumbnails | ContactSheet]) -> None:
    """Pictures of the last frame would be taken for those of the clip."""
    for start in (10, 90):
        with pytest.raises(OutputError, match=f"start_time: {start} is not before the end of the source.*10.000 s"):
            kind.model_validate({"start_time": start}).plan(_film(10))
    assert kind.model_validate({"start_time": "9.99"}).plan(_film(10)).groups
    assert kind.model_validate({"start_time": 0}).plan(_film(0)).groups
