"""Colours that have to be converted to look right: ranges, matrices, high dynamic range, Dolby Vision."""

from __future__ import annotations

import struct

from assets.asset import Asset
from assets.basic import LARGE, X264, derived, filmed
from assets.recipes import Encoding, Film, Surgery, tags
from assets.structures import X265
from assets.surgery import insert_box
from colors import BT601, BT709_FULL, BT2020_10, HLG_10, PQ_10
from hdr import HLG_PATCHES, PQ_PATCHES
from pictures import Look

_MASTERING = "master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,1):max-cll=1000,200"
_SAMPLE_ENTRY = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"hvc1")


def _tagged(name: str, trap: str, film: Film, options: str, codes: tuple[int, int, int]) -> Asset:
    """Describe a film whose stream tells transfer, primaries and matrix, in this order."""
    recipe = Encoding(film, f"{options} -pix_fmt {film.look.pixel_format} {tags(film.look, *codes[:2])}")
    facts = dict(zip(("transfer", "primaries", "matrix"), codes, strict=True))
    return filmed(name, trap, film, "", recipe=recipe, codec="hevc" if "libx265" in options else "h264", **facts)


def dolby_vision_box(profile: int, compatibility: int) -> bytes:
    """Build a configuration box: base layer and RPU (Dolby Vision Streams Within the ISO Base Media File Format, 3)."""
    level, rpu_present, enhancement_present, base_present = 1, 1, 0, 1
    flags = profile << 9 | level << 3 | rpu_present << 2 | enhancement_present << 1 | base_present
    record = struct.pack(">BBHB", 1, 0, flags, compatibility << 4) + bytes(19)
    return struct.pack(">I4s", 8 + len(record), b"dvvC" if profile > 7 else b"dvcC") + record


def _dolby_vision(base: Asset, name: str, trap: str, profile: int, compatibility: int) -> Asset:
    recipe = Surgery(base, insert_box, (_SAMPLE_ENTRY, dolby_vision_box(profile, compatibility)))
    return derived(base, name, trap, recipe, dolby_vision_profile=profile)


_FULL_FILM = Film(50, look=Look(coding=BT709_FULL))
_OLD_FILM = Film(50, look=Look(coding=BT601))
_WIDE_FILM = Film(50, look=Look(coding=BT2020_10))
_PQ_FILM = Film(50, look=Look(LARGE.size, coding=PQ_10, patches=PQ_PATCHES))
_HLG_FILM = Film(50, look=Look(LARGE.size, coding=HLG_10, patches=HLG_PATCHES))
_HDR10 = _tagged(
    "hdr10.mp4",
    "HDR10: BT.2020, PQ, 10 bits, with mastering display and light levels.",
    _PQ_FILM,
    f"{X265}:keyint=25:hdr10=1:repeat-headers=1:{_MASTERING}",
    (16, 9, 9),
)
_HLG = _tagged("hlg.mp4", "HLG as cameras and broadcasters make it.", _HLG_FILM, f"{X265}:keyint=25", (18, 9, 9))
_UNTAGGED = filmed(
    "untagged_pq.mp4",
    "PQ samples that no tag tells of.",
    _PQ_FILM,
    "",
    recipe=Encoding(_PQ_FILM, f"{X265}:keyint=25 -pix_fmt {_PQ_FILM.look.pixel_format}"),
    codec="hevc",
    transfer=2,
    primaries=2,
    matrix=2,
)

ASSETS = (
    _tagged("full_range.mp4", "Luma takes all 256 codes.", _FULL_FILM, f"{X264} -g 25", (1, 1, 1)),
    _tagged("bt601.mp4", "Standard definition matrix.", _OLD_FILM, f"{X264} -g 25", (6, 6, 6)),
    _tagged("bt2020_sdr.mp4", "Wide gamut, no HDR.", _WIDE_FILM, f"{X265}:keyint=25", (14, 9, 9)),
    _HDR10,
    _HLG,
    _dolby_vision(_HDR10, "dolby_vision_81.mp4", "Dolby Vision 8.1: an HDR10 base layer.", 8, 1),
    _dolby_vision(_HLG, "dolby_vision_84.mp4", "Dolby Vision 8.4 as phones record it: an HLG base layer.", 8, 4),
    _dolby_vision(_UNTAGGED, "dolby_vision_5.mp4", "Dolby Vision 5: its colours mean nothing without the RPU.", 5, 0),
)
