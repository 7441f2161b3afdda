"""Makes the groups of a video: its sound, one of its segments, the file that is joined of them, or all in one piece."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.artifact import Artifact
from filmstrip.media.transcoding.encoders._base import forced_from
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.media.transcoding.muxers.segment import SegmentMuxer, segment_scale, sound_carrier
from filmstrip.media.transcoding.promise import Promise
from filmstrip.media.transcoding.segment_join import check_joined, join_segments
from filmstrip.media.transcoding.segments import ExpectedSegment, make_segment, make_sound
from filmstrip.media.transcoding.stretch import find_stretch, first_shown, shown_ticks
from filmstrip.media.transcoding.transcode import Rendition, SourceClip, Transcode, VideoTrack
from filmstrip.media.transcoding.transcoder import make_durable
from filmstrip.outputs import _encoding
from filmstrip.outputs._base import Segment
from filmstrip.outputs._encoding import artifact_of, clip_of, delivery_of, rendition_of
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs._segments import SOUND_PREFIX
from filmstrip.outputs._video import VideoOutput


def render(output: VideoOutput, bench: Workbench) -> Iterator[Artifact]:
    """Make the file of a group, and only name it when it is whole."""
    group = bench.rendering.group
    (name,) = group.artifact_names
    if not (group.joins or group.is_scratch):
        yield from _encoding.render(output, bench)
        return
    if name in bench.rendering.finished:
        return
    path = bench.path(name).absolute()
    if not path.exists():
        part = path.with_name(f"{path.name}.part")
        if group.joins:
            _join(output, part, bench)
        else:
            _make(output, part, bench)
        make_durable(part)
        part.replace(path)
    if group.is_scratch:
        yield Artifact(name, output.muxer.content_type, path.stat().st_size)
    else:
        yield artifact_of(output, name, path)


def _make(output: VideoOutput, path: Path, bench: Workbench) -> None:
    segment = bench.rendering.group.segment
    with clip_of(output, path, bench) as clip, rendition_of(output, path, bench) as rendition:
        promise = delivery_of(output, rendition, bench).promise
        program = bench.ffmpeg or find_ffmpeg(bench.settings)
        if segment is None:
            # When it begins is told in units of its samples.
            muxer = sound_carrier(output.muxer, output.audio_sample_rate)
            job = Transcode(clip, (replace(rendition, muxer=muxer, video=()),))
            make_sound(program, job, replace(promise, video=()), bench.on_progress)
        else:
            job, expected = _segment_job(clip, rendition, promise, segment)
            if expected.is_empty:
                path.touch()
            else:
                make_segment(program, job, expected, bench.on_progress)


def _segment_job(
    clip: SourceClip, rendition: Rendition, promise: Promise, segment: Segment
) -> tuple[Transcode, ExpectedSegment]:
    (track,) = rendition.video
    rate = promise.frame_rate if track.has_constant_rate else None
    begins = Fraction(0)
    if segment.grid_seconds is not None:
        begins = first_shown(clip, track.source_index, rate)
        segment = _moved(segment, begins)
    stretch = find_stretch(clip.source, track.source_index, clip.cut, segment.start_seconds, segment.end_seconds)
    clip = replace(clip, stretch=stretch)
    expected = _expected(clip, track, promise, segment, rate)
    if segment.start_seconds is not None and segment.grid_seconds is not None:
        number = round((segment.start_seconds - begins) / segment.grid_seconds)
        encoder = forced_from(track.encoder, number, expected.first * expected.tick - begins)
        track = replace(track, encoder=encoder)
    muxer = SegmentMuxer(segment_scale(expected.tick.denominator))
    alone = replace(rendition, muxer=muxer, video=(track,), audio=())
    return Transcode(clip, (alone,)), expected


def _moved(segment: Segment, seconds: Fraction) -> Segment:
    """Return a segment on the grid that begins later: with the first picture."""
    start, end = (None if each is None else each + seconds for each in (segment.start_seconds, segment.end_seconds))
    return Segment(start, end, segment.grid_seconds)


def _expected(
    clip: SourceClip, track: VideoTrack, promise: Promise, segment: Segment, rate: Fraction | None
) -> ExpectedSegment:
    (video,) = promise.video
    begins = segment.start_seconds or Fraction(0)
    seconds = (promise.span.duration if segment.end_seconds is None else segment.end_seconds) - begins
    if rate is None:
        tick, ticks = shown_ticks(clip, track.source_index)
        return ExpectedSegment(video, tick, seconds, times=ticks)
    ends = (segment.start_seconds, segment.end_seconds)
    first, behind = (None if end is None else math.ceil(end * rate) for end in ends)
    return ExpectedSegment(video, 1 / rate, seconds, first, behind)


def _join(output: VideoOutput, path: Path, bench: Workbench) -> None:
    names = bench.rendering.group.joins
    pieces = [bench.path(name) for name in names if not name.startswith(SOUND_PREFIX)]
    segments = [path for path in pieces if path.stat().st_size]
    sound = next((bench.path(name) for name in names if name.startswith(SOUND_PREFIX)), None)
    promise = delivery_of(output, Rendition(path, output.muxer), bench).promise
    (video,) = promise.video
    count = join_segments(segments, sound, path, output.muxer, video.tag, lambda: bench.on_progress(0.5))
    check_joined(path, output.muxer, promise, count)
