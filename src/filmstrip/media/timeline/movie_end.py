"""Finds when the content of an MP4 ends: its sample tables tell it without reading on.

They count decoding times, which say little of when pictures are shown that are stored in another order and stay for
different times: there the edit list is believed, and the last packets are looked at.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from statistics import median_high

from av.container import InputContainer
from av.index import IndexEntries, IndexEntry
from av.stream import Stream
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.media.containers.fragments.fragmented_movie import has_segment_index
from filmstrip.media.source.header_bytes import size_of
from filmstrip.media.source.media_source import LocalFile, MediaSource
from filmstrip.media.timeline.packet_ends import longest_reordering, tail_packets

_HEADER_TOLERANCE = Fraction(1, 2)
# Edit lists often count in milliseconds.
_ROUNDING = Fraction(1, 50)


def movie_content_end(
    container: InputContainer, video: AvVideoStream | None, source: MediaSource, edits: Fraction | None
) -> Fraction | None:
    """Return when the last stream of an MP4 ends, in container time; None for fragments of which libav saw only a part.

    Args:
        container: The open source.
        video: Its video stream, None if it has none.
        source: Its bytes.
        edits: When the last edit of the video ends, None without edits.
    """
    held = {stream.index: _held_end(stream, size_of(source)) for stream in container.streams}
    ends = [
        _said_end(stream) if held[stream.index] is None else held[stream.index] for stream in container.streams.audio
    ]
    if video is not None:
        is_whole = held[video.index] is None
        ends.append(_video_end(container, video, source, edits) if is_whole else held[video.index])
    return max((end for end in ends if end is not None), default=None)


def movie_header_end(container: InputContainer, source: MediaSource, edits: Fraction) -> Fraction | None:
    """Return when the last stream of an MP4 ends by its header, whose edit list tells it of the video.

    None where the file is whole: then its content is what counts, however long an edit says to last.
    """
    if all(_held_end(stream, size_of(source)) is None for stream in container.streams):
        return None
    return max([edits, *(end for stream in container.streams.audio if (end := _said_end(stream)) is not None)])


def _said_end(stream: Stream) -> Fraction | None:
    if stream.duration is None or stream.time_base is None:
        return None
    if not stream.frames:  # in fragments, of which libav lists when the last packet begins, if it has passed all
        begin, _ = _listed_ends(stream)
        return begin if begin and begin >= stream.duration * stream.time_base - _HEADER_TOLERANCE else None
    return ((stream.start_time or 0) + stream.duration) * stream.time_base


def _held_end(stream: Stream, size_bytes: int) -> Fraction | None:
    """Return when a stream breaks off whose last packet lies behind the end of the file, 0 if nothing is left of it.

    None if it does not.
    """
    first, _, last = _edges(stream.index_entries)
    if first is None or last is None or stream.time_base is None or last.pos + last.size <= size_bytes:
        return None
    held = [entry.timestamp for entry in stream.index_entries if entry.pos + entry.size <= size_bytes]
    return ((stream.start_time or 0) + max(held) - first.timestamp) * stream.time_base if held else Fraction(0)


def _video_end(
    container: InputContainer, video: AvVideoStream, source: MediaSource, edits: Fraction | None
) -> Fraction | None:
    last_begin, listed = _listed_ends(video)
    if not video.frames:
        return _fragments_end(container, video, source, listed)
    end = _said_end(video)
    if end is None:
        return None
    if edits is not None and edits > end + _ROUNDING:
        end = min(edits, max(end, _shown_end(container, video, end) or end))
    elif edits is not None:
        end = edits
    # The last step of decoding times may be that of a still picture, which is over when the last packet is shown.
    if listed is not None and last_begin is not None and last_begin > end + _HEADER_TOLERANCE:
        shown = _shown_end(container, video, end) if isinstance(source, LocalFile) else listed
        return max(end, shown or end)
    return end


def _fragments_end(
    container: InputContainer, video: AvVideoStream, source: MediaSource, listed: Fraction | None
) -> Fraction | None:
    """Return the end of a fragmented file: libav counts its duration from time 0, and knows what it has passed."""
    if video.duration is None or video.time_base is None or listed is None:
        return None
    said = video.duration * video.time_base
    if listed < said - _HEADER_TOLERANCE:
        # Indexes of segments lead to the last one. What they say to last may count from another time 0.
        is_led_there = isinstance(source, LocalFile) or has_segment_index(source)
        return _shown_end(container, video, said) if is_led_there else None
    return (_shown_end(container, video, listed) or listed) if isinstance(source, LocalFile) else listed


def _listed_ends(stream: Stream) -> tuple[Fraction | None, Fraction | None]:
    """Return when the last packet of the list begins, and when it ends if it takes as long as the one before."""
    first, before, last = _edges(stream.index_entries)
    if first is None or before is None or last is None or stream.time_base is None:
        return None, None
    begin = (stream.start_time or 0) + last.timestamp - first.timestamp
    return begin * stream.time_base, (begin + last.timestamp - before.timestamp) * stream.time_base


def _shown_end(container: InputContainer, video: AvVideoStream, near: Fraction) -> Fraction | None:
    """Read the last packets of a stream and return when the last of their pictures is over.

    The length of a packet is the step to the next one in the file. Where that is shown earlier, it says nothing: no
    picture is taken to stay longer than is usual here.
    """
    packets = [
        packet
        for packet in tail_packets(container, near - longest_reordering(video))
        if packet.stream_index == video.index and packet.pts is not None and not packet.is_discard
    ]
    if not packets or video.time_base is None:
        return None
    usual = median_high([packet.duration or 0 for packet in packets])
    return max((packet.pts or 0) + min(packet.duration or 0, usual) for packet in packets) * video.time_base


def _edges(entries: IndexEntries) -> tuple[IndexEntry | None, IndexEntry | None, IndexEntry | None]:
    """Find the first, the last but one and the last packet that is shown, without making objects of all others."""
    first = next((entry for entry in entries if not entry.is_discard), None)
    backwards = (entries[number] for number in range(len(entries) - 1, -1, -1))
    last_two = list(islice((entry for entry in backwards if not entry.is_discard), 2))
    last = last_two[0] if last_two else None
    return first, last_two[1] if len(last_two) > 1 else None, last
