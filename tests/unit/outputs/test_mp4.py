"""What does a request for mp4 mean?"""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from filmstrip.domain.artifact import Artifact, MediaKind
from filmstrip.domain.errors import OutputError, QueryError, StreamMissingError
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import AudioStream, ColorInfo, FieldOrder, MediaInfo, VideoStream
from filmstrip.media.transcoding.encoders.aac import ENCODER
from filmstrip.outputs._base import Group
from filmstrip.outputs.mp4.output import Mp4
from filmstrip.params.query import Query, parse_query

_VIDEO = VideoStream(
    index=0,
    codec="h264",
    coded_size=FrameSize(1280, 720),
    sample_aspect_ratio=Fraction(1),
    orientation=Orientation(),
    frame_rate=Fraction(25),
    time_base=Fraction(1, 12800),
    start_pts=0,
    duration_seconds=Fraction(185),
    color=ColorInfo(1, 1, 1),
)
_INFO = MediaInfo("mov,mp4", Fraction(185), Fraction(0), 9_000_000, _VIDEO, (AudioStream(1, "aac", 48000, 2),))

_FRAME_RATE_MISTAKE = (
    'format[0].framerate: "abc" is not a number of frames per second from 0.001 to 300, such as 29.97 or 30000/1001'
)


def _parse(entry: str) -> Query[Mp4]:
    return parse_query(f'{{"query": {{"source": "http://h/s.mp4", "format": [{entry}]}}}}', {"mp4": Mp4})


def _mp4(**asked: object) -> Mp4:
    return Mp4.model_validate(asked)


def test_the_published_job_is_understood() -> None:
    """The entry of the documentation's example has no mistakes, and no key of it is ignored."""
    query = _parse(
        '{"output": "mp4", "destination": {"url": "s3://h/b/bbb.mp4", "key": "k", "secret": "s", "permissions":'
        ' "public-read"}, "file_extension": "mp4", "size": "320x240", "duration": 60}'
    )
    assert query.warnings == ()
    (mp4,) = query.formats
    assert (mp4.size, mp4.duration, mp4.temporary_name()) == ("320x240", 60, "video.mp4")


def test_every_mistake_of_an_entry_is_named() -> None:
    """All mistakes come at once, nested ones with their whole path."""
    with pytest.raises(QueryError) as caught:
        _parse(
            '{"output": "mp4", "framerate": "abc",'
            ' "quality": "52", "audio_sample_rate": "44000", "audio_bitrate": 7, "audio_channels_number": 9,'
            ' "tag_video": "hvc1", "video_codec_parameters": {"refs": "99"}, "file_extension": "exe"}'
        )
    assert sorted(map(str, caught.value.mistakes)) == [
        "format[0].audio_bitrate: 7 is not a whole number from 8 to 1024",
        "format[0].audio_channels_number: 9 is not a whole number from 1 to 8",
        f'format[0].audio_sample_rate: "44000" is not one of {", ".join(map(str, ENCODER.sample_rates))}',
        'format[0].file_extension: "exe" is not one of mp4, m4v, mov',
        _FRAME_RATE_MISTAKE,
        'format[0].quality: "52" is not a number from 0 to 51',
        'format[0].tag_video: "hvc1" is not one of avc1',
        'format[0].video_codec_parameters.refs: "99" is not a whole number from 0 to 16',
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("logo", {"source": "http://h/l.png"}),
        ("subtitles", {"sources": [{"source": "http://h/s.srt", "language": "eng"}]}),
        ("subtitles_copy", 1),
        ("audio_pan", '{"c0": "c1"}'),
        ("optimize_bitrate", "1"),
        ("max_crf", 30),
        ("color_space", "bt709"),
        ("keep_360_metadata", True),
        ("encryption", {"key": "0" * 32}),
        ("forensic_watermark", {"doverunner_wm_key": "x"}),
    ],
)
def test_what_would_change_the_video_is_refused(name: str, value: object) -> None:
    """A video without its logo is not the video that was asked for; what switches such a thing off changes nothing."""
    with pytest.raises(QueryError, match=rf"^format\[0\]\.{name}: is not "):
        _parse(json.dumps({"output": "mp4", name: value}))
    for off in (0, "0", False, "", None, [], {}):
        assert _parse(json.dumps({"output": "mp4", name: off})).warnings == ()


def test_colours_of_the_source_are_kept_anyway() -> None:
    """1 asks for what is done."""
    assert _parse('{"output": "mp4", "color_space": 1, "color_range": "1"}').warnings == ()


