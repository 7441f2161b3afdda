"""What does a request for webm mean, and what follows for all videos from the encoder that is asked for?"""

from __future__ import annotations

import json

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.outputs._base import Output
from filmstrip.outputs.registry import parse_query
from filmstrip.outputs.webm.output import Webm
from filmstrip.params.query import Query
from filmstrip.params.video_stream import PIXEL_FORMATS

_SVT_RATES = "is not a number of frames per second from 0.001 to 240, such as 29.97 or 30000/1001"


def _parse(**entry: object) -> Query[Output]:
    return parse_query(json.dumps({"query": {"source": "http://h/s.mp4", "format": [entry]}}))


def _mistakes(**entry: object) -> list[str]:
    with pytest.raises(QueryError) as caught:
        _parse(**entry)
    return sorted(str(mistake).removeprefix("format[0].") for mistake in caught.value.mistakes)


def test_the_defaults_are_vp9_and_opus() -> None:
    """Nothing asked for is what every browser plays, in the default measures of the contract."""
    (webm,) = _parse(output="webm").formats
    assert isinstance(webm, Webm)
    assert (webm.video_encoder.codec, webm.audio_encoder.codec) == ("vp9", "opus")
    assert (webm.audio_bitrate, webm.audio_channels_number) == (64, 2)
    assert (webm.temporary_name(), webm.muxer.content_type) == ("video.webm", "video/webm")


def test_a_container_offers_what_it_holds() -> None:
    """Codecs that belong into the other container are refused, with those that are allowed."""
    assert _mistakes(output="webm", video_codec="libx264", audio_codec="aac") == [
        'audio_codec: "aac" is not one of libopus, opus, libvorbis, vorbis',
        'video_codec: "libx264" is not one of libsvtav1, libvpx, libvpx-vp9',
    ]
    assert _mistakes(output="mp4", video_codec="libvpx") == [
        'video_codec: "libvpx" is not one of libsvtav1, libx264, libx265'
    ]


@pytest.mark.parametrize(
    ("entry", "mistakes"),
    [
        ({"output": "mp4", "quality": 52}, ["quality: 52 is not a number from 0 to 51"]),
        ({"output": "mp4", "video_codec": "libx265", "quality": 51.5}, ["quality: 51.5 is not a number from 0 to 51"]),
        ({"output": "webm", "quality": "64"}, ['quality: "64" is not a number from 0 to 63']),
        ({"output": "webm", "video_codec": "libvpx", "quality": 3}, ["quality: 3 is not a number from 4 to 63"]),
        (
            {"output": "mp4", "video_codec": "libsvtav1", "pix_format": "yuv422p"},
            ['pix_format: "yuv422p" is not one of yuv420p, yuvj420p'],
        ),
        (
            {"output": "mp4", "video_codec": "libx265", "tag_video": "avc1"},
            ['tag_video: "avc1" is not one of hvc1, hev1'],
        ),
        (
            {"output": "webm", "video_codec_parameters": {"preset": "slow", "max_rate": 0}},
            [
                "video_codec_parameters.max_rate: 0 is not a number of kbit/s above 0 and at most 2000000",
                'video_codec_parameters.preset: "slow" is not one of best, good, realtime',
            ],
        ),
        (
            {"output": "mp4", "video_codec": "libsvtav1", "video_codec_parameters": {"preset": "slow", "tune": 3}},
            [
                'video_codec_parameters.preset: "slow" is not a whole number from 0 to 13',
                "video_codec_parameters.tune: 3 is not a whole number from 0 to 2",
            ],
        ),
        *(
            ({"output": "mp4", "video_codec": "libsvtav1", **entry}, [mistake])
            for entry, mistake in (
                ({"framerate": 241}, f"framerate: 241 {_SVT_RATES}"),
                ({"framerate_limit": "500"}, f'framerate_limit: "500" {_SVT_RATES}'),
                ({"bitrate": 100001}, "bitrate: 100001 is not a number of kbit/s from 1 to 100000"),
                ({"bitrate": 0.001}, "bitrate: 0.001 is not a number of kbit/s from 1 to 100000"),
                (
                    {"video_codec_parameters": {"max_rate": "100001"}},
                    'video_codec_parameters.max_rate: "100001" is not a number of kbit/s from 1 to 100000',
                ),
            )
        ),
        ({"output": "mp4", "bitrate": 0.5}, ["bitrate: 0.5 is not a number of kbit/s from 1 to 1000000"]),
        ({"output": "mp4", "quality": 99}, ["quality: 99 is not a number from 0 to 51"]),
        ({"output": "mp4", "pix_format": "rgb24"}, [f'pix_format: "rgb24" is not one of {", ".join(PIXEL_FORMATS)}']),
        (
            {"output": "mp4", "video_codec": "h264_nvenc", "quality": 60, "tag_video": "vp09", "audio_codec": "opus"},
            [
                'audio_codec: "opus" is not one of libfdk_aac, aac',
                'video_codec: "h264_nvenc" is not one of libsvtav1, libx264, libx265',
            ],
        ),
        (
            {
                "output": "mp4",
                "video_codec": "h264_nvenc",
                "video_codec_parameters": {"preset": "p4"},
                "framerate": 250,
            },
            ['video_codec: "h264_nvenc" is not one of libsvtav1, libx264, libx265'],
        ),
        (
            {"output": "webm", "audio_codec": "libmp3lame", "audio_bitrate": 3, "audio_sample_rate": 44100},
            ['audio_codec: "libmp3lame" is not one of libopus, opus, libvorbis, vorbis'],
        ),
        ({"output": "webm", "tag_video": "vp09"}, ["tag_video: is nothing that this container has"]),
        (
            {"output": "webm", "video_codec_parameters": "fast"},
            ['video_codec_parameters: "fast" is not an object such as {"preset": "slow"}'],
        ),
        (
            {"output": "webm", "audio_codec": "vorbis", "audio_sample_rate": 96000, "audio_bitrate": 4},
            [
                "audio_bitrate: 4 is not a whole number from 8 to 1920",
                "audio_sample_rate: 96000 is not one of 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000",
            ],
        ),
    ],
)
def test_what_is_allowed_follows_from_the_encoder(entry: dict[str, object], mistakes: list[str]) -> None:
    """Each mistake names the field, the value and what this encoder knows, all at once."""
    assert _mistakes(**entry) == mistakes


def test_settings_that_an_encoder_does_not_know_are_told() -> None:
    """A setting of another encoder does nothing, which a warning says, for x264 as for the others."""
    for entry in ({"output": "mp4"}, {"output": "mp4", "video_codec": "libx265"}, {"output": "webm"}):
        (warned,) = _parse(**entry, video_codec_parameters={"film_grain": 1, "sws_flags": "lanczos"}).warnings
        assert warned.message == "format[0].video_codec_parameters.film_grain is not known here and was ignored"


def test_parameters_survive_json() -> None:
    """What is stored between two steps of a job is what the client asked for, whichever encoder it is about."""
    webm = Webm.model_validate({"video_codec": "libsvtav1", "video_codec_parameters": {"tune": 1, "max_rate": "9.5"}})
    assert Webm.model_validate_json(webm.model_dump_json()) == webm
    assert Webm.model_validate_json(Webm().model_dump_json()) == Webm()
