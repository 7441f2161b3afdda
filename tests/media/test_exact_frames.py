"""Is the picture under each time the right one? Read from the pictures themselves, for every source of the corpus."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from PIL import Image

import barcode
from assets import ASSETS, Asset, codecs, containers, fields, shapes, streams, tones
from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError
from filmstrip.domain.geometry import Fit, FrameSize
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.domain.timing import EXACT, KEYFRAME, IntervalGrid, Precision, TimeRange
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.probing.probe import probe
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Sample, Target
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from frame_oracle import number_played_at

INTERVALS = [Fraction(3), Fraction(1), Fraction(37, 100)]
MOST_TARGETS = 45
FRAME_BY_FRAME = ("edit_list_cut.mp4", "two_edits.mp4", "fields_cut.mp4")
BEGIN_UNDECODABLE = {"mid_gop.ts", "no_keyframe.ts"}
LIMITED = {"huge_picture.avi"}
FILMS = [name for name, asset in ASSETS.items() if asset.opens and asset.times and name not in LIMITED]
# Here the pictures are hard, or their wrapping, not when they are shown: few of them and many are enough.
PLAIN_TIMES = {asset.name for family in (codecs, containers, fields, shapes, streams, tones) for asset in family.ASSETS}
CASES = [
    *((name, interval) for name, interval in product(FILMS, INTERVALS) if interval != 1 or name not in PLAIN_TIMES),
    *((name, Fraction(1, 25)) for name in FRAME_BY_FRAME),
]
JPG = PictureEncoding(ImageFormat.JPG, quality=90)

pytestmark = pytest.mark.timeout(240)


def probed(asset: Asset) -> MediaInfo:
    """Probe an asset, once for all tests: what is found is a value that none of them can change."""
    return _probed(asset.name)


@cache
def _probed(name: str) -> MediaInfo:
    return probe(LocalFile(ASSETS[name].path), MediaSettings())


def grid_of(info: MediaInfo, interval: Fraction) -> list[Target]:
    grid = IntervalGrid(TimeRange(Fraction(0), info.duration_seconds), interval)
    step = max(1, grid.count // MOST_TARGETS)
    return [Target(index, grid.target(index)) for index in range(0, grid.count, step)]


def pictures(
    asset: Asset, info: MediaInfo, targets: list[Target], precision: Precision = EXACT
) -> Iterator[tuple[Target, FrameStamp, int | None]]:
    """Sample an asset and read the number in each picture."""
    assert info.video is not None
    video = info.video
    display = video.display_size
    fit = Fit(display, display)

    def new_renderer(_video: VideoStream) -> Callable[[Sample], tuple[Target, FrameStamp, bytes]]:
        encoder = ImageEncoder(video, fit, JPG)
        return lambda sample: (sample.target, sample.stamp, encoder.encode(sample.frame))

    for target, stamp, data in sample_frames(SampleJob(LocalFile(asset.path), info, new_renderer, precision), targets):
        yield target, stamp, barcode.read_number(Image.open(io.BytesIO(data)))


def first_picture_seconds(asset: Asset, info: MediaInfo) -> Fraction:
    """When the first picture of the asset is shown, from the start of the presentation."""
    if asset.name in BEGIN_UNDECODABLE:
        # Time counts from the first packet; the first ones cannot be decoded, the picture comes later.
        return asset.start - info.start_seconds
    return asset.lead_in


@pytest.mark.parametrize(("name", "interval"), CASES, ids=str)
def test_every_picture_is_the_frame_played_at_its_time(name: str, interval: Fraction) -> None:
    """The number read from each picture is that of the frame played at its time, or the picture is told to be a
    substitute for a frame that is damaged in the file."""
    asset = ASSETS[name]
    info = probed(asset)
    offset = first_picture_seconds(asset, info)
    targets = grid_of(info, interval)
    wrong = []
    seen = 0
    for target, stamp, number in pictures(asset, info, targets):
        seen += 1
        expected = number_played_at(asset, target.seconds - offset)
        if stamp.is_substitute:
            assert expected in asset.damaged or target.seconds < offset, f"{target.seconds}: whole, yet substituted"
            assert number is not None, f"{target.seconds}: a substitute that is no whole picture"
        elif number != expected:
            wrong.append((float(target.seconds), expected, number))
    assert not wrong, f"(seconds, expected, shown): {wrong}"
    assert seen == len(targets)


@pytest.mark.parametrize(
    "name", ["plain.mp4", "plain.mkv", "plain.ts", "open_gop.mp4", "hevc.mp4", "vfr.mkv", "av1.mp4"]
)
def test_keyframe_mode_takes_the_last_keyframe(name: str) -> None:
    """In keyframe mode the picture is a keyframe, not after its target, and its told time is its own."""
    asset = ASSETS[name]
    info = probed(asset)
    for target, stamp, number in pictures(asset, info, grid_of(info, Fraction(1)), KEYFRAME):
        assert stamp.is_keyframe
        assert stamp.actual_seconds <= target.seconds
        assert number == number_played_at(asset, stamp.actual_seconds + Fraction(1, 1000))


def test_a_near_keyframe_is_taken_within_the_tolerance_only() -> None:
    """With a tolerance no picture is farther from its target than that, and exact ones are exact."""
    asset = ASSETS["plain.mp4"]
    info = probed(asset)
    tolerance = Fraction(1, 2)
    taken = list(pictures(asset, info, grid_of(info, Fraction(37, 100)), Precision(tolerance)))
    assert any(stamp.is_keyframe and stamp.actual_seconds < target.seconds for target, stamp, _ in taken)
    for target, stamp, number in taken:
        assert number == number_played_at(asset, stamp.actual_seconds)
        if number != number_played_at(asset, target.seconds):
            assert stamp.is_keyframe
            assert target.seconds - stamp.actual_seconds <= tolerance


@pytest.mark.parametrize("name", sorted(name for name, asset in ASSETS.items() if not asset.opens))
def test_what_is_no_video_is_refused_in_words(name: str) -> None:
    """A file that is no media, or damaged beyond use, ends in an error of ours."""
    with pytest.raises(SourceUnreadableError, match=r"[Tt]he source"):
        probed(ASSETS[name])


def test_a_picture_bomb_is_refused() -> None:
    """A small file with huge pictures is refused before any of them is decoded."""
    with pytest.raises(LimitExceededError, match="12000x8000"):
        probed(ASSETS["huge_picture.avi"])


@pytest.mark.parametrize("name", FILMS)
def test_probing_tells_the_shape(name: str) -> None:
    """Display size (after SAR and rotation) and codec are those that the asset was made with."""
    asset = ASSETS[name]
    video = probed(asset).video
    assert video is not None
    assert video.display_size == FrameSize(*asset.display_size)
    assert video.codec == asset.codec


# Their sound goes on.
OTHER_LENGTH = {"audio_longer.mp4", "late_sound.mp4", "truncated.ts"}


@pytest.mark.parametrize("name", [name for name in FILMS if name not in OTHER_LENGTH])
def test_the_length_is_that_of_the_presentation(name: str) -> None:
    """A seek bar ends where the film does, within a few pictures."""
    asset = ASSETS[name]
    info = probed(asset)
    assert abs(info.duration_seconds - first_picture_seconds(asset, info) - asset.end) < Fraction(1, 4)
