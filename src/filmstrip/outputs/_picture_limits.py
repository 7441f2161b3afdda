"""Checks whether a picture can be made in the size that follows from a request and its source."""

from __future__ import annotations

from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import Fit, FrameSize
from filmstrip.domain.picture import ImageFormat
from filmstrip.domain.picture_limits import check_pixels, check_sides


def require_possible(size: FrameSize, image_format: ImageFormat, *, what: str = "a picture") -> None:
    """Make sure that a picture of a size can be made, before anything is decoded for it.

    Raises:
        OutputError: Its format cannot express the size, or it has more pixels than a picture may have.
    """
    try:
        check_sides(size, image_format, what=what)
        check_pixels(size, what=what)
    except ValueError as error:
        raise OutputError(f"size: {error}; ask for a smaller width, height or size") from None


def require_possible_fit(fitting: Fit, image_format: ImageFormat) -> None:
    """Make sure of it for a picture that may be cut out of a larger one.

    Raises:
        OutputError: As above, or the picture that it is cut out of has too many pixels.
    """
    require_possible(fitting.size, image_format)
    require_possible_scaling(fitting)


def require_possible_scaling(fitting: Fit) -> None:
    """Make sure that the picture that one is cut out of can be held in memory.

    Raises:
        OutputError: It has too many pixels.
    """
    try:
        check_pixels(fitting.scaled, what="the picture before it is cut to size,")
    except ValueError as error:
        raise OutputError(f"size: {error}; ask for a size nearer to the source's shape") from None
