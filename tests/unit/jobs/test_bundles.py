"""Which outputs are made together?"""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from pydantic import TypeAdapter

from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.jobs.rules.bundles import bundle_outputs, join_groups, make_at_once
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs._base import Addressing, Group, OutputPlan
from filmstrip.outputs.mp4.output import Mp4
from filmstrip.outputs.registry import parse_query
from filmstrip.outputs.thumbnails.output import Thumbnails

THUMBNAILS: dict[str, object] = {"output": "thumbnails", "interval": 10}
VIDEO_FILE: dict[str, object] = {"output": "mp4"}
MEDIA = MediaSettings(threads=2)
VIDEO = VideoStream(
    0, "h264", FrameSize(1920, 1080), Fraction(1), Orientation(), Fraction(25), Fraction(1, 12800), 0, None
)
INFO = MediaInfo("mov", Fraction(100), Fraction(0), 10**6, VIDEO)


def bundles_of(
    *formats: dict[str, object], without: int | None = None, media: MediaSettings = MEDIA, upscale: bool = False
) -> list[list[int]]:
    query = parse_query(json.dumps({"query": {"source": "http://host/video.mp4", "format": formats}}))
    indexes = [index for index in range(len(formats)) if index != without]
    return bundle_outputs(query.formats, indexes, INFO, media, upscale=upscale)


@pytest.mark.parametrize(
    "other",
    [
        {"width": 640},
        {"sprite": 1, "image_format": "jpg", "columns": 3},
        {"image_format": "webp", "quality": 30},
        {"sizes": ["320x180", "96x96"], "resize_mode": "crop"},
        {"manifests": "bif,dash"},
        {"destination": "file:///elsewhere/", "tag": "other"},
        {"start_time": 0},
        {"duration": 100},
        {"duration": 1000},
        {"interval": "10.0", "precision": "exact", "select": "played"},
    ],
)
def test_what_shows_the_same_frames_is_made_together(other: dict[str, object]) -> None:
    """Size, format, layout, manifests and destination make no difference, nor do other words for the same range."""
    assert bundles_of(THUMBNAILS, {**THUMBNAILS, **other}) == [[0, 1]]


@pytest.mark.parametrize(
    "other",
    [
        {"interval": 5},
        {"interval": "10.01"},
        {"start_time": 1},
        {"duration": 95},
        {"precision": "keyframe"},
        {"precision": "0.5"},
        {"select": "best"},
    ],
)
def test_what_shows_other_frames_is_not(other: dict[str, object]) -> None:
    """Whatever decides which frames are taken keeps outputs apart."""
    assert bundles_of(THUMBNAILS, {**THUMBNAILS, **other}) == [[0], [1]]


def test_other_outputs_stay_alone() -> None:
    """Outputs that do not share are made one by one, whatever stands between them; dropped ones are in no bundle."""
    poster: dict[str, object] = {"output": "thumbnail"}
    sheet: dict[str, object] = {"output": "contact_sheet"}
    formats = [sheet, THUMBNAILS, poster, sheet, THUMBNAILS, poster]
    assert bundles_of(*formats) == [[0], [1, 4], [2], [3], [5]]
    assert bundles_of(*formats, without=1) == [[0], [2], [3], [4], [5]]


@pytest.mark.parametrize(
    "other",
    [
        {"height": 480, "bitrate": 500},
        {"start_time": 0},
        {"video_codec_parameters": {"preset": "veryfast"}, "framerate": "25", "audio_mute": 1},
        {"two_pass": 1},  # without a bitrate, it is ignored
    ],
)
def test_videos_of_one_clip_are_made_together(other: dict[str, object]) -> None:
    """Size, rate, quality and sound make no difference: what is decoded is the same."""
    assert bundles_of(VIDEO_FILE, THUMBNAILS, {**VIDEO_FILE, **other}, THUMBNAILS) == [[0, 2], [1, 3]]


@pytest.mark.parametrize("other", [{"start_time": 1}, {"duration": 5}, {"two_pass": 1, "bitrate": 500}])
def test_videos_of_other_clips_are_not(other: dict[str, object]) -> None:
    """Another part of the source, or two passes over it, is another decode."""
    assert bundles_of(VIDEO_FILE, {**VIDEO_FILE, **other}) == [[0], [1]]


