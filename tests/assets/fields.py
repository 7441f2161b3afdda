"""Interlaced H.264 whose fields are coded as pictures of their own (PAFF), as broadcasts are."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset, evenly
from assets.basic import derived, filmed
from assets.field_coding import encode_fields
from assets.recipes import Film, Surgery, Writing
from assets.surgery import set_edits
from pictures import Look

_COUNT = 60
_TOP_FIRST = Look((192, 128), interlaced="tff")
_BOTTOM_FIRST = Look((192, 128), interlaced="bff")


def _in_fields(name: str, trap: str, look: Look, packets_per_frame: int, **facts: object) -> Asset:
    recipe = Writing(encode_fields, (_COUNT, look, packets_per_frame))
    return filmed(name, trap, Film(_COUNT, look=look), "", recipe=recipe, **facts)


_FIELD_PACKETS = _in_fields("whole.mp4", "Each field is a packet.", _TOP_FIRST, packets_per_frame=2)
# MP4 counts from the first decoding time, a frame before the first picture, in units of 1/1200000 s.
_UNITS_PER_FRAME = 48_000
_CUTS = (range(2, 22), range(44, 59))


ASSETS = (
    _in_fields("fields.mp4", "Each packet holds both fields of a frame.", _TOP_FIRST, packets_per_frame=1),
    _in_fields("field_packets.mkv", "Each field is a packet, bottom field first.", _BOTTOM_FIRST, packets_per_frame=2),
    _in_fields(
        "field_packets.ts",
        "Each field is a packet with a time of its own, top field first.",
        _TOP_FIRST,
        packets_per_frame=2,
        start=Fraction(1, 25),
    ),
    _in_fields(
        "field_packets.avi", "Each field is a packet; no times.", _TOP_FIRST, packets_per_frame=2, timestamps=False
    ),
    derived(
        _FIELD_PACKETS,
        "fields_cut.mp4",
        "Each field is a packet, and both edits begin inside a group: fields are decoded that are not shown.",
        Surgery(
            _FIELD_PACKETS,
            set_edits,
            (tuple((len(cut) * 40, (1 + cut.start) * _UNITS_PER_FRAME) for cut in _CUTS),),
        ),
        times=evenly(35, 25),
        end=Fraction(35, 25),
        numbers=[number for cut in _CUTS for number in cut],
    ),
)
