"""Makes the groups of a video: its sound, one of its segments, the file that is joined of them, or all in one piece."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import FilmstripError
from filmstrip.media.transcoding.encoders._base import forced_from
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.media.transcoding.muxers.segment import SegmentMuxer, segment_scale, sound_carrier
from filmstrip.media.transcoding.promise import Promise
from filmstrip.media.transcoding.segment_join import check_joined, join_segments
from filmstrip.media.transcoding.segments import ExpectedSegment, Piece, make_pieces
from filmstrip.media.transcoding.stretch import find_stretch, first_shown, shown_ticks
from filmstrip.media.transcoding.transcode import Rendition, SourceClip, VideoTrack
from filmstrip.media.transcoding.transcoder import make_durable
from filmstrip.outputs import _encoding, _joint_encoding
from filmstrip.outputs._base import Segment
from filmstrip.outputs._encoding import artifact_of, clip_of, delivery_of, rendition_of
from filmstrip.outputs._joint_encoding import LEAST_THREADS
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs._segments import SOUND_PREFIX
from filmstrip.outputs._video import VideoOutput

Part = tuple[VideoOutput, Workbench]
Placed = tuple[int, VideoOutput, Workbench]
Made = tuple[int, Artifact | FilmstripError]


def render(output: VideoOutput, bench: Workbench) -> Iterator[Artifact]:
    """Make the file of a group, and only name it when it is whole."""
    group = bench.rendering.group
    if group.is_scratch:
        for _position, made in _make_pieces([(0, output, bench)]):
            if isinstance(made, FilmstripError):
                raise made
            yield made
    elif group.joins:
        yield from _join(output, bench)
    else:
        yield from _encoding.render(output, bench)


def render_together(parts: Sequence[Part]) -> Iterator[tuple[int, Artifact | FilmstripError]]:
    """Make the same piece of several videos, or several videos, of one decode."""
    if all(bench.rendering.group.is_scratch for _, bench in parts):
        return _make_pieces([(position, *part) for position, part in enumerate(parts)])
    return _joint_encoding.render_together(parts)


def _make_pieces(parts: Sequence[Placed]) -> Iterator[Made]:
    missing: list[Placed] = []
    for part in parts:
        bench = part[2]
        if _name(bench) in bench.rendering.finished:
            continue
        if _path(bench).exists():
            yield _made(part)
        else:
            missing.append(part)
    if missing:
        with ExitStack() as files:
            yield from _encode(missing, *_pieces(missing, files))


def _encode(parts: Sequence[Placed], clip: SourceClip, pieces: Sequence[Piece | None]) -> Iterator[Made]:
    wanted = [piece for piece in pieces if piece is not None]
    first = parts[0][2]
    errors = make_pieces(first.ffmpeg or find_ffmpeg(first.settings), clip, wanted)
    for part, piece in zip(parts, pieces, strict=True):
        position, _, bench = part
        if piece is None:
            _partial(bench).touch()
        elif (error := next(errors)) is not None:
            yield position, error
            continue
        make_durable(_partial(bench))
        _partial(bench).replace(_path(bench))
        yield _made(part)


def _made(part: Placed) -> Made:
    position, output, bench = part
    return position, Artifact(_name(bench), output.muxer.content_type, _path(bench).stat().st_size)


def _name(bench: Workbench) -> str:
    (name,) = bench.rendering.group.artifact_names
    return name


def _path(bench: Workbench) -> Path:
    return bench.path(_name(bench)).absolute()


def _partial(bench: Workbench) -> Path:
    return _path(bench).with_name(f"{_path(bench).name}.part")


def _pieces(parts: Sequence[Placed], files: ExitStack) -> tuple[SourceClip, list[Piece | None]]:
    """Say what is read, and what is made of each; None for a segment in which no picture appears."""
    _, first, bench = parts[0]
    clip = files.enter_context(clip_of(first, _partial(bench), bench))
    pieces = []
    for _, output, each in parts:
        rendition = files.enter_context(rendition_of(output, _partial(each), each))
        pieces.append(_piece(output, clip, rendition, each))
    stretches = [track.stretch for piece in pieces if piece for track in piece.rendition.video if track.stretch]
    threads = clip.threads and (clip.threads if len(parts) == 1 else max(LEAST_THREADS, clip.threads))
    if not stretches:
        return replace(clip, threads=threads), pieces
    # Constant rates differ in where a segment begins, by less than a frame.
    earliest = min(stretches, key=lambda stretch: stretch.seek_seconds or Fraction(0))
    return replace(clip, threads=threads, stretch=earliest), pieces


def _piece(output: VideoOutput, clip: SourceClip, rendition: Rendition, bench: Workbench) -> Piece | None:
    promise = delivery_of(output, rendition, bench).promise
    if (segment := bench.rendering.group.segment) is not None:
        return _segment_piece(clip, rendition, promise, segment, bench)
    # When it begins is told in units of its samples.
    muxer = sound_carrier(output.muxer, output.audio_sample_rate)
    alone = replace(rendition, muxer=muxer, video=())
    return Piece(alone, None, promise.audio, Fraction(0), promise.span.duration, bench.on_progress)


def _segment_piece(
    clip: SourceClip, rendition: Rendition, promise: Promise, segment: Segment, bench: Workbench
) -> Piece | None:
    (track,) = rendition.video
    rate = promise.frame_rate if track.has_constant_rate else None
    origin = Fraction(0)
    if segment.grid_seconds is not None:
        origin = first_shown(clip, track.source_index, rate)
        segment = _moved(segment, origin)
    stretch = find_stretch(clip.source, track.source_index, clip.cut, segment.start_seconds, segment.end_seconds)
    expected = _expected(replace(clip, stretch=stretch), track, promise, segment, rate)
    if expected.is_empty:
        return None
    encoder = track.encoder
    begins = segment.start_seconds or Fraction(0)
    if segment.start_seconds is not None and segment.grid_seconds is not None:
        number = round((begins - origin) / segment.grid_seconds)
        encoder = forced_from(encoder, number, expected.first * expected.tick - origin)
    muxer = SegmentMuxer(segment_scale(expected.tick.denominator))
    video = (replace(track, encoder=encoder, stretch=stretch),)
    alone = replace(rendition, muxer=muxer, video=video, audio=())
    ends = promise.span.duration if segment.end_seconds is None else segment.end_seconds
    return Piece(alone, expected, (), begins, ends - begins, bench.on_progress)


def _moved(segment: Segment, seconds: Fraction) -> Segment:
    """Return a segment on the grid that begins later: with the first picture."""
    start, end = (None if each is None else each + seconds for each in (segment.start_seconds, segment.end_seconds))
    return Segment(start, end, segment.grid_seconds)


def _expected(
    clip: SourceClip, track: VideoTrack, promise: Promise, segment: Segment, rate: Fraction | None
) -> ExpectedSegment:
    (video,) = promise.video
    if rate is None:
        tick, ticks = shown_ticks(clip, track.source_index)
        return ExpectedSegment(video, tick, times=ticks)
    ends = (segment.start_seconds, segment.end_seconds)
    first, behind = (None if end is None else math.ceil(end * rate) for end in ends)
    return ExpectedSegment(video, 1 / rate, first, behind)


def _join(output: VideoOutput, bench: Workbench) -> Iterator[Artifact]:
    group, path = bench.rendering.group, _path(bench)
    if _name(bench) in bench.rendering.finished:
        return
    if not path.exists():
        part = _partial(bench)
        pieces = [bench.path(piece) for piece in group.joins if not piece.startswith(SOUND_PREFIX)]
        segments = [piece for piece in pieces if piece.stat().st_size]
        sound = next((bench.path(piece) for piece in group.joins if piece.startswith(SOUND_PREFIX)), None)
        promise = delivery_of(output, Rendition(part, output.muxer), bench).promise
        (video,) = promise.video
        count = join_segments(segments, sound, part, output.muxer, video.tag, lambda: bench.on_progress(0.5))
        check_joined(part, output.muxer, promise, count)
        make_durable(part)
        part.replace(path)
    yield artifact_of(output, _name(bench), path)
