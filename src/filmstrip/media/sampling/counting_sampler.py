"""Samples a source whose container does not say when its frames are shown: they are counted as they leave the decoder.

AVI, ASF and MXF with B-frames store one time a packet, in decode order, and so do files of other kinds that a careless
muxer wrote; bare streams store none at all, and some transport streams only now and then. Decoders put pictures in the
right order all the same, so the n-th picture is shown at the n-th of the times that there are, and where there are none
at n / frame rate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import islice

import av.error
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.clocks import ASSUMED_FRAME_RATE
from filmstrip.domain.container_kind import TimesTold
from filmstrip.media.containers.approach import VideoPacket
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.picture_packets import read_pictures
from filmstrip.media.sampling.packet_times import PacketTimes
from filmstrip.media.sampling.targets import Clock, Sample, SamplingCost, Target

_PACKETS_TO_JUDGE_BY = 16


def stores_times(container: InputContainer, stream: AvVideoStream) -> bool:
    """Check whether the packets of a stream say when they are shown. Reads the first of them, except of an MP4.

    That one has a time for every packet (ISO/IEC 14496-12, 8.6.1), true or not, which `times_are_shown` tells.
    """
    told = kind_of(container).packet_times
    if told is TimesTold.ALL:
        return True
    if told is TimesTold.NONE:
        return False
    if told is TimesTold.UNLESS_REORDERED:
        return not stream.codec_context.has_b_frames
    try:
        packets = [packet for packet in islice(read_pictures(container, stream), _PACKETS_TO_JUDGE_BY) if packet.size]
    except av.error.FFmpegError:
        return True  # whatever is wrong shows when it is actually read
    if stream.codec_context.has_b_frames and _only_grow(packet.pts for packet in packets):
        return _only_grow(frame.pts for frame in _decode(stream.codec_context, packets)) and _all_told(packets)
    return _all_told(packets)


def times_are_shown(container: InputContainer, stream: AvVideoStream) -> bool:
    """Check whether the times of the packets that come next, with B-frames, are those at which they are shown.

    Those jump back; times that only grow are shown only if the decoder leaves pictures in that order. No more is read
    than it takes to see that.
    """
    packets: list[VideoPacket] = []
    with suppress(av.error.FFmpegError):
        for packet in islice(read_pictures(container, stream), _PACKETS_TO_JUDGE_BY):
            packets.append(packet)
            if not _only_grow(each.pts for each in packets[-2:]):
                return True
    return _only_grow(frame.pts for frame in _decode(stream.codec_context, packets))


def _all_told(packets: Sequence[VideoPacket]) -> bool:
    return all(packet.pts is not None for packet in packets)


def _only_grow(times: Iterable[int | None]) -> bool:
    """Check whether times never jump back, as those of packets do where pictures are reordered, but not of pictures."""
    told = [time for time in times if time is not None]
    return told == sorted(told)


def _decode(decoder: VideoCodecContext, packets: Sequence[VideoPacket]) -> Iterator[VideoFrame]:
    for packet in (*packets, None):
        with suppress(av.error.FFmpegError):
            yield from decoder.decode(packet)
    decoder.flush_buffers()


class CountingSampler:
    """Takes samples from one open source by decoding it from the beginning, targets in growing order."""

    def __init__(
        self,
        container: InputContainer,
        stream: AvVideoStream,
        decoder: VideoCodecContext,
        clock: Clock,
        cost: SamplingCost,
    ) -> None:
        self._container = container
        self._stream = stream
        self._decoder = decoder
        self._clock = clock
        self._cost = cost
        is_told = kind_of(container).has_true_times
        self._step = 1 / (stream.average_rate or stream.guessed_rate or ASSUMED_FRAME_RATE)
        self._times = None if is_told else PacketTimes(clock, self._step)
        self._is_damaged = False

    def samples(self, targets: Iterable[Target]) -> Iterator[Sample]:
        """Take a sample at each target."""
        waiting = deque(sorted(targets, key=lambda target: target.seconds))
        shown: tuple[VideoFrame, Fraction] | None = None
        is_lost = False
        for frame, seconds in self._timed_frames():
            while waiting and shown is not None and waiting[0].seconds < seconds:
                yield self._sample(waiting.popleft(), *shown, is_substitute=is_lost)
            if not waiting:
                return
            is_lost = self._note_damage(frame)
            shown = shown if is_lost and shown is not None else (frame, seconds)
        while waiting and shown is not None:
            is_over = self._clock.is_cut_off(waiting[0].seconds)
            yield self._sample(waiting.popleft(), *shown, is_substitute=is_lost or is_over)

    def _note_damage(self, frame: VideoFrame) -> bool:
        """Remember a damaged frame, and return whether this one may refer to one: all up to the next keyframe may."""
        self._is_damaged = frame.is_corrupt or (self._is_damaged and not frame.key_frame)
        return self._is_damaged

    def _sample(self, target: Target, frame: VideoFrame, seconds: Fraction, *, is_substitute: bool) -> Sample:
        stamp = FrameStamp(target.seconds, seconds, bool(frame.key_frame), is_substitute)
        return Sample(target, frame, stamp)

    def _timed_frames(self) -> Iterator[tuple[VideoFrame, Fraction]]:
        """Give each picture its time: its own where it is told and can be trusted, else one frame after the last."""
        following = Fraction(0)
        for frame in self._frames():
            seconds = self._seconds(frame, following)
            following = seconds + self._step
            yield frame, seconds

    def _seconds(self, frame: VideoFrame, following: Fraction) -> Fraction:
        if self._times is not None:
            told = self._times.take()
            return following if told is None else told
        return following if frame.pts is None else max(following, self._clock.seconds(frame.pts))

    def _frames(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            if self._times is not None and packet is not None:
                self._times.put(packet)
            try:
                frames = self._decoder.decode(packet)
            except av.error.FFmpegError:
                self._is_damaged = True
                if self._times is not None and packet is not None:
                    self._times.drop(packet)
                continue
            self._cost.frames_decoded += len(frames)
            yield from frames

    def _packets(self) -> Iterator[VideoPacket | None]:
        with suppress(av.error.FFmpegError):
            for packet in read_pictures(self._container, self._stream):
                if packet.size:
                    self._cost.packets_read += 1
                    self._cost.packets_decoded += 1
                    yield packet
        yield None
