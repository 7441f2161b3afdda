"""The colour of what the source does not cover."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from filmstrip.params.parameters import Parameters
from filmstrip.params.values import Text, mistake

_COLOR = re.compile(r"#?[0-9a-fA-F]{6}")


def _is_color(text: str) -> str:
    if _COLOR.fullmatch(text) is None:
        raise mistake(text, "a colour such as #rrggbb")
    return text


class Background(Parameters):
    """The colour of what no picture covers.

    Attributes:
        background: Colour of the bars that `resize_mode` pad makes, and behind transparent parts of the source if
            pictures are made, as "#rrggbb"; black if absent.
    """

    background: Annotated[Text, AfterValidator(_is_color)] = "#000000"

    @property
    def background_rgb(self) -> tuple[int, int, int]:
        """The same as red, green and blue, 0 to 255."""
        red, green, blue = bytes.fromhex(self.background.removeprefix("#"))
        return red, green, blue
