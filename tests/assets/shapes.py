"""Pictures that are not shown as they are coded: turned, mirrored, stretched, of odd size."""

from __future__ import annotations

import struct
from fractions import Fraction

from assets.asset import Asset
from assets.basic import LARGE, X264, derived, filmed, repack
from assets.recipes import Encoding, Film, Remux, Surgery, tags
from assets.structures import X265
from assets.surgery import insert_box, set_track_matrix
from pictures import Look, Turn

SAMPLE_ENTRY = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1")


def _shape(name: str, trap: str, look: Look, options: str = "", sar: Fraction = Fraction(1)) -> Asset:
    return filmed(name, trap, Film(75, look=look), f"{X264} -g 25 {options}", sample_aspect_ratio=sar)


def _turned(name: str, trap: str, turn: Turn) -> Asset:
    base = _shape(f"coded_{name}", "Not turned yet.", Look(turn=turn))
    return derived(base, name, trap, Surgery(base, set_track_matrix, (turn,)))


_UPRIGHT_PHONE = _turned("rotated_90.mp4", "A phone held upright: 90 degrees clockwise by the track matrix.", Turn(90))

_FILM = Film(75, look=LARGE)
_MARGINS = (16, 8, 32, 36)


def clean_aperture_box(margins: tuple[int, int, int, int]) -> bytes:
    """Build a clean aperture (ISO/IEC 14496-12, 12.1.4) of 320x180: its size and how far its middle is off."""
    left, top, right, bottom = margins
    values = (320, 1, 180, 1, left - right, 2, top - bottom, 2)
    return struct.pack(">I4sIIIIiIiI", 40, b"clap", *values)


def _padded(name: str, encoder: str, **facts: object) -> Asset:
    """Draw a film with black edges around it."""
    recipe = Encoding(_FILM, f"{encoder} {tags(_FILM.look)},pad=368:224:16:8")
    return filmed(name, "Edges that are not to be shown.", _FILM, "", recipe=recipe, margins=_MARGINS, **facts)


_PADDED = _padded("padded.mp4", f"{X264} -g 25")
_PADDED_HEVC = _padded("padded_hevc.mp4", f"{X265}:keyint=25", codec="hevc")
_WINDOW = "crop_left=16:crop_top=8:crop_right=32:crop_bottom=36"
_CLEAN_APERTURE = derived(
    _PADDED,
    "clean_aperture.mp4",
    "The container says which edges are not shown.",
    Surgery(_PADDED, insert_box, (SAMPLE_ENTRY, clean_aperture_box(_MARGINS))),
    margins=_MARGINS,
)

ASSETS = (
    _CLEAN_APERTURE,
    repack(_CLEAN_APERTURE, "pixel_crop.mkv", "The same, told by Matroska.", margins=_MARGINS),
    derived(
        _PADDED,
        "crop_window.ts",
        "The stream says which edges are not shown, also of the left one, which decoders like to keep.",
        Remux((_PADDED,), f"-c copy -bsf:v h264_metadata={_WINDOW}"),
        start=Fraction(37, 25),
    ),
    derived(
        _PADDED_HEVC,
        "crop_window_hevc.mp4",
        "The same in HEVC.",
        Remux((_PADDED_HEVC,), f"-c copy -bsf:v hevc_metadata={_WINDOW}"),
    ),
    _UPRIGHT_PHONE,
    repack(_UPRIGHT_PHONE, "rotated_90.mkv", "The same turn, told by Matroska."),
    _turned("rotated_180.mp4", "A phone held upside down.", Turn(180)),
    _turned("rotated_270.mp4", "A phone held upright the other way.", Turn(270)),
    _turned("mirrored.mp4", "A selfie: the track matrix swaps left and right.", Turn(0, mirrored=True)),
    _turned("mirrored_180.mp4", "The track matrix swaps top and bottom.", Turn(180, mirrored=True)),
    _turned("mirrored_90.mp4", "Mirrored and turned.", Turn(90, mirrored=True)),
    _turned("mirrored_270.mp4", "Mirrored and turned the other way.", Turn(270, mirrored=True)),
    _shape("sar_16_11.mp4", "Wide pixels as in PAL 16:9.", Look((352, 288)), "-aspect 16:9", sar=Fraction(16, 11)),
    _shape("sar_8_9.mp4", "Narrow pixels as in NTSC 4:3.", Look((360, 240)), "-aspect 4:3", sar=Fraction(8, 9)),
    _shape("odd_size.mp4", "Odd width and height.", Look((321, 181), layout="yuv444p")),
    _shape("vertical.mp4", "Phone video coded upright.", Look((180, 320))),
    _shape("tiny.mp4", "A picture of 96x54, smaller than any thumbnail.", Look((96, 54))),
)
