"""Where a thumbnail is: in a file of its own, or in a rectangle of a sprite."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.timing import TimeRange

# What is legal in a URL (RFC 3986, 2) without "#", as the fragment is ours, and without round brackets and quotes, as
# players paste names into an unquoted `url()` of CSS.
_URL_REFERENCE = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&*+,;=%]+")


@dataclass(frozen=True, slots=True)
class PictureRef:
    """One thumbnail as players are pointed to it.

    Attributes:
        name: URL reference of the image file, percent-encoded, without a fragment: best a bare file name in the
            manifest's own folder.
        size: Width and height of the thumbnail, which is the whole file or one tile of it.
        x: Left edge of the thumbnail in the file, in pixels.
        y: Top edge of the thumbnail in the file, in pixels.
    """

    name: str
    size: FrameSize
    x: int = 0
    y: int = 0

    def __post_init__(self) -> None:
        check_url_reference(self.name)
        if self.x < 0 or self.y < 0:
            raise ValueError(f"A thumbnail lies inside its file, not at {self.x},{self.y}")

    @property
    def reference(self) -> str:
        """URL reference with the rectangle (W3C Media Fragments, 4.2.2), in the plain pixels that players read."""
        return f"{self.name}#xywh={self.x},{self.y},{self.size.width},{self.size.height}"


@dataclass(frozen=True, slots=True)
class Cue:
    """A span of the seek bar and the thumbnail that is shown there.

    Attributes:
        span: When, counted from the start of what is played.
        picture: What.
    """

    span: TimeRange
    picture: PictureRef


def end_for_players(end: Fraction) -> int:
    """Return when the last picture ends, in whole seconds: the first one after the end in seconds that is given.

    video.js 8's plugin cuts times to whole seconds and Vidstack rounds the hovered time up, so pictures that end with
    the video leave the end of the seek bar without one, while a late end is right in every player.
    """
    return math.floor(end) + 1


def check_url_reference(name: str) -> None:
    """Make sure that a name can stand in a manifest as it is.

    Raises:
        ValueError: It is empty or has a character that some player reads differently.
    """
    if not _URL_REFERENCE.fullmatch(name):
        raise ValueError(f"{name!r} is not a percent-encoded URL reference without fragment")
