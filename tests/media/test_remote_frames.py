"""Are frames of a remote source the same frames, and are only the bytes read that they need?"""

from __future__ import annotations

import io
import shutil
import subprocess
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

import barcode
from assets import ASSETS, Asset
from assets.recipes import FFMPEG
from filmstrip.domain.errors import SourceChangedError
from filmstrip.domain.geometry import SizeRequest, fit
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.domain.timing import KEYFRAME, IntervalGrid, Precision, TimeRange
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.probing.probe import probe
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import SamplingCost, Target
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import open_source
from filmstrip.testing.range_server import RangeServer
from frame_oracle import number_played_at

JPG = PictureEncoding(ImageFormat.JPG)
NAMES = [
    "plain.mp4", "plain.mkv", "plain.ts", "vp9.webm", "open_gop.mp4", "endless_gop.mp4", "vfr.mp4", "moov_at_end.mp4",
    "fragmented.mp4", "fragmented_sidx.mp4", "no_cues.mkv", "cues_first.mkv", "start_1h.ts", "wrap.ts", "plain.flv",
    "b_frames.avi", "hevc_open_gop.mp4", "av1.mp4", "gif.gif", "edit_list_cut.mp4", "audio_longer.mp4",
    "clock_back.ts", "clock_ahead.ts", "clock_back.vob",
]  # fmt: skip

pytestmark = pytest.mark.timeout(240)


def opened(server: RangeServer, file: Path, settings: StorageSettings) -> SourceRanges:
    shutil.copy(file, server.folder / file.name)
    source = open_source(server.url_of(file.name), settings)
    assert isinstance(source, SourceRanges)
    return source


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(private_hosts=("127.0.0.1",), temporary_root=tmp_path / "temporary")


def sampled(
    asset: Asset, cache: BlockCache, interval: Fraction, precision: Precision | None = None
) -> list[int | None]:
    """Sample an asset through a cache; the numbers in the pictures that are not the right ones."""
    info = probe(cache, MediaSettings())
    assert info.video is not None
    video = info.video
    grid = IntervalGrid(TimeRange(Fraction(0), info.duration_seconds), interval)

    def new_renderer(_video):  # noqa: ANN001, ANN202 - a closure for one line below
        encoder = ImageEncoder(video, fit(video.display_size, SizeRequest(width=320)), JPG)
        return lambda sample: (sample.target.seconds, sample.stamp, encoder.encode(sample.frame))

    job = SampleJob(cache, info, new_renderer) if precision is None else SampleJob(cache, info, new_renderer, precision)
    targets = [Target(index, moment) for index, moment in enumerate(grid.targets())]
    wrong = []
    for seconds, stamp, data in sample_frames(job, targets):
        moment = seconds if precision is None else stamp.actual_seconds
        number = barcode.read_number(Image.open(io.BytesIO(data)))
        if number != number_played_at(asset, moment):
            wrong.append(number)
    return wrong


@pytest.mark.parametrize("name", NAMES)
def test_remote_frames_are_exact(name: str, range_server: RangeServer, settings: StorageSettings) -> None:
    """Through byte ranges every picture is the frame played at its time, whatever the container."""
    asset = ASSETS[name]
    with closing(opened(range_server, asset.path, settings)) as source:
        assert sampled(asset, BlockCache(source), Fraction(1)) == []


def test_remote_keyframes_are_keyframes(range_server: RangeServer, settings: StorageSettings) -> None:
    """Keyframe mode works through byte ranges as well."""
    asset = ASSETS["plain.mp4"]
    with closing(opened(range_server, asset.path, settings)) as source:
        assert sampled(asset, BlockCache(source), Fraction(1), KEYFRAME) == []


def test_a_moment_of_a_long_transport_stream_costs_few_requests(
    range_server: RangeServer, settings: StorageSettings
) -> None:
    """Twenty pictures of ten minutes without an index take at most 100 requests, 15 % of the bytes and 21 seeks."""
    film = range_server.folder / "long.ts"
    plain = ["-stream_loop", "59", "-i", str(ASSETS["large.mp4"].path), "-map", "0:v", "-c", "copy", str(film)]
    subprocess.run([FFMPEG, "-nostdin", "-v", "error", *plain], check=True)
    source = open_source(range_server.url_of(film.name), settings)
    assert isinstance(source, SourceRanges)
    cost = SamplingCost()
    with closing(source):
        cache = BlockCache(source)
        info = probe(cache, MediaSettings())
        job = SampleJob(cache, info, lambda _video: lambda sample: (sample.target.seconds, sample.stamp.actual_seconds))
        targets = [Target(index, index * Fraction(297, 10)) for index in range(20)]
        shown = list(sample_frames(job, targets, threads=2, cost=cost))
    frame = Fraction(1, 25)
    assert len(shown) == len(targets)
    assert [pair for pair in shown if pair[1] != pair[0] // frame * frame] == []
    assert len(range_server.requests) <= 100
    assert range_server.bytes_sent <= 0.15 * film.stat().st_size
    assert cost.seeks <= 21


@pytest.mark.parametrize("fault", ["refuse", "cut", "reset"])
def test_a_stumbling_server_costs_time_not_frames(
    fault: str, range_server: RangeServer, settings: StorageSettings
) -> None:
    """Refused, broken and reset answers are asked for again."""
    asset = ASSETS["plain.mp4"]
    with closing(opened(range_server, asset.path, settings)) as source:
        setattr(range_server.manners, fault, 2)
        assert sampled(asset, BlockCache(source), Fraction(1)) == []


def test_a_source_that_changes_midway_is_an_error(range_server: RangeServer, settings: StorageSettings) -> None:
    """Frames of two states of a source are never mixed."""
    asset = ASSETS["plain.mp4"]
    with closing(opened(range_server, asset.path, settings)) as source:
        info = probe(BlockCache(source), MediaSettings())
        other = bytearray(asset.path.read_bytes())
        other[-1] ^= 1
        (range_server.folder / asset.path.name).write_bytes(other)
        unread = BlockCache(source)
        job = SampleJob(unread, info, lambda _video: lambda sample: sample.target.index)
        with pytest.raises(SourceChangedError):
            list(sample_frames(job, [Target(0, Fraction(0)), Target(1, info.duration_seconds - 1)]))
