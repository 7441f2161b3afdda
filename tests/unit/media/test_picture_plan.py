"""What has to happen to pictures?"""

from fractions import Fraction

import pytest

from filmstrip.domain.geometry import Fit, FrameSize, Orientation
from filmstrip.domain.media_info import ColorInfo, HdrKind, VideoStream
from filmstrip.media.pictures.color import matrix_name
from filmstrip.media.transcoding.picture_plan import AssumedColor, PicturePlan, plan_picture
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.video_stream import VideoEncoding


def _source(size: str = "1920x1080", sar: str = "1", degrees: int = 0, color: ColorInfo | None = None) -> VideoStream:
    return VideoStream(
        index=0,
        codec="h264",
        coded_size=FrameSize.parse(size),
        sample_aspect_ratio=Fraction(sar),
        orientation=Orientation(degrees),
        frame_rate=Fraction(25),
        time_base=Fraction(1, 12800),
        start_pts=0,
        duration_seconds=Fraction(10),
        color=color or ColorInfo(),
    )


def _plan(source: VideoStream, *, upscale: bool = False, **asked: object) -> PicturePlan:
    return plan_picture(source, FrameSizing.model_validate(asked), VideoEncoding.model_validate(asked), upscale=upscale)


@pytest.mark.parametrize(
    ("source", "asked", "size"),
    [
        (_source(), {}, "1920x1080"),
        (_source(), {"height": 720}, "1280x720"),
        (_source(), {"width": 853}, "854x480"),
        (_source(), {"size": "320x240"}, "320x240"),
        (_source(), {"resolution": 480}, "854x480"),
        (_source("720x576", "16/11"), {}, "1046x576"),
        (_source("720x576", "16/11"), {"height": 288}, "524x288"),
        (_source("1920x1080", degrees=90), {"width": 540}, "540x960"),
        (_source("1920x1080", degrees=90), {"rotate": 90}, "1920x1080"),
        (_source(), {"rotate": 90, "resolution": 360}, "360x640"),
        (_source("321x241"), {}, "320x240"),
        (_source("640x360"), {"height": 1080}, "640x360"),
        (_source("640x360"), {"size": "1280x960"}, "480x360"),
        (_source("640x480"), {"aspect_ratio": "16:9"}, "640x360"),
        (_source("640x480"), {"aspect_ratio": "16:9", "height": 240}, "426x240"),
        (_source("640x480"), {"aspect_ratio": "1:1", "resolution": 120}, "120x120"),
    ],
)
def test_size_is_square_pixels_upright_and_even(source: VideoStream, asked: dict[str, object], size: str) -> None:
    """The result has square pixels, stands upright, has even sides, and is never larger than its source."""
    plan = _plan(source, **asked)
    assert str(plan.fit.size) == size
    assert plan.sample_aspect_ratio == 1


def test_upscale_makes_it_larger() -> None:
    """Only upscale makes a video larger than its source."""
    assert str(_plan(_source("640x360"), upscale=True, height=1080).fit.size) == "1920x1080"


def test_crop_keeps_the_shape() -> None:
    """resize_mode crop covers the asked size and cuts what overhangs."""
    plan = _plan(_source(), size="400x400", resize_mode="crop")
    assert plan.fit == Fit(FrameSize(400, 400), FrameSize(711, 400))
    plan = _plan(_source("640x480"), aspect_ratio="16:9", resize_mode="crop")
    assert plan.fit == Fit(FrameSize(640, 360), FrameSize(640, 480))


def test_size_with_aspect_ratio_leaves_the_pixels_to_give() -> None:
    """Where both sides and the shape are asked for, pixels are not square."""
    plan = _plan(_source(), size="720x576", aspect_ratio="16:9")
    assert str(plan.fit.size) == "720x576"
    assert plan.sample_aspect_ratio == Fraction(64, 45)


def test_frame_rate_is_left_alone_unless_asked_for() -> None:
    """Frames keep their own times where no frame rate is asked for."""
    assert _plan(_source()).frame_rate is None
    assert _plan(_source(), framerate="29.97").frame_rate == Fraction(30000, 1001)


def test_untagged_colors_are_assumed_by_size() -> None:
    """What a player assumes for the source is named in the result, whose size would make it assume something else."""
    assert _plan(_source(), height=240).assumed_color == AssumedColor("bt709", "bt709", "bt709")
    assert _plan(_source("640x480")).assumed_color == AssumedColor("smpte170m", "smpte170m", "smpte170m")


@pytest.mark.parametrize(
    ("size", "matrix"),
    [
        ("576x1024", "bt709"),
        ("1024x576", "smpte170m"),
        ("720x577", "bt709"),
        ("1280x534", "bt709"),
        ("1279x576", "smpte170m"),
        ("720x576", "smpte170m"),
    ],
)
@pytest.mark.parametrize("degrees", [0, 90])
def test_thumbnails_and_video_take_untagged_colors_for_the_same(size: str, matrix: str, degrees: int) -> None:
    """The size as stored decides, however the picture is turned, for every output."""
    stored = FrameSize.parse(size)
    source = _source(size, degrees=degrees)
    assert _plan(source).assumed_color == AssumedColor(matrix, matrix, matrix)
    assert matrix_name(source.color, stored) == {"smpte170m": "bt601"}.get(matrix, matrix)


def test_tagged_colors_are_kept() -> None:
    """What the source says itself is not overruled."""
    assert _plan(_source(color=ColorInfo(1, 1, 1))).assumed_color == AssumedColor()
    assert _plan(_source(color=ColorInfo(2, 2, 6))).assumed_color == AssumedColor()


def test_hdr_is_mapped_only_when_asked_for() -> None:
    """hdr_to_sdr maps HDR sources and leaves others alone."""
    hdr = _source(color=ColorInfo(2, 16, 2))
    assert _plan(hdr).tone_maps is None
    assert _plan(hdr, hdr_to_sdr=1).tone_maps is HdrKind.PQ
    assert _plan(hdr, hdr_to_sdr=1).assumed_color == AssumedColor("bt2020nc", "bt2020", None)
    assert _plan(_source(), hdr_to_sdr=1).tone_maps is None


def test_full_range_is_not_part_of_the_pixel_format() -> None:
    """FFmpeg's yuvj formats are ordinary ones with another range."""
    plan = _plan(_source(), pix_format="yuvj422p")
    assert (plan.pixel_format, plan.full_range) == ("yuv422p", True)
