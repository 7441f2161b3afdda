"""Pictures that are not shown as they are coded: turned, mirrored, stretched, of odd size."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset, evenly
from assets.basic import X264
from assets.recipes import Encoding, Film, Surgery, tags
from assets.surgery import set_track_matrix
from pictures import Look, Turn


def _shape(name: str, trap: str, look: Look, options: str = "", sar: Fraction = Fraction(1)) -> Asset:
    return Asset(
        name=name,
        trap=trap,
        recipe=Encoding(Film(75, look=look), f"{X264} -g 25 {tags(look)} {options}"),
        times=evenly(75, 25),
        end=Fraction(3),
        look=look,
        sample_aspect_ratio=sar,
        rate=Fraction(25),
        transfer=1,
        primaries=1,
        matrix=1,
    )


def _turned(name: str, trap: str, turn: Turn, size: tuple[int, int] = (320, 180)) -> Asset:
    base = _shape(f"coded_{name}", "Not turned yet.", Look(size, turn=turn))
    facts = {
        field: getattr(base, field) for field in ("times", "end", "look", "rate", "transfer", "primaries", "matrix")
    }
    return Asset(name=name, trap=trap, recipe=Surgery(base, set_track_matrix, (turn,)), **facts)


ASSETS = (
    _turned("rotated_90.mp4", "A phone held upright: 90 degrees clockwise by the track matrix.", Turn(90)),
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
