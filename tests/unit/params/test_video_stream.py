"""What may clients write about video?"""

from fractions import Fraction

import pytest
from pydantic import ValidationError

from filmstrip.params.video_stream import KeyframeInterval, VideoEncoding


def _mistake(field: str, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        VideoEncoding.model_validate({field: value})
    (error,) = caught.value.errors()
    assert error["loc"] == (field,)
    return error["msg"]


def test_all_forms_of_numbers_are_accepted() -> None:
    """Numbers come as strings, flags as 0 and 1, and empty strings mean absent."""
    video = VideoEncoding.model_validate(
        {
            "framerate": "29.97",
            "quality": "23",
            "bitrate": 300,
            "two_pass": "1",
            "rotate": "0",
            "level": "",
            "profile": "Main",
        }
    )
    assert video.framerate == Fraction(30000, 1001)
    assert (video.quality, video.bitrate, video.two_pass, video.rotate) == (23, 300, True, 0)
    assert (video.level, video.profile) == (None, "main")


@pytest.mark.parametrize(
    ("value", "interval"),
    [
        ("60", KeyframeInterval(frames=60)),
        (60, KeyframeInterval(frames=60)),
        ("3s", KeyframeInterval(seconds=Fraction(3))),
        ("2.5S", KeyframeInterval(seconds=Fraction(5, 2))),
    ],
)
def test_keyframe_counts_frames_or_seconds(value: object, interval: KeyframeInterval) -> None:
    """A plain number counts frames, an s behind it makes seconds of it."""
    assert VideoEncoding.model_validate({"keyframe": value}).keyframe == interval


@pytest.mark.parametrize(("value", "level"), [("41", 41), (4.1, 41), ("4.0", 40), (4, 40), (30, 30)])
def test_level_is_accepted_with_and_without_its_dot(value: object, level: int) -> None:
    """Clients write H.264 level 4.1 as 41 and as 4.1."""
    assert VideoEncoding.model_validate({"level": value}).level == level


@pytest.mark.parametrize(
    ("value", "ratio"),
    [("4:3", Fraction(4, 3)), ("1.77", Fraction(177, 100)), (2, Fraction(2)), ("16/9", Fraction(16, 9))],
)
def test_aspect_ratio_is_accepted_as_ratio_and_as_number(value: object, ratio: Fraction) -> None:
    """Shapes are written as 4:3 and as 1.77."""
    assert VideoEncoding.model_validate({"aspect_ratio": value}).aspect_ratio == ratio


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "framerate",
            "abc",
            '"abc" is not a number of frames per second from 0.001 to 300, such as 29.97 or 30000/1001',
        ),
        ("keyframe", "0", '"0" is not a number of frames such as 60 or of seconds such as 3s'),
        ("keyframe", "2.5", '"2.5" is not a number of frames such as 60 or of seconds such as 3s'),
        ("keyframe", True, "true is not a number of frames such as 60 or of seconds such as 3s"),
        ("quality", 64, "64 is not a number from 0 to 63"),
        ("bitrate", 0, "0 is not a number of kbit/s above 0 and at most 1000000"),
        ("pix_format", "rgb24", '"rgb24" is not one of yuv420p, yuv422p, yuvj420p, yuvj422p'),
        ("profile", "extended", '"extended" is not one of baseline, main, high'),
        ("rotate", 45, "45 is not one of 0, 90, 180, 270"),
        ("aspect_ratio", "0:1", '"0:1" is not a ratio of width to height such as 16:9 or 1.77'),
        ("aspect_ratio", "500:1", '"500:1" is not a ratio of width to height such as 16:9 or 1.77, at most 100:1'),
        ("deinterlace", "maybe", '"maybe" is not 0 or 1'),
    ],
)
def test_mistakes_name_the_value_and_what_is_allowed(field: str, value: object, message: str) -> None:
    """Whoever reads the error knows what to write instead."""
    assert _mistake(field, value) == message


def test_a_limit_only_caps_the_frame_rate() -> None:
    """framerate_limit slows fast sources, leaves slow ones alone, and yields to framerate."""
    limited = VideoEncoding.model_validate({"framerate_limit": 30})
    assert limited.frame_rate_of(Fraction(60)) == 30
    assert limited.frame_rate_of(Fraction(24)) is None
    assert limited.frame_rate_of(None) == 30
    assert VideoEncoding.model_validate({"framerate_limit": 30, "framerate": 50}).frame_rate_of(Fraction(60)) == 50


def test_parameters_survive_json() -> None:
    """What is stored between two steps of a job is what the client asked for."""
    video = VideoEncoding.model_validate(
        {
            "framerate": "29.97",
            "keyframe": "2.5s",
            "aspect_ratio": "16:9",
            "quality": 22.5,
            "level": "4.1",
            "rotate": 90,
        }
    )
    assert VideoEncoding.model_validate_json(video.model_dump_json()) == video
