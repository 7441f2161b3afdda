"""Encodes frames as two coded fields each (PAFF, ITU-T H.264 7.3), which no free encoder does. Its means are few.

Macroblocks are either raw samples (I_PCM) or skipped: what is skipped shows what was there before. Every other frame is
referred to by nothing and shown before the one that is decoded before it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.stream import VideoStream

import pictures
from pictures import Look

MACROBLOCK = 16
GOP = 12
RATE = 25
SPS, PPS, IDR, OTHER = 7, 8, 5, 1
I_SLICE, P_SLICE = 7, 5
I_PCM_IN_I, I_PCM_IN_P = 25, 30
SIDES = (16, 8, 8)
_ESCAPED = re.compile(rb"\0\0(?=[\0-\3])")
Planes = tuple[npt.NDArray[np.uint8], ...]


@dataclass
class Bits:
    """Writes syntax elements (clause 7.2 and 9.1)."""

    digits: list[str] = field(default_factory=list)
    length: int = 0

    def u(self, length: int, value: int) -> Bits:
        self.digits.append(f"{value:0{length}b}")
        self.length += length
        return self

    def ue(self, *values: int) -> Bits:
        for value in values:
            length = (value + 1).bit_length()
            self.u(2 * length - 1, value + 1)
        return self

    def raw(self, samples: bytes) -> Bits:
        """Whole bytes, at a byte boundary: pcm_alignment_zero_bit and pcm_samples (7.3.5)."""
        self.align()
        return self.u(8 * len(samples), int.from_bytes(samples, "big"))

    def align(self) -> None:
        if self.length % 8:
            self.u(8 - self.length % 8, 0)

    def nal(self, ref_idc: int, kind: int) -> bytes:
        """Close the unit: trailing bits (7.3.2.11), emulation prevention (7.4.1), start code (annex B)."""
        self.u(1, 1)
        self.align()
        digits = "".join(self.digits)
        payload = int(digits, 2).to_bytes(len(digits) // 8, "big")
        return b"\0\0\0\1" + bytes([ref_idc << 5 | kind]) + _escape(payload)


def _escape(payload: bytes) -> bytes:
    return _ESCAPED.sub(b"\0\0\3", payload)


def parameter_sets(look: Look) -> bytes:
    width, height = look.size
    sps = Bits().u(8, 77).u(8, 0).u(8, 30).ue(0, 4, 0, 4, 2).u(1, 0)
    sps.ue(width // MACROBLOCK - 1, height // (2 * MACROBLOCK) - 1)
    sps.u(1, 0).u(1, 0).u(1, 1).u(1, 0)  # fields may be coded apart, no MBAFF; no cropping
    sps.u(1, 1).u(1, 0).u(1, 0).u(1, 1).u(3, 5).u(1, 0).u(1, 1).u(8, 1).u(8, 1).u(8, 1).u(1, 0)  # VUI: BT.709
    sps.u(1, 1).u(32, 1).u(32, 2 * RATE).u(1, 1).u(1, 0).u(1, 0).u(1, 0)  # timing
    sps.u(1, 1).u(1, 1).ue(0, 0, 10, 10, 1, 2)  # one frame of reordering
    pps = Bits().ue(0, 0).u(1, 0).u(1, 0).ue(0, 0, 0).u(1, 0).u(2, 0).ue(0, 0, 0).u(1, 1).u(1, 0).u(1, 0)
    return sps.nal(3, SPS) + pps.nal(3, PPS)


@dataclass(frozen=True)
class Frame:
    """A frame in decode order."""

    number: int
    dts: int
    is_key: bool
    is_referred_to: bool
    frame_num: int
    planes: Planes
    first_parity: int

    def fields(self) -> tuple[bytes, bytes]:
        """The access units of both fields, in the order in which they are shown."""
        return self._field(0), self._field(1)

    def _field(self, second: int) -> bytes:
        parity = self.first_parity ^ second
        is_idr = self.is_key and not second
        kind = IDR if is_idr else OTHER
        bits = Bits().ue(0, I_SLICE if is_idr else P_SLICE, 0).u(8, self.frame_num).u(1, 1).u(1, parity)
        if is_idr:
            bits.ue(self.number // GOP % 2)
        bits.u(8, (2 * (self.number % GOP) + second) % 256)
        if not is_idr:
            bits.u(1, 0).u(1, 0)
        if self.is_referred_to:
            bits.u(2 if is_idr else 1, 0)
        bits.ue(0, 1)  # slice_qp_delta, no deblocking
        self._macroblocks(bits, tuple(plane[parity::2] for plane in self.planes), is_idr=is_idr)
        return bits.nal(2 if self.is_referred_to else 0, kind)

    def _macroblocks(self, bits: Bits, planes: Planes, *, is_idr: bool) -> None:
        rows, columns = (side // MACROBLOCK for side in planes[0].shape)
        skipped = 0
        for at in range(rows * columns):
            row, column = divmod(at, columns)
            is_changing = self.is_key or 1 <= column < columns - 1
            if not is_changing:
                skipped += 1
                continue
            if not is_idr:
                bits.ue(skipped)
            bits.ue(I_PCM_IN_I if is_idr else I_PCM_IN_P)
            bits.raw(b"".join(_block(plane, row, column, side) for plane, side in zip(planes, SIDES, strict=True)))
            skipped = 0
        if skipped:
            bits.ue(skipped)


def _block(plane: npt.NDArray[np.uint8], row: int, column: int, side: int) -> bytes:
    return plane[row * side : (row + 1) * side, column * side : (column + 1) * side].tobytes()


def frames_in_decode_order(count: int, look: Look) -> Iterator[Frame]:
    """Frames in decode order: the first of a group, then in pairs the later one before the earlier one."""
    order = [number for first in range(0, count, GOP) for number in _group_order(first, min(count, first + GOP))]
    frame_num = 0
    for dts, number in enumerate(order):
        is_key, is_referred_to = number % GOP == 0, number % GOP == 0 or number % 2 == 0 or number + 1 == count
        frame_num = 0 if is_key else frame_num
        yield Frame(number, dts, is_key, is_referred_to, frame_num, _planes(number, look), look.interlaced != "tff")
        frame_num += is_referred_to


def _planes(number: int, look: Look) -> Planes:
    luma, blue, red = pictures.draw(number, Fraction(number, RATE), look)
    return luma.astype(np.uint8), blue[::2, ::2].astype(np.uint8), red[::2, ::2].astype(np.uint8)


def _group_order(first: int, end: int) -> Iterator[int]:
    yield first
    for number in range(first + 2, end + 1, 2):
        if number < end:
            yield number
        yield number - 1


def encode_fields(path: Path, count: int, look: Look, packets_per_frame: int) -> None:
    """Write frames as H.264 in fields.

    Args:
        path: The file to write; its name says in which container.
        count: How many frames.
        look: How they are drawn; its size in whole macroblocks of a field.
        packets_per_frame: 2 if each field is a packet of its own with a time, as in broadcasts; else 1.
    """
    frames = coded_frames(count, look)
    bare = io.BytesIO(b"".join(parameter_sets(look) + b"".join(fields) for _, fields in frames[:GOP]))
    with av.open(bare, format="h264") as template, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(template.streams.video[0])
        for frame, fields in frames:
            for packet in _packets(frame, fields, look, packets_per_frame):
                packet.stream = stream
                container.mux(packet)


@lru_cache(maxsize=2)
def coded_frames(count: int, look: Look) -> tuple[tuple[Frame, tuple[bytes, bytes]], ...]:
    """Encode frames, once for all containers."""
    return tuple((frame, frame.fields()) for frame in frames_in_decode_order(count, look))


def _packets(
    frame: Frame, fields: tuple[bytes, bytes], look: Look, packets_per_frame: int
) -> Iterator[Packet[VideoStream]]:
    head = parameter_sets(look) if frame.is_key else b""
    first, second = fields
    units = [head + first + second] if packets_per_frame == 1 else [head + first, second]
    for index, data in enumerate(units):
        packet: Packet[VideoStream] = Packet(data)
        packet.time_base = Fraction(1, 2 * RATE)
        packet.pts, packet.dts = 2 * frame.number + index, 2 * (frame.dts - 1) + index
        packet.duration = 2 // len(units)
        packet.is_keyframe = frame.is_key and index == 0
        yield packet
