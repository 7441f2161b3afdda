"""How what ffmpeg encodes is made: an output and the facts of its source as a rendition, which is made and verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.containers.cover_art import read_cover
from filmstrip.media.containers.photo import PHOTO_FORMAT, photo_end
from filmstrip.media.containers.tags import read_tags
from filmstrip.media.pictures.tone_lut import write_tone_lut
from filmstrip.media.source.media_source import LocalFile, MediaSource, part_of
from filmstrip.media.timeline.pieces import is_listed
from filmstrip.media.transcoding.cut import find_cut
from filmstrip.media.transcoding.encoders._base import Pass
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.media.transcoding.joined_parts import joined_parts
from filmstrip.media.transcoding.part_list import write_part_list
from filmstrip.media.transcoding.picture_filter import picture_filter
from filmstrip.media.transcoding.promise import Delivery, Promise, PromisedAudio, PromisedVideo
from filmstrip.media.transcoding.transcode import (
    AudioTrack,
    Rendition,
    SourceClip,
    Transcode,
    VideoTrack,
    statistics_path,
)
from filmstrip.media.transcoding.transcoder import Transcoder
from filmstrip.media.transcoding.verify import measure_duration
from filmstrip.outputs._audio import AudioOutput
from filmstrip.outputs._encoded import EncodedOutput
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs._stitched_pictures import stitched_pictures
from filmstrip.outputs._video import VideoOutput


def render(output: EncodedOutput, bench: Workbench) -> Iterator[Artifact]:
    """Encode, verify and only then name the file."""
    (name,) = bench.rendering.group.artifact_names
    if name in bench.rendering.finished:
        return
    path = bench.path(name).absolute()
    if not path.exists():
        transcoder = Transcoder(bench.ffmpeg or find_ffmpeg(bench.settings))
        with clip_of(output, path, bench) as clip, rendition_of(output, path, bench) as rendition:
            transcoder.make_one(Transcode(clip, (rendition,)), delivery_of(output, rendition, bench))
    yield artifact_of(output, name, path)


def artifact_of(output: EncodedOutput, name: str, path: Path) -> Artifact:
    """Describe a finished file."""
    return Artifact(name, output.muxer.content_type, path.stat().st_size, duration_seconds=measure_duration(path))


@contextmanager
def clip_of(output: EncodedOutput, path: Path, bench: Workbench) -> Iterator[SourceClip]:
    """Say what is read for an output, which lies in files beside `path` in part."""
    source, info = _local(bench.source), bench.rendering.info
    part_list = path.with_name(f"{path.name}.parts")
    if is_listed(info):
        write_part_list(part_list, source, info.pieces)
    photo = None if info.is_stitched else photo_end(source)
    try:
        yield SourceClip(
            source=source if photo is None else source.within(0, photo),
            parts=joined_parts(info, source),
            part_list=part_list if is_listed(info) else None,
            demuxer=None if photo is None else PHOTO_FORMAT,
            cut=find_cut(source, info, output.start_time or Fraction(0), output.duration),
            threads=bench.settings.threads,
            max_pixels=bench.settings.max_pixels,
            is_stitched=info.is_stitched,
        )
    finally:
        part_list.unlink(missing_ok=True)


@contextmanager
def rendition_of(output: EncodedOutput, path: Path, bench: Workbench) -> Iterator[Rendition]:
    """Say what is made of the clip at `path`, for which there are files beside it in part."""
    tone_lut, cover = path.with_name(f"{path.name}.cube"), _write_cover(output, path, bench)
    try:
        with _video_tracks(output, path, bench, tone_lut) as video:
            yield Rendition(
                target=path,
                muxer=output.muxer,
                video=video,
                audio=tuple(_audio_tracks(output, bench.rendering.info)),
                tags=_tags(output, bench),
                cover=cover,
            )
    finally:
        for file in (tone_lut, cover):
            if file is not None:
                file.unlink(missing_ok=True)


def delivery_of(output: EncodedOutput, rendition: Rendition, bench: Workbench) -> Delivery:
    """Say what the file of a rendition has to be, and who waits for it."""
    info = bench.rendering.info
    promise = Promise(
        span=output.range_of(info.duration_seconds),
        ends_early=output.duration is not None,
        source_seconds=info.duration_seconds,
        frame_rate=output.rate(info) if isinstance(output, VideoOutput) else None,
        video=tuple(_promised_video(output, info, upscale=bench.rendering.upscale)),
        audio=tuple(_promised_audio(output, info)),
        joints=max(0, len(info.pieces) - 1),
        has_cover=rendition.cover is not None,
        sound_seconds=info.sound_seconds,
    )
    return Delivery(promise, bench.on_progress, bench.warn)


def _write_cover(output: EncodedOutput, path: Path, bench: Workbench) -> Path | None:
    if not isinstance(output, AudioOutput) or not output.cover_art:
        return None
    cover = read_cover(_first_source(bench), bench.settings.max_pixels)
    if cover is None:
        bench.warn("The source has no cover that can be used, and the file has none")
        return None
    file = path.with_name(f"{path.name}.cover.{cover.extension}")
    file.write_bytes(cover.data)
    return file


def _tags(output: EncodedOutput, bench: Workbench) -> Mapping[str, str]:
    sound = bench.rendering.info.sound
    if not isinstance(output, AudioOutput) or sound is None:
        return {}
    tags = read_tags(_first_source(bench), sound.index)
    lost = [name for name in output.muxer.lost_tags if name in tags]
    if lost:
        bench.warn(f"The source tells its {' and '.join(lost)}, for which {output.output_name} has no place: mp3 has")
    return tags


def _first_source(bench: Workbench) -> MediaSource:
    """Return the source whose tags and cover are those of the whole: of stitched ones the first."""
    info = bench.rendering.info
    return (
        part_of(bench.source, info.pieces[0].first_byte, info.pieces[0].end_byte) if info.is_stitched else bench.source
    )


def _local(source: MediaSource) -> LocalFile:
    if not isinstance(source, LocalFile):
        raise TypeError("An output that reads the whole source works on a local copy of it")
    return source


@contextmanager
def _video_tracks(
    output: EncodedOutput, path: Path, bench: Workbench, tone_lut: Path
) -> Iterator[tuple[VideoTrack, ...]]:
    if not isinstance(output, VideoOutput):
        yield ()
        return
    info, upscale = bench.rendering.info, bench.rendering.upscale
    video, picture = output.video_of(info), output.picture(info, upscale=upscale)
    if picture.tone_maps is not None and not info.is_stitched:
        write_tone_lut(tone_lut, video.color)
    first, last = _passes(output, path)
    encoder, rate, threads = output.video_encoder, output.rate(info), bench.settings.threads
    with stitched_pictures(output, info, path, upscale=upscale) as stitched:
        track = VideoTrack(
            source_index=video.index,
            filters=picture_filter(picture, tone_lut),
            encoder=tuple(encoder.arguments(output, rate, last, threads)),
            first_pass=None if first is None else tuple(encoder.arguments(output, rate, first, threads)),
            has_constant_rate=picture.frame_rate is not None or stitched is not None,
            tag=output.muxer.tag(encoder.codec, output.tag_video),
            stitched=stitched,
        )
        yield (track,)


def _passes(output: VideoOutput, path: Path) -> tuple[Pass | None, Pass | None]:
    if not output.is_two_pass:
        return None, None
    statistics = statistics_path(path)
    return Pass(1, statistics), Pass(2, statistics)


def _audio_tracks(output: EncodedOutput, info: MediaInfo) -> Iterator[AudioTrack]:
    stream = info.sound
    if stream is not None:
        encoder = output.audio_encoder
        arguments = tuple(encoder.arguments(output, stream))
        yield AudioTrack(stream.index, arguments, output.audio_mute, stream.language, encoder.is_lossless)


def _promised_video(output: EncodedOutput, info: MediaInfo, *, upscale: bool) -> Iterator[PromisedVideo]:
    if isinstance(output, VideoOutput):
        encoder = output.video_encoder
        yield PromisedVideo(
            codec=encoder.codec,
            size=output.picture(info, upscale=upscale).fit.size,
            tag=output.muxer.tag(encoder.codec, output.tag_video),
            bit_depth=encoder.bit_depth,
        )


def _promised_audio(output: EncodedOutput, info: MediaInfo) -> Iterator[PromisedAudio]:
    if info.sound is not None:
        encoder = output.audio_encoder
        yield PromisedAudio(encoder.codec, encoder.decoded_rate(output), output.audio_channels_number)
