"""Finds out what is in a source: facts from its header, its first picture and its end, decoding no more than that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.clocks import ASSUMED_TIME_BASE
from filmstrip.domain.container_kind import TimesTold
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import ColorInfo, FieldOrder, MediaInfo, VideoStream
from filmstrip.media.containers.container_crop import find_margins
from filmstrip.media.containers.dolby_vision import find_profile
from filmstrip.media.containers.encryption import label_samples, refuse_encrypted
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.containers.fragments.fragments_end import decoded_end
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.opening import (
    check_pixels,
    find_video_stream,
    list_films,
    open_container,
    reading_errors,
)
from filmstrip.media.containers.photo import is_animated_webp
from filmstrip.media.containers.sound_choice import FoundSound, find_sound
from filmstrip.media.containers.track_labels import TrackLabel, read_track_labels, source_codec
from filmstrip.media.frames.orientation import orientation_of
from filmstrip.media.frames.shape import is_full_range
from filmstrip.media.probing.picture_sizes import find_frame, frame_of
from filmstrip.media.sampling.counting_sampler import times_are_shown
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.header_bytes import read_header, size_of
from filmstrip.media.source.media_source import MediaSource
from filmstrip.media.timeline.extent import find_extent
from filmstrip.media.timeline.first_picture import first_picture
from filmstrip.media.timeline.pieces import FoundPieces, find_pieces

_FIELD_ORDERS = {
    2: FieldOrder.TOP_FIRST,
    4: FieldOrder.TOP_FIRST,
    3: FieldOrder.BOTTOM_FIRST,
    5: FieldOrder.BOTTOM_FIRST,
}
_MAY_BE_DOLBY_VISION = {"hevc", "h264", "av1"}


def probe(source: MediaSource, settings: MediaSettings) -> MediaInfo:
    """Find out what a source holds.

    Raises:
        SourceUnreadableError: It is no media that we know, or damaged beyond use.
        LimitExceededError: Its pictures are larger than `settings.max_pixels`.
    """
    with open_container(source) as container, reading_errors():
        stream = find_video_stream(container)
        labels = read_track_labels(source, kind_of(container)) | label_samples(container, source)
        sound = find_sound(container, stream, source, labels)
        refuse_encrypted(source, kind_of(container), stream or next(iter(list_films(container)), None), labels)
        if stream is None:
            _refuse_without_decoder(container, labels)
        if stream is None and not sound.streams:
            raise SourceUnreadableError("The source has neither video nor audio")
        video = None if stream is None else _describe_video(container, stream, source, settings)
        extent = find_extent(container, stream, source, _members(container, stream, sound))
        if video is not None and stream is not None:
            video = replace(video, frame_size=find_frame(container, stream, source, video, extent))
        info = MediaInfo(
            container=container.format.name,
            duration_seconds=extent.end - extent.start,
            start_seconds=extent.start,
            content_seconds=None if extent.cut_off_at is None else extent.cut_off_at - extent.start,
            size_bytes=size_of(source),
            video=video,
            audio=sound.streams,
            sound_index=sound.chosen,
            lead_seconds=extent.start - Fraction(container.start_time or 0, av.time_base),
            warnings=(*extent.warnings, *sound.warnings, *_picture_warnings(video)),
        )
        found = None if video is None else find_pieces(source, container, video, settings)
        return info if video is None or found is None else _in_pieces(info, video, found)


def _members(container: InputContainer, video: AvVideoStream | None, sound: FoundSound) -> frozenset[int] | None:
    """List the streams that are presented together where there are several films; None for all."""
    if video is None or not kind_of(container).has_programs or len(container.streams.video) == 1:
        return None
    return frozenset(index for index in (video.index, sound.chosen) if index is not None)


def _in_pieces(info: MediaInfo, video: VideoStream, found: FoundPieces) -> MediaInfo:
    """Return the facts of a source whose header and end belong to two of its pieces."""
    # What was looked at by moments of the whole lies in any of its pieces.
    video = replace(video, frame_size=frame_of({video.display_size, *found.sizes}))
    warnings = (*found.warnings, *_picture_warnings(video))
    if not found.pieces:
        return replace(info, warnings=(*info.warnings, *found.warnings))
    return replace(
        info,
        duration_seconds=sum((piece.duration_seconds for piece in found.pieces), Fraction(0)),
        start_seconds=found.pieces[0].start_seconds,
        content_seconds=None,
        video=replace(video, duration_seconds=None),
        warnings=warnings,
        pieces=found.pieces,
    )


def _refuse_without_decoder(container: InputContainer, labels: Mapping[int, TrackLabel]) -> None:
    """Name the codec of video that cannot be decoded, where there is none that can.

    Raises:
        SourceUnreadableError: There is such video.
    """
    films = list_films(container)
    if films:
        raise SourceUnreadableError(
            f"The source's video is encoded {source_codec(labels.get(films[0].index))}, which cannot be decoded here; "
            "H.264, H.265, VP9, AV1, ProRes and many more can"
        )


def _describe_video(
    container: InputContainer, stream: AvVideoStream, source: MediaSource, settings: MediaSettings
) -> VideoStream:
    context = stream.codec_context
    check_pixels(stream, settings)
    frame = _first_picture(container, stream, source)
    time_base = stream.time_base or ASSUMED_TIME_BASE
    kind = kind_of(container)
    header = read_header(source) if kind.describes_pictures else b""
    profile = find_profile(header) if context.name in _MAY_BE_DOLBY_VISION else None
    decoded = FrameSize(frame.width, frame.height)
    margins = find_margins(header, kind, stream.index, decoded)
    return VideoStream(
        index=stream.index,
        codec=context.name,
        coded_size=decoded if margins is None else margins.cut_off(decoded),
        sample_aspect_ratio=stream.sample_aspect_ratio or Fraction(1),
        orientation=orientation_of(frame),
        frame_rate=stream.average_rate or stream.guessed_rate,
        time_base=time_base,
        start_pts=stream.start_time if stream.start_time is not None else frame.pts or 0,
        duration_seconds=_stream_duration(stream, source),
        field_order=_field_order(stream, frame),
        color=color_of(frame, profile),
        has_alpha=_has_alpha(stream, frame),
        margins=margins,
        has_true_times=_has_true_times(container, stream),
    )


def _first_picture(container: InputContainer, stream: AvVideoStream, source: MediaSource) -> VideoFrame:
    try:
        return first_picture(container, stream)
    except SourceUnreadableError:
        if is_animated_webp(source):
            raise SourceUnreadableError(
                "The source is an animated WebP, which is not read here: make a GIF, an animated PNG or a video of it"
            ) from None
        raise


def _stream_duration(stream: AvVideoStream, source: MediaSource) -> Fraction | None:
    film = fragment_film(source)
    if film is not None:
        return decoded_end(film)  # libav knows of the first fragment only
    return None if stream.duration is None or stream.time_base is None else stream.duration * stream.time_base


def _has_true_times(container: InputContainer, stream: AvVideoStream) -> bool:
    """Look into an MP4 with B-frames: what was copied from an AVI has decoding times only.

    Of other containers, their readers tell.
    """
    if kind_of(container).packet_times is not TimesTold.ALL or not stream.codec_context.has_b_frames:
        return True
    container.seek(stream.start_time or 0, stream=stream)
    return times_are_shown(container, stream)


def _field_order(stream: AvVideoStream, frame: VideoFrame) -> FieldOrder:
    order = _FIELD_ORDERS.get(int(stream.codec_context.field_order), FieldOrder.PROGRESSIVE)
    if order is FieldOrder.PROGRESSIVE and frame.interlaced_frame:
        return FieldOrder.TOP_FIRST
    return order


def color_of(frame: VideoFrame, dolby_vision_profile: int | None = None) -> ColorInfo:
    """Return how the samples of a decoded picture become light."""
    return ColorInfo(
        primaries=int(frame.color_primaries),
        transfer=int(frame.color_trc),
        matrix=int(frame.colorspace),
        full_range=is_full_range(frame),
        bit_depth=frame.format.components[0].bits,
        dolby_vision_profile=dolby_vision_profile,
    )


def _has_alpha(stream: AvVideoStream, frame: VideoFrame) -> bool:
    # VP8 and VP9 keep alpha in a second stream inside each block, which libav's own decoders leave out.
    return (
        any(part.is_alpha for part in frame.format.components)
        or stream.metadata.get("alpha_mode") == "1"
        or _has_alpha_in_palette(frame)
    )


def _has_alpha_in_palette(frame: VideoFrame) -> bool:
    # Four bytes a colour, alpha last in the memory of all common machines. A decoder that knows no alpha may leave it 0
    # in all of them, which would make the whole picture vanish.
    alphas = bytes(frame.planes[1])[3 : 4 * 256 : 4] if frame.format.name == "pal8" else b""
    return bool(alphas) and min(alphas) < max(alphas) == 255  # noqa: PLR2004 - opaque


def _picture_warnings(video: VideoStream | None) -> Iterator[str]:
    if video is not None and video.color.dolby_vision_profile == 5:  # noqa: PLR2004 - the profile's number is its name
        problem = "The source is Dolby Vision profile 5, whose colours only a Dolby Vision decoder shows right"
        yield f"{problem}; the pictures' colours are approximate"
    if video is not None and video.frame_size is not None:
        yield f"The source's pictures change their size or shape: all are shown in one frame of {video.frame_size}"
