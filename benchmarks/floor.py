"""What can no program save? The decoding of the smallest set of frames that gives the exact pictures, and nothing else.

Packets are in memory before the clock starts. Of each group of pictures, the decoder gets the packets up to the target,
and of those it decodes what others refer to. No scaling, no encoding, no reading.

Run as a program: prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from fractions import Fraction

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from benchmarks.instructions import Instructions


@dataclass(frozen=True, slots=True)
class Group:
    """Packets from a keyframe to the last one that is needed, and the PTS of the pictures that are wanted."""

    packets: list[Packet[VideoStream]]
    wanted: set[int]


def main() -> None:
    """Measure the floor of a source at an interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("interval", type=Fraction)
    parser.add_argument("count", type=int)
    parser.add_argument("--all", action="store_true", help="every frame of the source: the floor of a full decode")
    given = parser.parse_args()
    with av.open(given.source) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        start = stream.start_time or 0
        targets = [start + int(index * given.interval / stream.time_base) for index in range(given.count)]
        groups = _groups_of_all(container) if given.all else _groups_of(container, targets)
        print(json.dumps(_decode(stream.codec_context, groups)))


def _groups_of(container: InputContainer, targets: list[int]) -> list[Group]:
    """Read what all targets need; those in one group of pictures share its packets."""
    groups: dict[int | None, Group] = {}
    for target in targets:
        group = _group(container, target)
        keyframe = group.packets[0].pts
        known = groups.get(keyframe, group)
        groups[keyframe] = Group(max(known.packets, group.packets, key=len), known.wanted | group.wanted)
    return list(groups.values())


def _group(container: InputContainer, target: int) -> Group:
    """Read the packets that the picture at a target needs."""
    packets = _packets_up_to(container, target, target)
    if packets[0].pts is not None and packets[0].pts > target:
        # An open group of pictures: the picture is shown before the keyframe that a search by decode time finds.
        packets = _packets_up_to(container, target, (packets[0].dts or 0) - 1)
    wanted = max(packet.pts for packet in packets if packet.pts is not None and packet.pts <= target)
    last = next(index for index, packet in enumerate(packets) if packet.pts == wanted)
    return Group(packets[: last + 1], {wanted})


def _packets_up_to(container: InputContainer, target: int, place: int) -> list[Packet[VideoStream]]:
    stream = container.streams.video[0]
    container.seek(place, stream=stream, backward=True)
    packets: list[Packet[VideoStream]] = []
    for packet in container.demux(stream):
        if not packet.size or (packet.dts is not None and packet.dts > target):
            break
        starts_anew = packet.is_keyframe and packet.pts is not None and packet.pts <= target
        packets = [packet] if starts_anew else [*packets, packet]
    return packets


def _groups_of_all(container: InputContainer) -> list[Group]:
    packets = [packet for packet in container.demux(video=0) if packet.size]
    return [Group(packets, {packet.pts for packet in packets if packet.pts is not None})]


def _decode(decoder: VideoCodecContext, groups: list[Group]) -> dict[str, float | None]:
    decoder.thread_count = 1
    frames = 0
    with Instructions() as instructions:
        wall, cpu = time.perf_counter(), time.process_time()
        for group in groups:
            frames += _decode_group(decoder, group)
        return {
            "wall_seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
            "instructions": instructions.counted(),
            "frames_decoded": frames,
        }


def _decode_group(decoder: VideoCodecContext, group: Group) -> int:
    frames = 0
    for packet in group.packets:
        decoder.skip_frame = "DEFAULT" if packet.pts in group.wanted else "NONREF"
        frames += len(decoder.decode(packet))
    frames += len(decoder.decode(None))
    decoder.flush_buffers()
    return frames


if __name__ == "__main__":
    main()
