"""Are the files of a request for thumbnails found by their names, and the names by the files?"""

from __future__ import annotations

from fractions import Fraction

import pytest

from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.outputs.thumbnails.output import Thumbnails

VIDEO = VideoStream(0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)
INFO = MediaInfo("mov", Fraction(11_000), Fraction(0), 1000, VIDEO)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"sizes": ["320x180", "96x54"]},
        {"sizes": ["320x180", "96x54"], "size_folders": 0},
        {"sprite": 1, "columns": 2, "rows": 2},
        {"sprite": 1, "columns": 2, "rows": 2, "sizes": ["320x180", "96x54"], "size_folders": 0},
        {"sprite": 1, "columns": 2, "rows": 2, "sprite_name": "7.of.9.jpg", "image_format": "jpg"},
        {"sprite": 1, "interval": 10_000, "sprite_name": f"{'9' * 60}.jpg", "image_format": "jpg"},
        {"sprite": 1, "interval": 10_000, "sizes": ["320x180", "96x54"], "size_folders": 0},
    ],
)
def test_numbers_are_found_by_names(parameters: dict[str, object]) -> None:
    """Each group of the plan gives back the numbers that it was made of, for each size."""
    output = Thumbnails.model_validate({"output": "thumbnails", "interval": 1, **parameters})
    plan, sets = output.plan(INFO), output.sets(INFO)
    for each in sets:
        found = [each.numbers_of(frozenset(group.artifact_names)) for group in plan.groups if group.is_joinable]
        assert [number for numbers in found for number in sorted(numbers)] == list(range(each.tiles.sprite_count))
        assert each.numbers_of(frozenset(plan.groups[-1].artifact_names)) == frozenset()
