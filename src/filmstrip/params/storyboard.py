"""In which shape does a client want a series of pictures: one by one or tiled, and with which manifests?"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.sprite_grid import DEFAULT_MAX_SIDE
from filmstrip.params.frame_size import is_size
from filmstrip.params.parameters import Parameters
from filmstrip.params.values import MAX_SIDE, Flag, Text, mistake, one_of, whole_number

_FILE_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")


class Manifest(StrEnum):
    """The kinds of files that tell players which picture belongs to which time."""

    VTT = "vtt"
    """WebVTT, for players of the web."""
    JSON = "json"
    """A storyboard that also tells which frame each picture shows."""
    HLS_IMAGE = "hls_image"
    """An HLS image media playlist, for Roku and Shaka."""
    HLS_MJPG = "hls_mjpg"
    """An HLS I-frame playlist of JPEG pictures, for hls.js, Shaka and Apple."""
    DASH = "dash"
    """A DASH tile set, for dash.js, Shaka and ExoPlayer."""
    BIF = "bif"
    """One file of pictures, for Roku, Plex and Emby."""


class UrlMode(StrEnum):
    """How manifests name the pictures."""

    RELATIVE = "relative"
    """By their bare names, next to the manifest."""
    ABSOLUTE = "absolute"
    """By their full addresses."""
    PRESIGNED = "presigned"
    """By full addresses that are signed, for buckets that are not public; they expire."""


def _as_list(value: object) -> object:
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _is_file_stem(text: str) -> str:
    if _FILE_STEM.fullmatch(text) is None:
        raise mistake(text, "a file name of letters, digits, dots, hyphens and underscores")
    return text


class Storyboard(Parameters):
    """The shape of a series of pictures.

    Attributes:
        sprite: Whether pictures are tiled into large images instead of being files of their own.
        columns: Tiles in a row of a sprite; 10 if absent, fewer where there are fewer pictures.
        max_sprite_side: Longest side of a sprite in pixels; more pictures go to further sprites.
        sizes: Several sizes of the same pictures, such as ["320x180", "160x90"], each in a folder of its name; instead
            of the one size that the other fields give.
        manifests: Which manifests are written; `vtt` always is.
        sprite_stem: Name of the sprite and of the WebVTT file, without extensions; `sprite` and `thumbnails` if absent.
        url_mode: How the WebVTT file, the JSON storyboard and the HLS image playlist name the pictures.
    """

    sprite: Flag = False
    columns: Annotated[int, whole_number(1, 1000)] | None = None
    max_sprite_side: Annotated[int, whole_number(16, MAX_SIDE)] = DEFAULT_MAX_SIDE
    sizes: Annotated[
        tuple[Annotated[Text, AfterValidator(is_size)], ...], BeforeValidator(_as_list), Field(max_length=16)
    ] = ()
    manifests: Annotated[
        tuple[Annotated[Manifest, one_of([kind.value for kind in Manifest])], ...], BeforeValidator(_as_list)
    ] = (Manifest.VTT,)
    sprite_stem: Annotated[Text, AfterValidator(_is_file_stem)] | None = None
    url_mode: Annotated[UrlMode, one_of([mode.value for mode in UrlMode])] = UrlMode.RELATIVE

    def wants(self, manifest: Manifest) -> bool:
        """Tell whether a manifest is asked for."""
        return manifest is Manifest.VTT or manifest in self.manifests

    def frame_sizes(self) -> tuple[FrameSize, ...]:
        """Parse `sizes`."""
        return tuple(dict.fromkeys(FrameSize.parse(size) for size in self.sizes))
