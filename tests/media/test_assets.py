"""Is the corpus honest? Every asset is decoded from end to end, without a seek, and compared with what it claims."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import pytest
from av.container import InputContainer
from av.video.frame import VideoFrame

from assets import ASSETS, Asset
from barcode import read_number
from upright import upright_rgb


@dataclass(frozen=True, slots=True)
class Shown:
    """A decoded picture: its bar code (None if it cannot be read) and its time in the container (None without one)."""

    number: int | None
    seconds: Fraction | None


def decode_all(asset: Asset) -> list[Shown]:
    """Decode the right stream from its first packet to its last; damaged packets are passed over."""
    with av.open(str(asset.path)) as container:
        return [_shown(frame) for frame in _frames(container, asset.stream_index)]


def _frames(container: InputContainer, index: int) -> list[VideoFrame]:
    frames = []
    for packet in container.demux(container.streams[index]):
        try:
            frames += packet.decode()
        except av.error.InvalidDataError:
            continue
    return frames


def _shown(frame: VideoFrame) -> Shown:
    seconds = None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base
    return Shown(read_number(upright_rgb(frame)), seconds)


WHOLE = [asset for asset in ASSETS.values() if asset.opens and not asset.damaged]


@pytest.mark.parametrize("asset", WHOLE, ids=lambda asset: asset.name)
def test_a_whole_asset_shows_exactly_the_frames_that_it_claims(asset: Asset) -> None:
    """A full decode gives the claimed numbers at the claimed times, in order, and nothing else."""
    shown = decode_all(asset)
    assert [picture.number for picture in shown] == list(asset.numbers)
    assert shown[0].seconds == asset.start
    assert [picture.seconds - asset.start for picture in shown] == list(asset.times)


@pytest.mark.parametrize("asset", WHOLE, ids=lambda asset: asset.name)
def test_an_asset_has_the_shape_and_colors_that_it_claims(asset: Asset) -> None:
    """Codec, size, pixel shape and colour tags are those that the container and the stream tell."""
    with av.open(str(asset.path)) as container:
        stream = container.streams[asset.stream_index]
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