def test_a_class_keeps_no_videos_apart() -> None:
    """What is decoded decides, whatever is made of it."""

    class Other(Mp4):
        """Another output."""

    outputs = [Mp4(), Other(), Thumbnails(interval=Fraction(10))]
    assert bundle_outputs(outputs, range(3), INFO, MEDIA) == [[0, 1], [2]]
    assert bundles_of(VIDEO_FILE, {"output": "webm"}, {"output": "mp3"}, {"output": "gif"}) == [[0, 1], [2], [3]]


def test_videos_share_the_memory_of_one_process() -> None:
    """A ladder from 4K down is one bundle by default; with less memory or many threads, fewer are made at a time."""
    ladder = [{**VIDEO_FILE, "height": height} for height in (2160, 1080, 720, 480)]
    assert bundles_of(*ladder, upscale=True) == [[0, 1, 2, 3]]
    assert bundles_of(*ladder, ladder[0], upscale=True) == [[0, 1, 2, 3], [4]]
    small = [{**VIDEO_FILE, "height": height} for height in (1080, 720, 480)]
    assert bundles_of(*small, media=replace(MEDIA, memory_limit_mb=2000)) == [[0], [1, 2]]
    assert bundles_of(*small, media=replace(MEDIA, memory_limit_mb=500)) == [[0], [1], [2]]
    assert bundles_of(*small, media=MediaSettings(threads=16)) == [[0, 1, 2]]
    assert bundles_of(*small, media=MediaSettings(threads=48)) == [[0, 1], [2]]
    assert bundles_of(*[{**VIDEO_FILE, "height": 120}] * 9) == [list(range(8)), [8]]


def test_not_too_many_are_made_together() -> None:
    """What one process has in its memory is bounded."""
    assert bundles_of(*[THUMBNAILS] * 20) == [list(range(8)), list(range(8, 16)), list(range(16, 20))]


def test_groups_are_joined() -> None:
    """All that can be made together is one group before the others."""
    pictures = [Group("one", ("a", "b"), is_joinable=True), Group("two", ("c",), is_joinable=True)]
    manifest = Group("manifests", ("d",))
    joined = join_groups(OutputPlan((*pictures, manifest), ("warned",)))
    assert joined == OutputPlan((Group("together", ("a", "b", "c"), is_joinable=True), manifest), ("warned",))


def test_one_process_makes_pictures_and_what_points_at_them() -> None:
    """A manifest is no reason for a second process; with other outputs its pictures are made together all the same."""
    pictures, manifest = Group("one", ("a", "b"), is_joinable=True), Group("manifests", ("c",), Addressing())
    plan = OutputPlan((pictures, manifest), ("warned",))
    (group,) = make_at_once(plan).groups
    assert group == Group("all", ("a", "b", "c"), Addressing(), parts=(pictures, manifest))
    assert join_groups(make_at_once(plan)) == join_groups(plan)


def test_groups_stay_apart_where_it_matters() -> None:
    """Long series are made piece by piece, addresses that expire are signed last, and a group alone is left alone."""
    pictures = [Group("one", ("a",), is_joinable=True), Group("two", ("b",), is_joinable=True)]
    signed = Group("manifests", ("c",), Addressing(signed_hours=1))
    video = Group("video", ("",))
    for groups in ((*pictures, video), (pictures[0], signed), (pictures[0],), (video, signed)):
        assert make_at_once(OutputPlan(groups)) == OutputPlan(groups)


def test_plans_of_several_parts_are_written_down() -> None:
    """A task that is interrupted goes on by the plan that it began with."""
    plan = make_at_once(OutputPlan((Group("one", ("a",), is_joinable=True), Group("manifests", ("b",)))))
    plans = TypeAdapter(OutputPlan)
    assert plans.validate_python(plans.dump_python(plan, mode="json")) == plan


def test_what_is_cut_alike_is_made_together() -> None:
    """Each piece of one decode; what is cut otherwise, or not at all, is with its own kind."""
    formats = [{**VIDEO_FILE, "height": height} for height in (720, 360, 180, 90)]
    query = parse_query(json.dumps({"query": {"source": "http://host/video.mp4", "format": formats}}))
    assert bundle_outputs(query.formats, range(4), INFO, MEDIA) == [[0, 1, 2, 3]]
    cuts = {0: ("a", "b"), 2: ("a", "b"), 3: ("a", "c")}
    assert bundle_outputs(query.formats, range(4), INFO, MEDIA, cuts=cuts) == [[0, 2], [1], [3]]
