"""The size that a client wants of a picture."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from filmstrip.domain.geometry import FrameSize, ResizeMode, SizeRequest
from filmstrip.params.background import Background
from filmstrip.params.values import MAX_SIDE, Pixels, Text, mistake, one_of


def is_size(text: str) -> str:
    """Check a size such as "320x240"."""
    try:
        size = FrameSize.parse(text)
    except ValueError:
        raise mistake(text, "a size such as 320x240") from None
    if max(size.width, size.height) > MAX_SIDE:
        raise mistake(text, f"a size of at most {MAX_SIDE} pixels a side")
    return text


class FrameSizing(Background):
    """The size of a picture. `resolution` wins over `size`, and `size` over `width` and `height`.

    Attributes:
        size: Width and height as "320x240".
        width: Display width in pixels; the height follows from the source's shape if it is not given.
        height: Display height in pixels; the width follows from the source's shape if it is not given.
        resolution: Pixels of the smaller side, as in "720p".
        resize_mode: What becomes of a source of another shape than `width` and `height`: it is stretched (`scale`, the
            default), cut to that shape (`crop`), shown whole with bars in the colour `background` (`pad`), or made as
            large as fits into that size, whose one side it may leave (`fit`).
    """

    size: Annotated[Text, AfterValidator(is_size)] | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    resolution: Pixels | None = None
    resize_mode: Annotated[ResizeMode, one_of([mode.value for mode in ResizeMode])] = ResizeMode.SCALE

    def size_request(self) -> SizeRequest:
        """Resolve which of the fields counts."""
        if self.resolution is not None:
            return SizeRequest(short_side=self.resolution)
        if self.size is not None:
            size = FrameSize.parse(self.size)
            return SizeRequest(size.width, size.height, mode=self.resize_mode)
        return SizeRequest(self.width, self.height, mode=self.resize_mode)
