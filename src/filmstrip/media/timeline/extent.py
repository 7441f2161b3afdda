"""From when to when a source lasts. Headers may lie, so the end of the content is looked at as well."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.clocks import LONGEST_MUXER_DELAY
from filmstrip.domain.container_kind import Layout, TimesTold
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.containers.fragments.fragments_end import fragments_end, pictures_end
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.matroska_clusters import ClusterMap, SplicedRanges
from filmstrip.media.containers.opening import open_container
from filmstrip.media.source.media_source import ByteRanges, LocalFile, MediaSource
from filmstrip.media.timeline.movie_end import movie_content_end, movie_header_end
from filmstrip.media.timeline.mp4_edit_list import EditList, read_edit_list
from filmstrip.media.timeline.packet_ends import end_of, longest_reordering, tail_packets

_CONTAINER_TIME_BASE = Fraction(1, av.time_base)
_NOT_FOLLOWED = "The source's edit list has pauses or other speeds, which are not followed: it is shown without them"
_HEADER_TOLERANCE = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Extent:
    """From when to when a source lasts.

    Attributes:
        start: First moment in container time, seconds; targets count from here.
        end: First moment after the presentation in container time, seconds.
        cut_off_at: First moment of which the source holds nothing although its header says so; None if it is whole.
        warnings: What had to be guessed, one sentence each.
    """

    start: Fraction
    end: Fraction
    cut_off_at: Fraction | None = None
    warnings: tuple[str, ...] = ()


def find_extent(
    container: InputContainer,
    video: AvVideoStream | None,
    source: MediaSource,
    members: Collection[int] | None = None,
) -> Extent:
    """Find the first and the last moment of the presentation.

    The length is that of the longest stream. Where header and content disagree, the longer one counts: a player's seek
    bar covers what the header says, and what lies behind it can be played all the same.

    Args:
        container: The open source.
        video: Its video stream, None if it has none.
        source: Its bytes.
        members: Numbers of the streams that are presented together; None for all.
    """
    start = _start(container, video, members)
    film = fragment_film(source)
    if film is not None:
        return _compared(start, *fragments_end(film, container))
    is_whole_movie = kind_of(container).lists_all_packets and any(stream.frames for stream in container.streams)
    edits = read_edit_list(source, video.index) if is_whole_movie and video is not None else EditList()
    header_end = _header_end(container) if edits.end is None else movie_header_end(container, source, edits.end)
    content_end = _content_end(container, video, header_end, source, edits.end, members)
    extent = _compared(start, header_end if members is None or content_end is None else None, content_end)
    return extent if edits.is_followed else replace(extent, warnings=(*extent.warnings, _NOT_FOLLOWED))


def _compared(start: Fraction, header_end: Fraction | None, content_end: Fraction | None) -> Extent:
    end = max(moment for moment in (header_end, content_end, start) if moment is not None)
    if header_end is None or content_end is None:
        return Extent(start, end)
    said, found = f"{float(header_end - start):.3f} s", f"{float(content_end - start):.3f} s"
    if content_end > header_end + _HEADER_TOLERANCE:
        return Extent(start, end, None, (f"The source lasts {found} although its header says {said}",))
    if content_end < header_end - _HEADER_TOLERANCE:
        return Extent(
            start, end, content_end, (f"The source is cut off: it ends at {found} although its header says {said}",)
        )
    return Extent(start, end)


def find_video_end(container: InputContainer, video: AvVideoStream, source: MediaSource, extent: Extent) -> Fraction:
    """Find when the last picture of a stream ends, in container time, where the presentation as a whole is known.

    The end of the presentation where no picture is found before it.
    """
    film = fragment_film(source)
    if film is not None:
        return pictures_end(film, container) or extent.end
    tail = tail_packets(container, extent.end - longest_reordering(video))
    return end_of(packet for packet in tail if packet.stream_index == video.index) or extent.end


def _start(container: InputContainer, video: AvVideoStream | None, members: Collection[int] | None) -> Fraction:
    container_start = first_moment(container, members) or Fraction(0)
    if video is None or video.start_time is None or video.time_base is None:
        return container_start
    video_start = video.start_time * video.time_base
    return video_start if video_start - container_start <= LONGEST_MUXER_DELAY else container_start


def first_moment(container: InputContainer, members: Collection[int] | None) -> Fraction | None:
    """Look up the container time at which the first of some streams begins, None for all; None if none tells."""
    if members is None:
        return None if container.start_time is None else container.start_time * _CONTAINER_TIME_BASE
    starts = [
        stream.start_time * stream.time_base
        for stream in container.streams
        if stream.index in members and stream.start_time is not None and stream.time_base is not None
    ]
    return min(starts, default=None)


def _header_end(container: InputContainer) -> Fraction | None:
    kind = kind_of(container)
    if container.duration is None or not kind.has_length:
        return None
    # What libav makes of a fragmented MP4 counts from time 0, too.
    is_fragmented = kind.lists_all_packets and not any(stream.frames for stream in container.streams)
    start = 0 if is_fragmented or kind.counts_from_zero else container.start_time or 0
    return (start + container.duration) * _CONTAINER_TIME_BASE


def _content_end(
    container: InputContainer,
    video: AvVideoStream | None,
    header_end: Fraction | None,
    source: MediaSource,
    edits: Fraction | None,
    members: Collection[int] | None,
) -> Fraction | None:
    kind = kind_of(container)
    if kind.layout is Layout.ISO_BOXES:
        return movie_content_end(container, video, source, edits)
    if kind.packet_times is TimesTold.NONE:
        with open_container(source) as unread:
            return _counted_end(unread)
    if kind.layout is Layout.EBML_ELEMENTS and not isinstance(source, LocalFile):
        return _last_cluster_end(source)
    tail = tail_packets(container, None if header_end is None else header_end - longest_reordering(video))
    tail_end = end_of(packet for packet in tail if members is None or packet.stream_index in members)
    if tail_end is None and (header_end is None or isinstance(source, LocalFile)):
        # An index that leads behind the end of a file that was cut off, or a single picture that was read already.
        with open_container(source) as unread:
            return end_of(tail_packets(unread, None))
    return tail_end


def _last_cluster_end(source: ByteRanges) -> Fraction | None:
    """Find the end of a remote file by its last cluster: without cues, libav would read everything before it."""
    clusters = ClusterMap(source)
    first, last = clusters.first(), clusters.last()
    if first is None or last is None:
        return None
    with open_container(SplicedRanges(source, first.position, last.position)) as tail:
        return end_of(tail_packets(tail, None))


def _counted_end(container: InputContainer) -> Fraction | None:
    counts: dict[int, int] = {}
    for packet in tail_packets(container, None):
        counts[packet.stream_index] = counts.get(packet.stream_index, 0) + 1
    ends = [
        counts[stream.index] / rate
        for stream in container.streams.video
        if stream.index in counts and (rate := stream.average_rate or stream.guessed_rate)
    ]
    return max(ends, default=None)
