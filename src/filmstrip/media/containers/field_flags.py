"""Distinguishes whole frames of H.264 from single fields by the slice header of a packet (ITU-T H.264, 7.3.3).

Broadcasts code the two fields of a frame as pictures of their own, and most containers then hold two packets for what
comes out of the decoder as one frame.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_START_CODE = b"\0\0\1"
_ESCAPED = re.compile(rb"\x00\x00\x03")
_SPS, _SLICES = 7, (1, 5)
_KIND_BITS = 0x1F
_LONGEST_SPS_BYTES = 512
_SLICE_HEADER_BYTES = 32
_AVC_CONFIGURATION_VERSION = 1
# Profiles whose sequence parameter set tells the chroma format (7.3.2.1.1).
_HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
_CHROMA_444 = 3
_LARGE_LISTS_FROM = 6


@dataclass(frozen=True, slots=True)
class FieldFlags:
    """Which field of which frame a packet holds.

    Attributes:
        frame_number: `frame_num`, the same in both fields of a frame.
        is_bottom: Whether it is the bottom field.
    """

    frame_number: int
    is_bottom: bool

    def completes(self, first: FieldFlags) -> bool:
        """Check whether this field and the one in the packet before it are one frame."""
        return self.frame_number == first.frame_number and self.is_bottom != first.is_bottom


class FieldFlagReader:
    """Reads the flags of the packets of one stream."""

    def __init__(self, extradata: bytes) -> None:
        """Learn from the parameter sets of a stream how its slice headers are laid out."""
        is_boxed = extradata[:1] == bytes([_AVC_CONFIGURATION_VERSION])
        self._length_bytes = (extradata[4] & 3) + 1 if is_boxed and len(extradata) > 4 else 0  # noqa: PLR2004 - avcC
        sequence = _boxed_sequence(extradata) if is_boxed else _find_unit(extradata, (_SPS,), _LONGEST_SPS_BYTES)
        self._layout = _parse_sequence(sequence) if sequence else None

    @property
    def may_find_fields(self) -> bool:
        """Check whether the stream may hold pictures of one field at all."""
        return self._layout is not None

    def read(self, data: bytes) -> FieldFlags | None:
        """Read the flags of a packet; None where it is a whole frame, or cannot be understood."""
        if self._layout is None:
            return None
        units = _boxed_unit(data, self._length_bytes) if self._length_bytes else _find_unit(data, _SLICES)
        bits = _Bits(units)
        bits.skip_golombs(3)  # first_mb_in_slice, slice_type, pic_parameter_set_id
        bits.take(2 if self._layout.has_colour_planes else 0)
        number = bits.take(self._layout.frame_number_bits)
        is_field, is_bottom = bits.take(1), bits.take(1)
        return FieldFlags(number, bool(is_bottom)) if is_field and not bits.is_exhausted else None


@dataclass(frozen=True, slots=True)
class _Layout:
    frame_number_bits: int
    has_colour_planes: bool


class _Bits:
    """Syntax elements one after the other (7.2, 9.1); zeros behind the end."""

    def __init__(self, data: bytes) -> None:
        data = _ESCAPED.sub(b"\0\0", data)
        self._digits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
        self._at = 0

    @property
    def is_exhausted(self) -> bool:
        return self._at > len(self._digits)

    def take(self, length: int) -> int:
        self._at += length
        digits = self._digits[self._at - length : self._at]
        return int(digits, 2) if digits else 0

    def golomb(self) -> int:
        one = self._digits.find("1", self._at)
        length = max(0, one - self._at) if one >= 0 else len(self._digits)
        self._at += length
        return self.take(length + 1) - 1

    def signed_golomb(self) -> int:
        code = self.golomb()
        return (code + 1) // 2 if code % 2 else -(code // 2)

    def skip_golombs(self, count: int) -> None:
        for _ in range(count):
            self.golomb()


def _parse_sequence(data: bytes) -> _Layout | None:
    """Parse a sequence parameter set; None where it allows whole frames only."""
    bits = _Bits(data)
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    has_colour_planes = profile in _HIGH_PROFILES and _skip_chroma_format(bits)
    frame_number_bits = bits.golomb() + 4
    _skip_order_count(bits)
    bits.golomb()
    bits.take(1)
    bits.skip_golombs(2)
    is_frames_only = bits.take(1)
    return None if is_frames_only or bits.is_exhausted else _Layout(frame_number_bits, has_colour_planes)


def _skip_chroma_format(bits: _Bits) -> bool:
    has_colour_planes = bits.golomb() == _CHROMA_444 and bool(bits.take(1))
    bits.skip_golombs(2)
    bits.take(1)
    if bits.take(1):
        for number in range(12 if has_colour_planes else 8):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if number < _LARGE_LISTS_FROM else 64)
    return has_colour_planes


def _skip_scaling_list(bits: _Bits, length: int) -> None:
    last = following = 8
    for _ in range(length):
        if following:
            following = (last + bits.signed_golomb()) % 256
        last = following or last


def _skip_order_count(bits: _Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take(1)
        bits.skip_golombs(2)
        bits.skip_golombs(min(255, bits.golomb()))


def _boxed_sequence(extradata: bytes) -> bytes:
    """Take the first sequence parameter set out of an `avcC` box (ISO/IEC 14496-15, 5.3.3.1)."""
    length = int.from_bytes(extradata[6:8], "big")
    return extradata[9 : 8 + length]


def _boxed_unit(data: bytes, length_bytes: int) -> bytes:
    """Find the first slice among units that have their length in front."""
    at = 0
    while at + length_bytes < len(data):
        start = at + length_bytes
        if data[start] & _KIND_BITS in _SLICES:
            return data[start + 1 : start + 1 + _SLICE_HEADER_BYTES]
        at = start + int.from_bytes(data[at:start], "big")
    return b""


def _find_unit(data: bytes, kinds: tuple[int, ...], most_bytes: int = _SLICE_HEADER_BYTES) -> bytes:
    """Find the first unit of a kind behind a start code (H.264, annex B)."""
    at = data.find(_START_CODE)
    while 0 <= at < len(data) - 4:
        if data[at + 3] & _KIND_BITS in kinds:
            return data[at + 4 : at + 4 + most_bytes]
        at = data.find(_START_CODE, at + 3)
    return b""