def test_what_means_nothing_for_a_video_is_a_warning() -> None:
    """Parameters of other outputs, or of what is not made here, are told, not silently dropped."""
    query = _parse('{"output": "mp4", "segment_duration": 9, "interval": 5, "shine": 1, "tag": "t"}')
    assert [warned.message for warned in query.warnings] == [
        "format[0].interval means nothing for this output",
        "format[0].segment_duration is for streams of segments, which are not made here yet",
        "format[0].shine is not known here and was ignored",
    ]


def test_parameters_survive_json() -> None:
    """What is stored between two steps of a job is what the client asked for."""
    mp4 = _mp4(size="320x240", keyframe="3s", video_codec_parameters={"flags2": "-bpyramid", "max_rate": 1.5})
    assert Mp4.model_validate_json(mp4.model_dump_json()) == mp4


def test_the_plan_is_one_file_that_the_destination_names() -> None:
    """An mp4 is one file, made in one go, from a whole copy of the source."""
    assert _mp4().plan(_INFO).groups == (Group("video", ("",), is_joinable=True, needs_all=False),)
    assert not _mp4().is_folder
    assert _mp4().reads_whole_source
    assert _mp4(file_extension=".m4v").temporary_name() == "video.m4v"


def test_a_source_without_video_is_refused() -> None:
    """An audio file cannot become a video."""
    with pytest.raises(StreamMissingError, match="has no video"):
        _mp4().plan(replace(_INFO, video=None))


def test_a_clip_behind_the_end_is_refused() -> None:
    """A clip of nothing is a mistake that is told before anything is done."""
    with pytest.raises(OutputError, match=r"start_time: 200 is not before .*, which lasts 185\.000 s"):
        _mp4(start_time=200).plan(_INFO)


@pytest.mark.parametrize(
    ("asked", "video", "warning"),
    [
        ({"height": 1080}, _VIDEO, "The video is 1280x720, not 1920x1080: it is never larger"),
        ({}, replace(_VIDEO, color=ColorInfo(9, 16, 9)), "The video keeps the source's high dynamic range (pq)"),
        ({}, replace(_VIDEO, field_order=FieldOrder.TOP_FIRST), "The source is interlaced and stays so"),
        ({"two_pass": 1}, _VIDEO, "two_pass needs a bitrate"),
        ({"pix_format": "yuv422p", "profile": "main"}, _VIDEO, "pix_format yuv422p needs the H.264 profile high422"),
    ],
)
def test_what_had_to_give_is_told(asked: dict[str, object], video: VideoStream, warning: str) -> None:
    """Where a wish is not fulfilled to the letter, the client learns it."""
    (message,) = _mp4(**asked).plan(replace(_INFO, video=video)).warnings
    assert message.startswith(warning)


def test_nothing_is_warned_of_without_need() -> None:
    """Wishes that are fulfilled make no noise, nor does the last pixel of an odd side."""
    assert _mp4(height=360, bitrate=300, two_pass=1, deinterlace=1).plan(_INFO).warnings == ()
    odd = replace(_VIDEO, coded_size=FrameSize(321, 241))
    assert _mp4().plan(replace(_INFO, video=odd)).warnings == ()
    assert _mp4(height=1080).plan(_INFO, upscale=True).warnings == ()


def test_the_result_tells_size_length_and_rate_in_their_units() -> None:
    """What the status tells of a video follows from its file and its plan."""
    made = Artifact("", "video/mp4", 3_840_000, duration_seconds=Fraction(60))
    result = _mp4(size="320x240", duration=60, framerate="29.97").result(_INFO, [made])
    assert (result.kind, result.output_format, result.storage_format) == (MediaKind.VIDEO, "mp4", "mp4")
    assert (result.duration_seconds, result.size_bytes, result.bitrate_kbps) == (60, 3_840_000, 512)
    assert result.meta == {
        "resolution_width": 320,
        "resolution_height": 240,
        "width": 320,
        "height": 240,
        "resolution": 240,
        "framerate": "30000/1001",
        "codec": "h264",
        "dar": "4:3",
        "sar": "1:1",
        "aspect_ratio": 1.333333,
        "bitrate": "512000",
        "audio_codec": "aac",
    }


def test_the_result_of_a_silent_source_has_no_audio_codec() -> None:
    """Sound that is not there is not described."""
    made = Artifact("", "video/mp4", 1000, duration_seconds=Fraction(1))
    assert _mp4().result(replace(_INFO, audio=()), [made]).meta["audio_codec"] is None
