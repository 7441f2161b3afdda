"""What is told of the files that an earlier run left?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pytest

from filmstrip.domain.errors import DestinationForbiddenError
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.jobs.making.leftovers import leftover_warnings
from filmstrip.outputs.thumbnail.output import Thumbnail
from filmstrip.outputs.thumbnails.output import Thumbnails
from unit.jobs.test_perform import MemoryStore

VIDEO = VideoStream(0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)
INFO = MediaInfo("mp4", Fraction(30), Fraction(0), 1, VIDEO)


@dataclass
class ListingStore(MemoryStore):
    """A folder with files in it."""

    present: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.present


class SecretiveStore(MemoryStore):
    """A folder into which one may put but not look."""

    def names(self) -> Iterator[str]:
        raise DestinationForbiddenError("no")
        yield


def told(present: tuple[str, ...], **parameters: object) -> list[str]:
    output = Thumbnails.model_validate(parameters)
    return leftover_warnings(output, output.plan(INFO), [ListingStore(present=present), SecretiveStore()])


def test_files_of_a_larger_run_are_named() -> None:
    """The first few are named and all are counted."""
    names = tuple(f"thumb_{number:04}.png" for number in range(1, 11))
    (warning,) = told(names)
    assert warning == (
        "7 files of an earlier run stay at the destination, and nothing points at them any more: "
        "thumb_0004.png, thumb_0005.png, thumb_0006.png, thumb_0007.png, thumb_0008.png, …"
    )


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("sprite_0002.jpg", {"sprite": 1}),
        ("thumb_0009.png", {"sprite": 1}),
        ("sprite.webp", {}),
        ("thumbnails.bif", {}),
        ("iframes.mp4", {}),
        ("thumbnails.m3u8", {}),
        ("bar_0002.jpg", {"sprite": 1, "sprite_name": "bar.jpg"}),
        ("bar_images.m3u8", {"sprite": 1, "sprite_name": "bar.jpg"}),
        ("640x360/thumb_0001.png", {"sizes": ["320x180"]}),
    ],
)
def test_a_file_of_our_own_kind_is_told(name: str, parameters: dict[str, object]) -> None:
    """What only an earlier run of the same request can have left is told."""
    (warning,) = told((name, "thumbnails.vtt"), **parameters)
    assert warning == f"1 file of an earlier run stays at the destination, and nothing points at it any more: {name}"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("movie.mp4", {}),
        ("thumb_of_me.png", {}),
        ("thumb_0009.png.bak", {}),
        ("other/thumb_0009.png", {}),
        ("640x360/thumb_0009.png", {}),
        ("thumb_0009.png", {"sprite": 1, "sprite_name": "bar.jpg"}),
        ("bar.mp4", {"sprite": 1, "sprite_name": "bar.jpg"}),
    ],
)
def test_files_of_others_are_nobodys_business(name: str, parameters: dict[str, object]) -> None:
    """What may be somebody else's is not told."""
    assert told((name,), **parameters) == []


def test_an_output_of_one_file_has_no_leftovers() -> None:
    """A single picture replaces the one before it."""
    output = Thumbnail()
    assert leftover_warnings(output, output.plan(INFO), [ListingStore(present=("thumb_0009.png",))]) == []
