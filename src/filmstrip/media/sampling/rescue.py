"""Tries again if the right frame cannot be decoded: from further back, without any shortcut; then the nearest good one.

A stream with intra refresh has keyframes from which the first pictures come out incomplete; a damaged one has pictures
that are lost for good. Both are rare, so this uses a container and a decoder of its own, opened when first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace

import av.error
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.clocks import ASSUMED_TIME_BASE
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.containers.approach import VideoPacket
from filmstrip.media.containers.decoder import open_decoder
from filmstrip.media.containers.opening import open_container, read_packets, select_stream
from filmstrip.media.sampling.targets import Clock, Sample, SamplingCost, Target
from filmstrip.media.source.media_source import MediaSource

OpenVideo = tuple[InputContainer, AvVideoStream, VideoCodecContext]
"""A container, its video stream, and a decoder that reports damage."""

_STEPS_BACK_SECONDS = (0, 2, 10)
# Where nothing at all was found so near: slow motion pictures of a slide show, or a long stretch that is lost.
_LONG_STEPS_BACK_SECONDS = (60, 600)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The good pictures next to a moment.

    Attributes:
        before: The last one not after it.
        after: The first one after it.
        is_sure: Whether all from the first packet of the source on was decoded, and nothing was lost: then the picture
            before the moment is the one that is shown at it.
    """

    before: VideoFrame | None
    after: VideoFrame | None
    is_sure: bool = False

    @property
    def frames(self) -> list[VideoFrame]:
        """Those that there are."""
        return [frame for frame in (self.before, self.after) if frame is not None]


def strict_video(find_source: Callable[[], MediaSource], stream_index: int) -> Callable[[ExitStack], OpenVideo]:
    """Make a function that opens a stream of a source by a decoder that reports damage; the stack closes it."""

    def open_video(stack: ExitStack) -> OpenVideo:
        container = stack.enter_context(open_container(find_source()))
        stream = select_stream(container, stream_index)
        return container, stream, open_decoder(stream, threads=1, is_strict=True)

    return open_video


class Rescue:
    """Finds the right frame the slow way, or the nearest good one."""

    def __init__(self, open_video: Callable[[ExitStack], OpenVideo], clock: Clock, cost: SamplingCost) -> None:
        """Prepare it.

        Args:
            open_video: Opens the stream at its beginning (`strict_video`).
            clock: Translates moments to PTS.
            cost: What decoding takes is added to it.
        """
        self._open_video = open_video
        self._clock = clock
        self._cost = cost
        self._stack = ExitStack()
        self._has_lost = False
        self._opened: OpenVideo | None = None

    def close(self) -> None:
        """Close what was opened."""
        self._stack.close()

    def sample(self, target: Target, expected_pts: int | None) -> Sample:
        """Take a sample that could not be taken in the ordinary way.

        Args:
            target: What is wanted.
            expected_pts: PTS of the frame played at the target, None if that is not known.

        Raises:
            SourceUnreadableError: No picture near the target can be decoded.
        """
        moment = self._clock.pts(target.seconds) if expected_pts is None else expected_pts
        found: list[VideoFrame] = []
        for seconds_back in (*_STEPS_BACK_SECONDS, *_LONG_STEPS_BACK_SECONDS, None):
            if found and seconds_back not in _STEPS_BACK_SECONDS:
                break
            candidates = self._look(moment, seconds_back)
            before = candidates.before
            is_certain = expected_pts is None and candidates.is_sure and not self._clock.is_cut_off(target.seconds)
            if before is not None and (is_certain or before.pts == expected_pts):
                return self._sample(target, before, is_substitute=False)
            found += candidates.frames
        if not found:
            raise SourceUnreadableError(
                f"The source's video cannot be decoded at {float(target.seconds):.3f} s, nor near it"
            )
        return self._sample(target, min(found, key=lambda frame: abs((frame.pts or 0) - moment)), is_substitute=True)

    def _sample(self, target: Target, frame: VideoFrame, *, is_substitute: bool) -> Sample:
        actual = self._clock.seconds(frame.pts or 0)
        return Sample(target, frame, FrameStamp(target.seconds, actual, bool(frame.key_frame), is_substitute))

    def _look(self, moment: int, seconds_back: int | None) -> _Candidates:
        """Look from some seconds before the moment, or from the beginning of the source."""
        if seconds_back is None:
            return self._look_from_start(moment)
        container, stream, decoder = self._open()
        decoder.flush_buffers()
        offset = moment - int(seconds_back / (stream.time_base or ASSUMED_TIME_BASE))
        with suppress(av.error.FFmpegError):
            container.seek(offset, stream=stream, backward=True)
        return self._candidates(moment)

    def _look_from_start(self, moment: int) -> _Candidates:
        """Look from the very beginning, which some containers lose with the first seek."""
        self._stack.close()
        self._opened = None
        self._has_lost = False
        candidates = self._candidates(moment)
        return replace(candidates, is_sure=not self._has_lost)

    def _candidates(self, moment: int) -> _Candidates:
        container, stream, decoder = self._open()
        before: VideoFrame | None = None
        for frame in self._frames(container, stream, decoder):
            if frame.pts is None or frame.is_corrupt:
                self._has_lost = True
                continue
            if frame.pts > moment:
                return _Candidates(before, frame)
            if before is None or frame.pts >= (before.pts or 0):
                before = frame
        return _Candidates(before, None)

    def _frames(
        self, container: InputContainer, stream: AvVideoStream, decoder: VideoCodecContext
    ) -> Iterator[VideoFrame]:
        """Decode what is whole: from a damaged packet on, nothing up to the next keyframe."""
        anchor_pts: int | None = None
        try:
            for packet in read_packets(container.demux(stream)):
                if packet.is_keyframe and anchor_pts is None:
                    anchor_pts = packet.pts
                if packet.size and (anchor_pts is None or (packet.pts is not None and packet.pts < anchor_pts)):
                    self._has_lost = True
                    continue
                frames, is_whole = self._decode(decoder, packet if packet.size else None)
                yield from frames
                if not is_whole:
                    yield from self._decode(decoder, None)[0]
                    decoder.flush_buffers()
                    anchor_pts = None
        except av.error.FFmpegError:
            self._has_lost = True

    def _decode(self, decoder: VideoCodecContext, packet: VideoPacket | None) -> tuple[list[VideoFrame], bool]:
        try:
            frames = decoder.decode(packet)
        except av.error.FFmpegError:
            self._has_lost = True
            return [], False
        self._cost.frames_decoded += len(frames)
        return frames, True

    def _open(self) -> OpenVideo:
        if self._opened is None:
            self._opened = self._open_video(self._stack)
        return self._opened
