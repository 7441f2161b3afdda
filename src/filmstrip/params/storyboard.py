"""The shape of a series of pictures: one by one or tiled, and with which manifests."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, field_validator

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.manifest_kind import Manifest
from filmstrip.domain.picture import EXTENSION_PATTERN
from filmstrip.domain.sprite_grid import DEFAULT_MAX_SIDE
from filmstrip.params.frame_size import is_size
from filmstrip.params.parameters import Parameters
from filmstrip.params.values import MAX_SIDE, Flag, Text, list_of, mistake, one_of, whole_number

_SPRITE_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,100}}\.({EXTENSION_PATTERN})", re.IGNORECASE)
_MOST_ITEMS = 16
_LONGEST_SIGNATURE_HOURS = 7 * 24  # AWS Signature Version 4: X-Amz-Expires is at most 604 800 seconds


class UrlMode(StrEnum):
    """How manifests name the pictures."""

    RELATIVE = "relative"
    """By their bare names, next to the manifest."""
    ABSOLUTE = "absolute"
    """By their full addresses."""
    PRESIGNED = "presigned"
    """By full addresses that are signed, for buckets that are not public; they expire."""


def _is_sprite_name(text: str) -> str:
    if _SPRITE_NAME.fullmatch(text) is None:
        expectation = "a picture's file name of letters, digits, dots, hyphens and underscores, such as sprite.jpg"
        raise mistake(text, expectation)
    return text


class Storyboard(Parameters):
    """The shape of a series of pictures.

    Attributes:
        sprite: Whether pictures are tiled into large images instead of being files of their own.
        columns: Tiles in a row of a sprite; 10 if absent, fewer if there are fewer pictures.
        rows: Rows of a sprite: each then has exactly `columns` x `rows` tiles, the last one padded with black, and more
            pictures go to further sprites. If absent, as many as `max_sprite_side` allows.
        max_sprite_side: Longest side of a sprite in pixels; more pictures go to further sprites. If absent, what the
            operator has set.
        sizes: Several sizes of the same pictures, such as ["320x180", "160x90"], each in a folder of its name; instead
            of the one size that the other fields give.
        size_folders: Whether each of the `sizes` has its own folder; yes if absent. Else all files are in one folder
            and have their size in their names, as `thumbnails_320x180.vtt` and `thumb_320x180_0001.jpg`.
        manifests: Which manifests are written; `vtt` always is.
        sprite_name: File name of the sprite, such as "seek.jpg"; several are numbered, as in "seek_0001.jpg", and the
            manifests are beside them under the same name, as in "seek.vtt". A destination that ends in such a name
            means the same.
        url_mode: How manifests name other files: `relative` (the default) by their bare names, beside the manifest;
            `absolute` by full addresses; `presigned` by full addresses that are signed, for buckets that are not
            public. Only one destination is possible with the last two.
        url_hours: How long signed addresses are good; `url_expires` in the status tells until when.
    """

    sprite: Flag = False
    columns: Annotated[int, whole_number(1, 1000)] | None = None
    rows: Annotated[int, whole_number(1, 1000)] | None = None
    max_sprite_side: Annotated[int, whole_number(16, MAX_SIDE)] = DEFAULT_MAX_SIDE
    sizes: Annotated[tuple[Annotated[Text, AfterValidator(is_size)], ...], BeforeValidator(list_of(_MOST_ITEMS))] = ()
    size_folders: Flag = True
    manifests: Annotated[
        tuple[Annotated[Manifest, one_of([kind.value for kind in Manifest])], ...],
        BeforeValidator(list_of(_MOST_ITEMS)),
    ] = (Manifest.VTT,)
    sprite_name: Annotated[Text, AfterValidator(_is_sprite_name)] | None = None
    url_mode: Annotated[UrlMode, one_of([mode.value for mode in UrlMode])] = UrlMode.RELATIVE
    url_hours: Annotated[int, whole_number(1, _LONGEST_SIGNATURE_HOURS)] = _LONGEST_SIGNATURE_HOURS

    @field_validator("url_mode", mode="after")
    @classmethod
    def _can_be_signed(cls, mode: UrlMode, info: ValidationInfo) -> UrlMode:
        patterns = dict.fromkeys(kind.value for kind in info.data.get("manifests", ()) if kind.row.names_by_pattern)
        if mode is UrlMode.PRESIGNED and patterns:
            expectation = f"possible with the manifest {' or '.join(patterns)}, which names pictures by a pattern"
            raise mistake(mode.value, expectation)
        return mode

    def manifest_kinds(self) -> tuple[Manifest, ...]:
        """Return the manifests that are made, asked for or not, each once, in the order of their table."""
        return tuple(kind for kind in Manifest if kind.row.is_always_made or kind in self.manifests)

    def frame_sizes(self) -> tuple[FrameSize, ...]:
        """Parse `sizes`."""
        return tuple(dict.fromkeys(FrameSize.parse(size) for size in self.sizes))
