"""Which arguments make the ffmpeg program transcode a local file: pure lists, with the reason above each flag."""

from __future__ import annotations

from collections.abc import Iterator

from filmstrip.media.transcoding.input_arguments import input_arguments, input_count, seconds
from filmstrip.media.transcoding.join_graph import join_graph, picture_label, sound_label
from filmstrip.media.transcoding.stitch_graph import stitch_graph
from filmstrip.media.transcoding.track_arguments import (
    audio_arguments,
    clip_arguments,
    muted,
    of_stream,
    video_arguments,
)
from filmstrip.media.transcoding.transcode import AudioTrack, Rendition, SourceClip, Transcode, VideoTrack

_COVER_DEMUXERS = {".jpg": "jpeg_pipe", ".png": "png_pipe"}


def transcode_arguments(job: Transcode) -> list[str]:
    """Write the arguments that encode in one pass, or in the second of two, which uses what the first one measured.

    ffmpeg decodes each stream of the source once, however many renditions use it.
    """
    labels = _Labels(job)
    return [
        *_run_arguments(),
        *input_arguments(job.clip),
        *_covers(job),
        *_graph(job.clip, _video_tracks(job), _audio_tracks(job)),
        *(argument for rendition in job.renditions for argument in _rendition(job, rendition, labels)),
    ]


def first_pass_arguments(job: Transcode) -> list[str]:
    """Write the arguments of the first of two passes: the pictures are only measured.

    Raises:
        ValueError: There is more than one rendition with one video stream, of which each would be measured.
    """
    (rendition,) = job.renditions
    (track,) = rendition.video
    label = picture_label(0) if job.clip.parts else None
    return [
        *_run_arguments(),
        *input_arguments(job.clip),
        *_graph(job.clip, [track], []),
        *video_arguments(job.clip, track, track.first_pass or (), label),
        *clip_arguments(job.clip.cut),
        # Nothing is kept but the statistics.
        *("-f", "null", "-"),
    ]


def _run_arguments() -> list[str]:
    return [
        # Only what matters, each line with its level, so that reasons of failure can be told from chatter.
        *("-hide_banner", "-loglevel", "repeat+level+warning"),
        # Nobody types.
        "-nostdin",
        # Progress for programs on standard output, instead of a status line for people.
        *("-nostats", "-progress", "pipe:1", "-stats_period", "0.5"),
        # What is left of an attempt that was killed is overwritten.
        "-y",
    ]


def _video_tracks(job: Transcode) -> list[VideoTrack]:
    return [track for rendition in job.renditions for track in rendition.video]


def _audio_tracks(job: Transcode) -> list[AudioTrack]:
    return [track for rendition in job.renditions for track in rendition.audio]


def _graph(clip: SourceClip, video: list[VideoTrack], audio: list[AudioTrack]) -> list[str]:
    if not clip.parts:
        return []
    sounds = [muted(track, "anull") for track in audio]
    stitched = [track.stitched for track in video if track.stitched is not None]
    if clip.is_stitched:
        graph = stitch_graph(clip.parts, stitched, sounds)
    else:
        graph = join_graph(clip.parts, [track.filters for track in video], sounds)
    return ["-filter_complex", graph]


class _Labels:
    """What the tracks of a run are called in the graph that joins parts, in their order; None without parts."""

    def __init__(self, job: Transcode) -> None:
        has_graph = bool(job.clip.parts)
        self._pictures = (picture_label(number) if has_graph else None for number, _ in enumerate(_video_tracks(job)))
        self._sounds = (sound_label(number) if has_graph else None for number, _ in enumerate(_audio_tracks(job)))

    def next_picture(self) -> str | None:
        return next(self._pictures)

    def next_sound(self) -> str | None:
        return next(self._sounds)


def _rendition(job: Transcode, rendition: Rendition, labels: _Labels) -> Iterator[str]:
    clip = job.clip
    for number, video in enumerate(rendition.video):
        arguments = video_arguments(clip, video, video.encoder, labels.next_picture())
        yield from of_stream(arguments, "v", number, len(rendition.video))
    for number, audio in enumerate(rendition.audio):
        yield from of_stream(audio_arguments(clip, audio, labels.next_sound()), "a", number, len(rendition.audio))
    yield from _cover(job, rendition)
    yield from clip_arguments(clip.cut)
    yield from _target(rendition)


def _covers(job: Transcode) -> Iterator[str]:
    skipped = job.clip.cut.skip_seconds
    for rendition in job.renditions:
        if rendition.cover is not None:
            # As a clip is skipped to behind its input, what lies before it is dropped: the cover as well.
            yield from ("-itsoffset", seconds(skipped)) if skipped else ()
            yield from ("-protocol_whitelist", "file,pipe", "-f", _COVER_DEMUXERS[rendition.cover.suffix])
            yield from ("-i", f"file:{rendition.cover}")


def _cover(job: Transcode, rendition: Rendition) -> Iterator[str]:
    if rendition.cover is not None:
        covers = [each.target for each in job.renditions if each.cover is not None]
        number = input_count(job.clip) + covers.index(rendition.target)
        # As it is in the source: it is not encoded again.
        yield from ("-map", f"{number}:v", "-codec:v", "copy", "-disposition:v", "attached_pic")
        # What the front of a record shows (ID3v2.4, 4.14), by the name that FFmpeg has for it.
        yield from ("-metadata:s:v", "comment=Cover (front)")


def _target(rendition: Rendition) -> Iterator[str]:
    # Of what the source tells of itself, only what is named stays: a phone tells the place where it was. Chapters
    # would name wrong times.
    yield from ("-map_metadata", "-1", "-map_chapters", "-1")
    for name, value in rendition.tags.items():
        yield from ("-metadata", f"{name}={value}")
    # A source whose sound begins minutes after its pictures needs a long queue before the file can be begun.
    yield from ("-max_muxing_queue_size", "9999")
    yield from rendition.muxer.arguments()
    yield f"file:{rendition.target}"
