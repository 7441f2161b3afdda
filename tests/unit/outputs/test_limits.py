"""How much processor time may a piece of work take, and how long may an output be?"""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from filmstrip.domain.errors import LimitExceededError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import AudioStream, MediaInfo
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs._base import Effort, Group
from filmstrip.outputs._rendering import Rendering
from filmstrip.outputs.child.limits import check_length, within_processor_time
from filmstrip.outputs.mp4.output import Mp4
from filmstrip.outputs.registry import output_types
from filmstrip.outputs.thumbnails.output import Thumbnails
from filmstrip.params.format_entry import parse_entry
from filmstrip.storage.source_reference import SourceReference, SourceVersion
from stream_facts import VIDEO

SETTINGS = MediaSettings()
DAY = 24 * 3600


def film(seconds: int, size_bytes: int | None, **video: Any) -> MediaInfo:
    return MediaInfo("mov", Fraction(seconds), Fraction(0), size_bytes, replace(VIDEO, **video))


def allowed(info: MediaInfo, document: str | None = None, names: int = 1, *, upscale: bool = False) -> int:
    source = SourceReference("http://host/film", SourceVersion(info.size_bytes))
    group = Group("group", tuple(map(str, range(names))))
    output = parse_entry(document, output_types()) if document else None
    effort = Effort() if output is None else output.effort(info)
    rendering = Rendering(document or "", group, info, Path(), upscale, effort=effort)
    return within_processor_time(SETTINGS, source, (rendering,) if document else ()).cpu_limit_seconds


def test_a_probe_gets_time_by_size() -> None:
    """Two minutes are enough for anything, and a second for each megabyte; the setting is the most."""
    assert allowed(film(10, 28_000)) == 120
    assert allowed(film(10, 10**9)) == 1120
    assert allowed(film(10, 10**12)) == DAY
    assert allowed(film(10, None)) == DAY


def test_a_film_gets_time_by_its_pixels() -> None:
    """What is decoded, what is encoded, how often, and how large at most."""
    info = film(10, 10**7)
    pixels = 250 * 1920 * 1080
    assert allowed(info, '{"output": "mp4"}') == 125 + int(pixels / 5e6 + pixels / 1e6)
    two_pass = '{"output": "mp4", "two_pass": 1, "bitrate": 500}'
    assert allowed(info, two_pass) == 125 + int(pixels / 5e6 + 2 * pixels / 1e6)
    assert allowed(info, '{"output": "mp4"}', upscale=True) == 125 + int(pixels / 5e6 + 250 * 3840 * 2160 / 1e6)
    assert allowed(info, '{"output": "thumbnails"}', 500) == 120 + 2500 + int(pixels / 5e6)
    assert allowed(film(7200, 10**9), '{"output": "mp4"}') == DAY


def test_what_is_made_together_gets_the_time_of_all() -> None:
    """One process that makes several videos may take what they would take one by one, and no more than one may."""
    info, document = film(10, 10**7), '{"output": "mp4"}'
    rendering = Rendering(document, Group("video", ("",)), info, Path(), effort=Effort(1))
    reference = SourceReference("http://host/film", SourceVersion(info.size_bytes))
    alone = within_processor_time(SETTINGS, reference, (rendering,)).cpu_limit_seconds
    together = within_processor_time(SETTINGS, reference, (rendering,) * 3).cpu_limit_seconds
    assert together - 120 == pytest.approx(3 * (alone - 120), abs=3)
    tight = replace(SETTINGS, cpu_limit_seconds=alone)
    assert within_processor_time(tight, reference, (rendering,) * 3).cpu_limit_seconds == alone


def test_slow_encoders_get_more() -> None:
    """Each encoder says how slow it may be; a whole recording has the time that its sound takes."""
    info = film(10, 10**7)
    pixels = 250 * 1920 * 1080
    for document, effort in (
        ('{"output": "mp4", "video_codec": "libx265"}', 50),
        ('{"output": "mp4", "video_codec": "libsvtav1"}', 20),
        ('{"output": "webm"}', 50),
        ('{"output": "webm", "video_codec": "libvpx"}', 5),
    ):
        assert allowed(info, document) == 125 + int(pixels / 5e6 + effort * pixels / 1e6)
    recording = replace(film(7200, 10**8), video=None, audio=(AudioStream(0, "aac", 48000, 2),))
    assert allowed(recording, '{"output": "mp3"}') == 125 + 1800


def test_moving_pictures_get_time_by_their_frames() -> None:
    """However tiny the source is, what is made of it takes as long as it is large: a still picture may fill a GIF."""
    tiny = film(3600, 3000, coded_size=FrameSize(16, 16))
    alone = allowed(tiny, '{"output": "thumbnail"}')
    assert alone < 160
    pixels = 100 * 3000 * 3000
    gif = '{"output": "gif", "size": "3000x3000", "duration": 10}'
    assert allowed(tiny, gif) == alone + pixels // 10**6
    for image_format, effort in (("gif", 1), ("webp", 2), ("mp4", 1)):
        entry = {"output": "animated_preview", "image_format": image_format, "size": "3000x3000", "count": 10}
        assert allowed(tiny, json.dumps(entry)) == alone + effort * pixels // 10**6


def test_a_small_file_that_claims_much_gets_little() -> None:
    """However long a source claims to be, it gets no more than ten seconds for each kilobyte."""
    claimed = film(16_712, 28_000, coded_size=FrameSize(320, 240))
    assert allowed(claimed, '{"output": "mp4"}') == 120 + 280 + 5
    assert allowed(film(10**9, 28_000, frame_rate=Fraction(10**6)), '{"output": "mp4"}') == 120 + 280 + 5


def test_the_setting_is_the_most() -> None:
    """Nobody gets more than the operator allows."""
    tight = replace(SETTINGS, cpu_limit_seconds=7)
    reference = SourceReference("http://host/film", SourceVersion(10**9))
    assert within_processor_time(tight, reference, ()).cpu_limit_seconds == 7


@pytest.mark.parametrize("output", [Mp4(), Thumbnails(interval=10)])
def test_a_long_output_is_refused(output: Mp4 | Thumbnails) -> None:
    """Twelve hours are the most by default; a part of a longer source can be had."""
    long = film(12 * 3600 + 1, 10**9)
    with pytest.raises(LimitExceededError, match=r"43201 seconds.*at most 43200 \(its setting max_output_seconds\)"):
        check_length(output, long, SETTINGS)
    check_length(output, film(12 * 3600, 10**9), SETTINGS)
    check_length(output.model_copy(update={"duration": Fraction(60)}), long, SETTINGS)


def test_a_source_that_is_next_to_empty_is_refused() -> None:
    """28 KB cannot be four and a half hours of film: an hour of it is all that one gets."""
    empty = film(16_712, 28_000)
    with pytest.raises(LimitExceededError, match="claims to last 16712 seconds and holds 28000 bytes only"):
        check_length(Mp4(), empty, SETTINGS)
    check_length(Mp4(duration=Fraction(3600)), empty, SETTINGS)
    check_length(Mp4(), film(3600, 10), SETTINGS)
    check_length(Mp4(), film(16_712, None), SETTINGS)
    check_length(Mp4(), film(16_712, 16_712 * 8), SETTINGS)
