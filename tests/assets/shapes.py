"""Pictures that are not shown as they are coded: turned, mirrored, stretched, of odd size."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset
from assets.basic import X264, derived, filmed, repack
from assets.recipes import Film, Surgery
from assets.surgery import set_track_matrix
from pictures import Look, Turn


def _shape(name: str, trap: str, look: Look, options: str = "", sar: Fraction = Fraction(1)) -> Asset:
    return filmed(name, trap, Film(75, look=look), f"{X264} -g 25 {options}", sample_aspect_ratio=sar)


def _turned(name: str, trap: str, turn: Turn) -> Asset:
    base = _shape(f"coded_{name}", "Not turned yet.", Look(turn=turn))
    return derived(base, name, trap, Surgery(base, set_track_matrix, (turn,)))


_UPRIGHT_PHONE = _turned("rotated_90.mp4", "A phone held upright: 90 degrees clockwise by the track matrix.", Turn(90))

ASSETS = (
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
