"""Interlaced H.264 whose fields are coded as pictures of their own (PAFF), as broadcasts are."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset
from assets.basic import filmed
from assets.field_coding import encode_fields
from assets.recipes import Film, Writing
from pictures import Look

_COUNT = 60
_TOP_FIRST = Look((192, 128), interlaced="tff")
_BOTTOM_FIRST = Look((192, 128), interlaced="bff")


def _in_fields(name: str, trap: str, look: Look, packets_per_frame: int, **facts: object) -> Asset:
    recipe = Writing(encode_fields, (_COUNT, look, packets_per_frame))
    return filmed(name, trap, Film(_COUNT, look=look), "", recipe=recipe, **facts)


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
)
