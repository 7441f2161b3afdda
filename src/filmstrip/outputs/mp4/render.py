"""Makes the file of `mp4`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.containers.photo import PHOTO_FORMAT, photo_end
from filmstrip.media.pictures.tone_lut import write_tone_lut
from filmstrip.media.source.media_source import LocalFile, MediaSource
from filmstrip.media.timeline.pieces import is_listed
from filmstrip.media.transcoding.cut import find_cut
from filmstrip.media.transcoding.encoders import aac, libx264
from filmstrip.media.transcoding.ffmpeg_command import AudioTrack, Transcode, VideoTrack
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.media.transcoding.joined_parts import joined_parts
from filmstrip.media.transcoding.part_list import write_part_list
from filmstrip.media.transcoding.picture_filter import picture_filter
from filmstrip.media.transcoding.transcoder import Promise, Transcoder
from filmstrip.media.transcoding.verify import measure_duration
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs.mp4.output import Mp4, video_of

_CONTENT_TYPE = "video/mp4"


def render(output: Mp4, bench: Workbench) -> Iterator[Artifact]:
    """Encode, verify and only then name the file."""
    info, upscale = bench.rendering.info, bench.rendering.upscale
    (name,) = bench.rendering.group.artifact_names
    if name in bench.rendering.finished:
        return
    path = bench.path(name)
    if not path.exists():
        transcoder = Transcoder(bench.ffmpeg or find_ffmpeg(bench.settings), bench.on_progress, bench.warn)
        promise = _promise(output, info, upscale=upscale)
        tone_lut, part_list = path.with_name(f"{path.name}.cube"), path.with_name(f"{path.name}.parts")
        try:
            transcoder.make(_transcode(output, path, bench, tone_lut, part_list), promise, two_pass=output.is_two_pass)
        finally:
            tone_lut.unlink(missing_ok=True)
            part_list.unlink(missing_ok=True)
    yield Artifact(name, _CONTENT_TYPE, path.stat().st_size, duration_seconds=measure_duration(path))


def _transcode(output: Mp4, target: Path, bench: Workbench, tone_lut: Path, part_list: Path) -> Transcode:
    source, info = _local(bench.source), bench.rendering.info
    if is_listed(info):
        write_part_list(part_list, source, info.pieces)
    photo = photo_end(source)
    return Transcode(
        source=source if photo is None else LocalFile(source.path, (0, photo)),
        parts=joined_parts(info, source),
        part_list=part_list.absolute() if is_listed(info) else None,
        demuxer=None if photo is None else PHOTO_FORMAT,
        target=target.absolute(),
        cut=find_cut(source, info, output.start_time or Fraction(0), output.duration),
        video=_video_track(output, info, tone_lut.absolute(), upscale=bench.rendering.upscale),
        audio=_audio_track(output, info),
        threads=bench.settings.threads,
        max_pixels=bench.settings.max_pixels,
    )


def _local(source: MediaSource) -> LocalFile:
    if not isinstance(source, LocalFile):
        raise TypeError("An output that reads the whole source works on a local copy of it")
    return source


def _video_track(output: Mp4, info: MediaInfo, tone_lut: Path, *, upscale: bool) -> VideoTrack:
    video = video_of(info)
    picture = output.picture(video, upscale=upscale)
    if picture.tone_maps is not None:
        write_tone_lut(tone_lut, video.color)
    encoder = libx264.encoder_arguments(output, output.video_codec_parameters, output.rate(video))
    return VideoTrack(
        source_index=video.index,
        filters=picture_filter(picture, tone_lut),
        encoder=tuple(encoder),
        has_constant_rate=picture.frame_rate is not None,
    )


def _audio_track(output: Mp4, info: MediaInfo) -> AudioTrack | None:
    stream = info.sound
    if stream is None:
        return None
    return AudioTrack(stream.index, tuple(aac.encoder_arguments(output)), output.audio_mute, stream.language)


def _promise(output: Mp4, info: MediaInfo, *, upscale: bool) -> Promise:
    video = video_of(info)
    return Promise(
        span=output.range_of(info.duration_seconds),
        ends_early=output.duration is not None,
        source_seconds=info.duration_seconds,
        frame_rate=output.rate(video),
        size=output.picture(video, upscale=upscale).fit.size,
        video_codec=libx264.CODEC,
        audio_codec=aac.CODEC if info.audio else None,
        joints=max(0, len(info.pieces) - 1),
    )
