"""Joins segments and sound into one file, packet by packet: nothing is decoded or encoded.

Times of presentation are kept. Those of decoding are made anew for the whole, as an encoder makes them: in the order of
the pictures, as many earlier as it holds back. At a joint, what each segment says of them may go back in time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.promise import Promise
from filmstrip.media.transcoding.verify import Expectation, check_whole

if TYPE_CHECKING:
    AnyPacket = Packet[Any]  # generic for type checkers alone
    Timed = Iterator[tuple[Fraction, int, AnyPacket]]

_PACKETS_BETWEEN_REPORTS = 2000


def join_segments(
    segments: Sequence[Path],
    sound: Path | None,
    target: Path,
    muxer: Muxer,
    tag: str | None,
    on_report: Callable[[], None],
) -> int:
    """Write a file with the pictures of all segments, and the sound.

    Args:
        segments: In their order, at least one.
        sound: A file of sound alone, None for none.
        target: Where the file goes.
        muxer: What writes it.
        tag: What the container calls the codec of the pictures, None to leave that to it.
        on_report: Called now and then: nothing hangs.

    Returns:
        How many pictures it has.

    Raises:
        OutputInvalidError: They do not follow one another, or are not alike.
    """
    try:
        times, ahead, end = _read_times(segments, on_report)
        with ExitStack() as opened:
            first = opened.enter_context(_opened(segments[0]))
            streams: list[Stream] = [first.streams.video[0]]
            packets: list[Timed] = [_pictures(segments, times, ahead, end)]
            if sound is not None:
                heard = opened.enter_context(_opened(sound))
                streams.append(heard.streams.audio[0])
                packets.append(_sound(heard))
            _write(streams, packets, target, muxer, tag, on_report)
    except (av.error.FFmpegError, ValueError) as error:
        raise OutputInvalidError("The segments of the result cannot be joined") from error
    return len(times)


def check_joined(path: Path, muxer: Muxer, promise: Promise, count: int) -> None:
    """Complete a file that was joined, and check it by what its container says: its packets were decoded before.

    Args:
        path: The file.
        muxer: What has written it.
        promise: What it has to be.
        count: How many pictures it has.

    Raises:
        OutputInvalidError: It is not what it has to be, or the source is shorter than it promised to be.
    """
    muxer.complete(path)
    muxer.check(path)
    least = promise.expected_seconds - promise.tolerance_seconds
    most = promise.span.duration + promise.tolerance_seconds if promise.ends_early else None
    with _opened(path) as container:
        check_whole(container, Expectation(promise.video, promise.audio, least, most))
        told = container.streams.video[0].frames
        if told not in (0, count):
            raise OutputInvalidError(f"The result has {told} pictures instead of {count}")


def _opened(path: Path) -> InputContainer:
    return av.open(f"file:{path.absolute()}", metadata_errors="replace")


def _read_times(segments: Sequence[Path], on_report: Callable[[], None]) -> tuple[list[int], list[int], int]:
    """Read when all pictures are shown, ascending, when the first ones are decoded, and when the last one ends.

    Raises:
        OutputInvalidError: A segment is not like the first one, or does not follow the one before it.
    """
    times: list[int] = []
    ahead: list[int] = []
    end, description = 0, None
    for path in segments:
        with _opened(path) as container:
            stream = container.streams.video[0]
            described = (stream.time_base, stream.codec_context.extradata)
            if description not in (None, described):
                raise OutputInvalidError("The segments of the result are not described alike")
            description = described
            stamps = [(packet.pts, packet.dts) for packet in container.demux(stream) if packet.pts is not None]
            shown = sorted(pts for pts, _dts in stamps)
            if not shown or (times and shown[0] <= times[-1]):
                raise OutputInvalidError("The segments of the result do not follow one another")
            if not times:
                ahead = _before(shown[0], [dts for _pts, dts in stamps])
            times += shown
            end = (stream.start_time or 0) + (stream.duration or 0)
            on_report()
    return times, ahead, end


def _before(first_shown: int, decoded: Sequence[int | None]) -> list[int]:
    return [dts for dts in decoded if dts is not None and dts < first_shown]


def _pictures(segments: Sequence[Path], times: Sequence[int], ahead: Sequence[int], end: int) -> Timed:
    lasts = dict(zip(times, [*(b - a for a, b in itertools.pairwise(times)), max(1, end - times[-1])], strict=True))
    decoded = itertools.chain(ahead, times)
    for path in segments:
        with _opened(path) as container:
            for packet in container.demux(video=0):
                if packet.pts is None or packet.size == 0:
                    continue
                packet.dts = next(decoded)
                packet.duration = lasts[packet.pts]
                yield packet.dts * packet.time_base, 0, packet


def _sound(heard: InputContainer) -> Timed:
    for packet in heard.demux(audio=0):
        if packet.dts is not None and packet.size:
            yield packet.dts * packet.time_base, 1, packet


def _write(
    streams: Sequence[Stream],
    packets: Sequence[Timed],
    target: Path,
    muxer: Muxer,
    tag: str | None,
    on_report: Callable[[], None],
) -> None:
    name, options = _muxing(muxer)
    with av.open(f"file:{target.absolute()}", "w", name, options=dict(options)) as output:
        made = [output.add_stream_from_template(stream, opaque=True) for stream in streams]
        for mine, theirs in zip(made, streams, strict=True):
            mine.time_base = theirs.time_base
            mine.metadata.update(theirs.metadata)
        if tag is not None:
            made[0].codec_context.codec_tag = tag
        for count, (_time, place, packet) in enumerate(merge(*packets, key=lambda entry: entry[:2])):
            packet.stream = made[place]
            output.mux(packet)
            if count % _PACKETS_BETWEEN_REPORTS == 0:
                on_report()


def _muxing(muxer: Muxer) -> tuple[str, Mapping[str, str]]:
    """Read the arguments for a container: its name, and its options."""
    words = list(muxer.arguments())
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    name = pairs.pop("-f")
    return name, {option.lstrip("-"): value for option, value in pairs.items()}
