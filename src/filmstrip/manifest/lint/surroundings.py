"""What is known of a manifest in addition to its text: where it is, how it is served, what it points at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from urllib.parse import urlsplit

from filmstrip.domain.geometry import FrameSize


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What was found at the address of a picture.

    Attributes:
        problem: Why it cannot be fetched or decoded, None if it can.
        size: Its width and height, None if not known.
        allow_origin: The header Access-Control-Allow-Origin, None without one.
    """

    problem: str | None = None
    size: FrameSize | None = None
    allow_origin: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known in addition to the text; whatever is None or absent is not judged.

    Attributes:
        url: The address that the manifest was read from.
        page_origin: Origin of the page that plays it, such as "https://www.example.com".
        track_src: The track's address as the page writes it.
        video_crossorigin: Whether the page's video element has the attribute `crossorigin`.
        allow_origin: The manifest's header Access-Control-Allow-Origin; None without one.
        duration: Length of the container, audio included, in seconds.
        pictures: What the manifest points at, by the names that it uses, without fragments.
    """

    url: str | None = None
    page_origin: str | None = None
    track_src: str | None = None
    video_crossorigin: bool | None = None
    allow_origin: str | None = None
    duration: Fraction | None = None
    pictures: Mapping[str, PictureFacts] = field(default_factory=dict)

    @property
    def is_cross_origin(self) -> bool:
        """Whether the page and the manifest are known to have different origins (RFC 6454)."""
        if self.url is None or self.page_origin is None:
            return False
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" != self.page_origin

    def may_read(self, allow_origin: str | None) -> bool:
        """Return whether a script of the page may read an answer with this header (Fetch standard, CORS check)."""
        return not self.is_cross_origin or allow_origin in {"*", self.page_origin}
