"""A container's read position, from which packets of a stream are read, and which moves to keyframes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

import av.error
from av.container import InputContainer
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.clocks import ASSUMED_TIME_BASE
from filmstrip.media.containers.approach import ShownPacket, VideoPacket
from filmstrip.media.containers.display_order import DisplayOrder
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.picture_packets import read_pictures
from filmstrip.media.sampling.targets import SamplingCost
from filmstrip.media.timeline.stamp_map import StampMap

_EMPTY_PICTURE_BYTES = 10
_BEFORE_START_SECONDS = 86_400


class PacketCursor:
    """Seeks in one stream of a container, and reads its packets from there with the time that each is shown.

    Attributes:
        is_at_beginning: Whether packets are read from the first one of the stream on.
    """

    def __init__(
        self, container: InputContainer, stream: AvVideoStream, cost: SamplingCost, stamps: StampMap | None = None
    ) -> None:
        """Stand at the beginning.

        Args:
            container: It has no other reader.
            stream: Its stream.
            cost: Is told what reading took.
            stamps: Where moments lie in a remote transport or program stream; None to leave the search to libav.
        """
        self.is_at_beginning = False
        self._container = container
        self._stream = stream
        self._cost = cost
        self._stamps = stamps
        self._time_base = stream.time_base or ASSUMED_TIME_BASE

    def units(self, seconds: Fraction | int) -> int:
        """Count seconds in the stream's time base."""
        return int(seconds / self._time_base)

    def seek(self, moment: int) -> None:
        """Move to a keyframe before a moment, or to the beginning where there is none."""
        start = self._stream.start_time or 0
        self._cost.seeks += 1
        self.is_at_beginning = moment <= start
        try:
            if self.is_at_beginning:
                self._seek_to_beginning(start)
            elif not self._seek_by_stamps(moment - start):
                self._container.seek(moment, stream=self._stream, backward=True)
        except av.error.FFmpegError:
            self._rewind(start)

    def _seek_by_stamps(self, since_start: int) -> bool:
        """Move to the place of a moment by bytes; False where it is not known."""
        place = None if self._stamps is None else self._stamps.place_before(since_start)
        if self._stamps is None or place is None:
            return False
        self._container.seek(place, stream=self._stream, unsupported_byte_offset=True)
        return True

    def _seek_to_beginning(self, start: int) -> None:
        # The first packet may be one that a search passes over.
        if kind_of(self._container).seeks_by_dts:
            self._container.seek(0, stream=self._stream, unsupported_byte_offset=True)
        else:
            # Far before the start, so that a search by timestamp cannot land behind the first keyframe.
            self._container.seek(start - self.units(_BEFORE_START_SECONDS), stream=self._stream, backward=True)

    def _rewind(self, start: int) -> None:
        """Go to the beginning; a format that cannot even do that is read on from where it stands."""
        self.is_at_beginning = True
        with suppress(av.error.FFmpegError):
            self._container.seek(start, stream=self._stream, backward=True, any_frame=True)

    def _is_empty_picture(self, packet: VideoPacket) -> bool:
        """Know the placeholder of a picture that MPEG-4 files for AVI keep in the packet before; some call it a key."""
        return self._stream.codec_context.name == "mpeg4" and packet.size <= _EMPTY_PICTURE_BYTES

    def packets(self) -> Iterator[ShownPacket]:
        """Read on from where the container stands."""
        order: DisplayOrder[VideoPacket] = DisplayOrder()
        try:
            for packet in read_pictures(self._container, self._stream):
                if packet.size == 0:
                    break
                self._cost.packets_read += 1
                if self._is_empty_picture(packet):
                    packet.is_keyframe = False
                yield from order.push(packet)
        except av.error.FFmpegError:
            return  # a damaged place: what comes after it is reached by seeking
        yield from order.finish()
