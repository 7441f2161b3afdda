"""Which arguments drive x264?"""

from fractions import Fraction

import pytest

from filmstrip.media.transcoding.encoders.libx264 import ENCODER
from filmstrip.params.video_stream import VideoEncoding
from filmstrip.params.x264 import X264Parameters

_HEAD = ["-codec:v", "libx264", "-preset:v", "medium", "-profile:v", "main"]


def _arguments(video: dict[str, object], x264: dict[str, object] | None = None, rate: str | None = "30") -> list[str]:
    return ENCODER.arguments(_asked(video, x264 or {}), None if rate is None else Fraction(rate))


def _asked(video: dict[str, object], x264: dict[str, object]) -> VideoEncoding:
    return VideoEncoding.model_validate({**video, "video_codec_parameters": X264Parameters.model_validate(x264)})


def test_nothing_asked_for_is_constant_quality() -> None:
    """The default is profile main at CRF 23 with a keyframe at least every 90 frames."""
    assert _arguments({}) == [*_HEAD, "-crf:v", "23", "-g:v", "90"]


def test_a_bitrate_is_an_average() -> None:
    """bitrate is in kbit/s and replaces constant quality."""
    assert _arguments({"bitrate": "300"}) == [*_HEAD, "-b:v", "300000", "-g:v", "90"]


def test_quality_with_bitrate_is_capped_quality() -> None:
    """quality wins over bitrate, which becomes the ceiling."""
    arguments = _arguments({"quality": 20.5, "bitrate": 500})
    assert arguments[6:12] == ["-crf:v", "20.5", "-maxrate:v", "500000", "-bufsize:v", "1000000"]


def test_best_quality_stays_playable() -> None:
    """CRF 0 is x264's lossless mode, which browsers do not play; the best lossy quality stands in."""
    assert _arguments({"quality": 0})[6:8] == ["-crf:v", "1"]


def test_rates_of_x264_are_in_megabits() -> None:
    """max_rate, min_rate and bufsize count in Mbit/s; without a bufsize there would be no ceiling at all."""
    rates = {"max_rate": "1.5", "min_rate": 1, "bufsize": 3}
    assert _arguments({}, rates)[8:14] == ["-maxrate:v", "1500000", "-bufsize:v", "3000000", "-minrate:v", "1000000"]
    assert _arguments({}, {"max_rate": 2})[8:12] == ["-maxrate:v", "2000000", "-bufsize:v", "4000000"]
    assert _arguments({}, {"bufsize": 2})[8:10] == ["-bufsize:v", "2000000"]


def test_keyframes_by_frames_are_a_fixed_grid() -> None:
    """A keyframe every 60 frames means there and nowhere else."""
    assert _arguments({"keyframe": "60"})[8:] == ["-g:v", "60", "-sc_threshold:v", "0"]


@pytest.mark.parametrize(("rate", "frames"), [("30000/1001", "180"), ("25", "150"), (None, "1800")])
def test_keyframes_by_seconds_are_forced_by_time(rate: str | None, frames: str) -> None:
    """A keyframe every 3 s is exact at any frame rate; x264's own interval never comes first."""
    forced = ["-force_key_frames:v", "expr:gte(t+0.0005,n_forced*3)"]
    assert _arguments({"keyframe": "3s"}, rate=rate)[8:] == [*forced, "-g:v", frames, "-sc_threshold:v", "0"]


def test_every_setting_reaches_its_option() -> None:
    """Old names become the options of today's FFmpeg."""
    settings = {
        "preset": "slow",
        "coder": 0,
        "directpred": 3,
        "me_method": "full",
        "me_range": 24,
        "subq": 9,
        "bf": 2,
        "b_strategy": 2,
        "refs": 4,
        "trellis": 2,
        "cmp": "chroma",
        "sc_threshold": 30,
        "i_qfactor": 0.71,
        "qcomp": 0.7,
        "qmin": 5,
        "qmax": 45,
        "qdiff": 6,
        "rc_lookahead": 20,
        "partitions": "+partp8x8+parti4x4-partb8x8",
        "flags2": "-bpyramid+wpred-mixed_refs+dct8x8-fastpskip+aud",
        "flags": "-loop+cgop+qpel",
    }
    arguments = _arguments({"level": 41}, settings)
    assert arguments[:8] == ["-codec:v", "libx264", "-preset:v", "slow", "-profile:v", "high", "-level:v", "4.1"]
    assert " ".join(arguments[12:]) == (
        "-coder:v 0 -direct-pred:v 3 -me_range:v 24 -subq:v 9 -bf:v 2 -b_strategy:v 2 -refs:v 4 -trellis:v 2"
        " -cmp:v chroma -sc_threshold:v 30 -i_qfactor:v 0.71 -qcomp:v 0.7 -qmin:v 5 -qmax:v 45 -qdiff:v 6"
        " -rc-lookahead:v 20 -me_method:v esa -partitions:v p8x8,i4x4 -b-pyramid:v 0 -weightb:v 1 -mixed-refs:v 0"
        " -8x8dct:v 1 -fast-pskip:v 0 -aud:v 1 -flags:v +cgop -x264-params:v no-deblock=1"
    )


@pytest.mark.parametrize(
    ("video", "x264", "profile"),
    [
        ({}, {}, "main"),
        ({}, {"vprofile": "high"}, "high"),
        ({"profile": "baseline"}, {"vprofile": "high"}, "baseline"),
        ({}, {"flags2": "+dct8x8"}, "high"),
        ({"pix_format": "yuv422p", "profile": "main"}, {}, "high422"),
    ],
)
def test_the_profile_has_what_is_asked_for(video: dict[str, object], x264: dict[str, object], profile: str) -> None:
    """The default profile never takes away what a client asked for."""
    assert ENCODER.profile(_asked(video, x264)) == profile
