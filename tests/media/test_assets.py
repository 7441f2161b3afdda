"""Is the corpus honest? Every asset is decoded from end to end, without a seek, and compared with what it claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import pytest
from av.codec.context import Flags
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from assets import ASSETS, Asset
from barcode import Window, read_number
from frame_oracle import index_played_at
from pictures import PATCHES
from upright import upright_luma, upright_rgb

ALL = tuple(ASSETS.values())
WHOLE = tuple(asset for asset in ALL if asset.times and not asset.damaged)
DAMAGED = tuple(asset for asset in ALL if asset.damaged)
UNOPENABLE = tuple(asset for asset in ALL if not asset.opens)
PICTURELESS = tuple(asset for asset in ALL if asset.opens and asset.codec is None)
STANDARD_RANGE = tuple(asset for asset in WHOLE if asset.look.patches is PATCHES and not asset.alpha)


@dataclass(frozen=True, slots=True)
class Shown:
    """A decoded picture: its bar code (None if it cannot be read) and its time in the container (None without one)."""

    number: int | None
    seconds: Fraction | None


def open_asset(asset: Asset) -> InputContainer:
    """Open an asset whatever its title is encoded in."""
    return av.open(str(asset.path), metadata_errors="replace")


def frames_in_order(asset: Asset) -> Iterator[VideoFrame]:
    """Decode the right stream from its first packet to its last; packets that libav refuses are passed over."""
    with open_asset(asset) as container:
        for packet in container.demux(video_stream(container, asset)):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue
            yield from (frame for frame in frames if isinstance(frame, VideoFrame))


def decode_all(asset: Asset) -> list[Shown]:
    """Read bar code and time of every picture."""
    return [_shown(frame, asset) for frame in frames_in_order(asset)]


def video_stream(container: av.container.InputContainer, asset: Asset) -> VideoStream:
    """The stream that the asset is about."""
    stream = container.streams[asset.stream_index]
    assert isinstance(stream, VideoStream)
    stream.codec_context.flags |= Flags.unaligned
    return stream


def _shown(frame: VideoFrame, asset: Asset) -> Shown:
    seconds = None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base
    return Shown(read_number(upright_luma(frame, asset.margins)), seconds)


def _cases(assets: tuple[Asset, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("asset", assets, ids=lambda asset: asset.name)


@_cases(WHOLE)
def test_a_whole_asset_shows_exactly_the_frames_that_it_claims(asset: Asset) -> None:
    """A full decode gives the claimed numbers at the claimed times, in order, and nothing else."""
    shown = decode_all(asset)
    assert [picture.number for picture in shown] == list(asset.numbers)
    if asset.timestamps:
        assert shown[0].seconds == asset.start
        assert [picture.seconds - asset.start for picture in shown] == list(asset.times)


@_cases(DAMAGED)
def test_damage_is_where_the_asset_claims_it(asset: Asset) -> None:
    """Every picture that is not called damaged is decoded, at its time, and damage really shows."""
    truth = dict(zip(asset.numbers, asset.times, strict=True))
    shown = decode_all(asset)
    right = {
        picture.number
        for picture in shown
        if picture.number is not None and picture.seconds == asset.start + truth[picture.number]
    }
    assert set(truth) - asset.damaged <= right
    assert asset.damaged - right


@_cases(WHOLE)
def test_an_asset_has_the_shape_and_colors_that_it_claims(asset: Asset) -> None:
    """Codec, size, pixel shape and colour tags are those that the container and the stream tell."""
    with open_asset(asset) as container:
        stream = video_stream(container, asset)
        context = stream.codec_context
        assert context.name == asset.codec
        assert (context.width, context.height) == asset.coded_size
        assert (stream.sample_aspect_ratio or 1) == asset.sample_aspect_ratio
        assert (context.color_primaries, context.color_trc, context.colorspace) == (
            asset.primaries,
            asset.transfer,
            asset.matrix,
        )
        assert [audio.codec_context.name for audio in container.streams.audio] == ([asset.audio] if asset.audio else [])


@_cases(STANDARD_RANGE)
def test_the_corners_have_their_colors_when_the_picture_is_upright(asset: Asset) -> None:
    """Red, green, blue and grey are in their corners, as bright as they were drawn: no matrix or range is mistaken."""
    picture = upright_rgb(next(frames_in_order(asset)), asset.margins).astype(float)
    for patch in PATCHES:
        seen = _middle_of(picture, patch.window)
        assert np.abs(seen - 255 * np.array(patch.rgb)).max() < 14, f"{patch.name}: {seen}"


def _middle_of(picture: np.ndarray, window: Window) -> np.ndarray:
    height, width = picture.shape[:2]
    x, y = (int(width * (window.left + window.width / 2)), int(height * (window.top + window.height / 2)))
    mean: np.ndarray = picture[y - 2 : y + 2, x - 2 : x + 2].mean(axis=(0, 1))
    return mean


@_cases(UNOPENABLE)
def test_what_is_no_video_does_not_open_as_one(asset: Asset) -> None:
    """libav refuses the file when only the formats of files are allowed, as they are for users' sources."""
    with (
        pytest.raises(av.error.FFmpegError),
        av.open(str(asset.path), options={"protocol_whitelist": "file"}) as container,
    ):
        next(container.decode(video=0))


@_cases(PICTURELESS)
def test_an_asset_without_pictures_has_at_most_a_cover(asset: Asset) -> None:
    """All video streams of a file that claims to have none are attached pictures."""
    with open_asset(asset) as container:
        assert container.streams.audio
        assert all(stream.disposition & Disposition.attached_pic for stream in container.streams.video)


@pytest.mark.parametrize("name", ["mpeg2_top_first.ts", "h264_top_first.mp4"])
def test_fields_of_an_interlaced_asset_are_of_two_moments(name: str) -> None:
    """Neighbouring rows differ more than rows of one field: the bar has moved on in the second field."""
    frame = list(frames_in_order(ASSETS[name]))[10]
    rows = upright_rgb(frame).astype(float).mean(axis=2)[208:228, 110:240]
    between, within = np.abs(np.diff(rows, axis=0)).mean(), np.abs(rows[2:] - rows[:-2]).mean()
    assert frame.interlaced_frame
    assert between > 1.5 * within


def test_the_oracle_follows_the_rule_at_every_border() -> None:
    """The last picture that has begun is played; before the first the first, after the last the last."""
    asset = ASSETS["vfr.mp4"]
    moment = Fraction(1, 10**6)
    for index, time in enumerate(asset.times):
        assert index_played_at(asset, time) == index
        assert index_played_at(asset, time - moment) == max(0, index - 1)
    assert index_played_at(asset, Fraction(-5)) == 0
    assert index_played_at(asset, asset.end + 100) == asset.frame_count - 1


def test_of_two_pictures_with_one_time_the_second_is_played() -> None:
    """A picture that lasts no time is never the one that is played."""
    asset = ASSETS["duplicate_times.mkv"]
    assert [index_played_at(asset, time) % 2 for time in asset.times] == [1] * asset.frame_count
