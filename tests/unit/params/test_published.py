"""Each attribute that Qencode publishes is supported, without effect and told, or refused: in exactly one of these."""

from __future__ import annotations

import json
import re
from typing import ClassVar

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.outputs.registry import output_types, parse_query
from filmstrip.params.audio_stream import AudioEncoding
from filmstrip.params.destination import Destination
from filmstrip.params.format_parameters import FormatParameters
from filmstrip.params.published import PUBLISHED, SUPPORTED, Answer, Place
from filmstrip.params.query import TaskParameters
from filmstrip.params.query import parse_query as parse_any
from filmstrip.params.video_stream import VideoEncoding

# The published reference, attribute by attribute.
FORMAT = """
output destination start_time duration size width height resolution rotate aspect_ratio resize_mode framerate
framerate_limit keyframe quality bitrate two_pass optimize_bitrate min_crf max_crf adjust_crf pix_format video_codec
profile level video_codec_parameters tag_video hdr_to_sdr deinterlace audio_codec audio_bitrate audio_sample_rate
audio_channels_number audio_mute audio_pan segment_duration playlist_name stream i_frames_only fmp4
create_m3u8_playlist separate_audio single_folder packager_version time frame_number interval image_format sprite
columns subtitles logo color_space color_range color_trc color_primaries tag user_tag incremental_tag cenc_drm fps_drm
encryption buydrm_drm forensic_watermark metadata_version audio_copy video_copy subtitles_copy metadata_copy
file_extension transcript json srt vtt transcript_name json_name srt_name vtt_name mode language translate_languages
allow_soft_fail vmaf_model distorted n_subsample shortest keep_360_metadata inject_360_metadata
"""
QUERY = """
source stitch format callback_url use_subtask_callback refresh_playlist retry_on_error upscale encoder_version
"""
DESTINATION = "url key secret permissions storage_class cache_control is_passive use_tls tcp_port udp_port"
REFERENCE = {Place.QUERY: QUERY, Place.FORMAT: FORMAT, Place.DESTINATION: DESTINATION}


@pytest.mark.parametrize("place", list(SUPPORTED))
def test_each_published_attribute_has_one_answer(place: Place) -> None:
    """None is silently ignored, and none is in two states."""
    answered = {attribute.name for attribute in PUBLISHED if attribute.place is place}
    assert not answered & SUPPORTED[place]
    missing = set(REFERENCE[place].split()) - answered - SUPPORTED[place]
    assert missing == set()


def test_what_is_called_supported_is_a_parameter() -> None:
    """By some output at least."""
    formats = {name for kind in output_types().values() for name in kind.wire_names()} | {"output"}
    assert SUPPORTED[Place.FORMAT] <= formats
    assert SUPPORTED[Place.QUERY] <= TaskParameters.wire_names() | {"format"}
    assert SUPPORTED[Place.DESTINATION] <= Destination.wire_names()


def test_no_parameter_of_an_output_is_refused() -> None:
    """What an output has learned is taken off the list."""
    formats = {name for kind in output_types().values() for name in kind.wire_names()}
    listed = {attribute.name for attribute in PUBLISHED if attribute.place is Place.FORMAT}
    assert formats & listed == set()


def test_a_refusal_says_what_is_not_made() -> None:
    """Each reason goes on a sentence that begins with the name of the attribute."""
    for attribute in PUBLISHED:
        assert attribute.reason.startswith(("is ", "has ")), attribute
        assert attribute.answer is not Answer.SUPPORTED


def test_a_refusal_says_what_to_do() -> None:
    """What is refused is not made at all: no reason tells what a result would be like that there is not."""
    for attribute in PUBLISHED:
        if attribute.answer is Answer.REFUSED:
            advice = attribute.reason.partition(": ")[2]
            assert advice.startswith(("leave it out ", "say ", "join ")), attribute


def test_advice_names_what_the_output_has() -> None:
    """An output is not told to use a parameter that it has not."""
    kinds = output_types()
    for attribute in PUBLISHED:
        if attribute.answer is Answer.REFUSED and attribute.place is Place.FORMAT:
            words = set(re.findall(r"[a-z_]+", attribute.reason)) & {"quality", "bitrate", "hdr_to_sdr"}
            for output, kind in kinds.items():
                known = kind.wire_names()
                assert words <= known or not attribute.outputs.include(output, known), (attribute.name, output)


@pytest.mark.parametrize("name", ["optimize_bitrate", "min_crf", "color_space", "audio_pan", "inject_360_metadata"])
def test_a_gif_has_no_encoding_to_be_told_about(name: str) -> None:
    """What is about quality, colours or sound means nothing for it, which a warning tells."""
    query = parse_query(json.dumps({"query": {"source": "http://h/f", "format": [{"output": "gif", name: 5}]}}))
    assert [f"{name} means nothing for this output" in warned.message for warned in query.warnings] == [True]


@pytest.mark.parametrize("name", ["logo", "subtitles", "subtitles_copy"])
def test_a_gif_without_what_would_be_seen_is_refused(name: str) -> None:
    """A picture without its logo is not what was asked for."""
    document = {"query": {"source": "http://h/f", "format": [{"output": "gif", name: [{"source": "http://h/x"}]}]}}
    with pytest.raises(QueryError, match=rf"format\[0\].{name}: is not .*: leave it out for a video without"):
        parse_query(json.dumps(document))


class _ToySound(FormatParameters, AudioEncoding):
    """An output of sound that nobody has heard of."""

    output_name: ClassVar[str] = "toy_sound"


class _ToyVideo(VideoEncoding, AudioEncoding, FormatParameters):
    """An output of video that nobody has heard of."""

    output_name: ClassVar[str] = "toy_video"


class _ToyText(FormatParameters):
    """An output without sound or pictures."""

    output_name: ClassVar[str] = "toy_text"


_TOYS: dict[str, type[FormatParameters]] = {kind.output_name: kind for kind in (_ToySound, _ToyVideo, _ToyText)}
_OF_SOUND = {"audio_pan"}
_OF_VIDEO = {"logo", "subtitles", "min_crf", "color_space", "inject_360_metadata"}


@pytest.mark.parametrize(
    ("output", "refused"),
    [("toy_sound", _OF_SOUND), ("toy_video", _OF_SOUND | _OF_VIDEO), ("toy_text", set())],
)
def test_what_a_new_output_would_lack_is_refused(output: str, refused: set[str]) -> None:
    """What it has is told by its own parameters: no list names it, and no sound is another than was asked for."""
    for name in sorted(_OF_SOUND | _OF_VIDEO):
        text = json.dumps({"query": {"source": "http://h/f", "format": [{"output": output, name: 5}]}})
        if name in refused:
            with pytest.raises(QueryError, match=rf"format\[0\].{name}: is not "):
                parse_any(text, _TOYS)
        else:
            (warned,) = parse_any(text, _TOYS).warnings
            assert warned.message.endswith(f"{name} means nothing for this output")
