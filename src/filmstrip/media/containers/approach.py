"""The words of approaching a frame: by which way, and with which packets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from av.packet import Packet
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.media.containers.display_order import Shown

VideoPacket: TypeAlias = "Packet[AvVideoStream]"
ShownPacket: TypeAlias = Shown["Packet[AvVideoStream]"]


class Access(Enum):
    """How the next target is reached."""

    INDEX = "by the container's own list of keyframes"
    READ_ON = "by reading on from the last target"
    STEP_BACK = "by seeking to it, and back step by step until a keyframe turns up"


@dataclass(frozen=True, slots=True)
class Approach:
    """The packets that lead to a frame.

    Attributes:
        packets: What has to be decoded next, in order.
        shown: The packet of the wanted frame; None if more packets have to be asked for first, or if there is none.
        starts_anew: Whether the first packet is a keyframe that needs nothing decoded before it.
        is_clamped: Whether the moment lies where no frame can be decoded, before the first keyframe of the stream.
    """

    packets: tuple[ShownPacket, ...]
    shown: ShownPacket | None
    starts_anew: bool
    is_clamped: bool = False
