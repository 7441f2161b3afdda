"""Which arguments make ffmpeg transcode?"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from filmstrip.media.container import FORMATS
from filmstrip.media.ffmpeg_command import (
    AudioTrack,
    Cut,
    Transcode,
    VideoTrack,
    first_pass_arguments,
    plan_cut,
    second_pass_arguments,
    transcode_arguments,
)

_JOB = Transcode(
    source=Path("/in/source"),
    target=Path("/out/output.part"),
    cut=Cut(duration_seconds=Fraction(60)),
    video=VideoTrack(0, "scale=w=320:h=240", ("-codec:v", "libx264"), False, Fraction(1, 15360)),
    audio=AudioTrack(1, ("-codec:a", "aac"), language="eng"),
)
_RUN = "-hide_banner -loglevel repeat+level+warning -nostdin -nostats -progress pipe:1 -stats_period 0.5 -y"
_INPUT = f"-protocol_whitelist file,pipe -format_whitelist {FORMATS} -max_pixels 67108864 -threads 0"
_SOUND = "-map 0:1 -filter:a aresample=async=1:first_pts=0 -codec:a aac -metadata:s:a:0 language=eng"
_TARGET = "-map_metadata -1 -map_chapters -1 -max_muxing_queue_size 9999 -movflags +faststart -f mp4"


def test_the_whole_list() -> None:
    """The arguments of the plainest job, to the letter."""
    assert " ".join(transcode_arguments(_JOB)) == (
        f"{_RUN} {_INPUT} -i file:/in/source"
        " -map 0:0 -filter:v scale=w=320:h=240 -fps_mode:v vfr -enc_time_base:v demux -codec:v libx264"
        " -filter_threads 0 -threads:v 0 -t 60.000000"
        f" {_SOUND} {_TARGET} file:/out/output.part"
    )


def test_without_sound() -> None:
    """A source without sound makes a file without sound."""
    arguments = transcode_arguments(replace(_JOB, audio=None))
    assert "-map 0:1" not in " ".join(arguments)
    assert "aac" not in arguments


def test_muted_sound_is_silence() -> None:
    """A muted track is there, and silent."""
    job = replace(_JOB, audio=AudioTrack(1, (), is_muted=True))
    assert "aresample=async=1:first_pts=0,volume=volume=0" in transcode_arguments(job)


def test_rounded_time_stamps_are_left_to_ffmpeg() -> None:
    """Milliseconds of Matroska are rounded times: only exact ones are kept unit by unit."""
    for track in (replace(_JOB.video, time_base=Fraction(1, 1000)), replace(_JOB.video, has_constant_rate=True)):
        assert "-enc_time_base:v" not in transcode_arguments(replace(_JOB, video=track))


def test_two_passes_differ_only_in_what_they_write() -> None:
    """The first pass sees the same pictures as the second, keeps only statistics, and leaves out the sound."""
    statistics = Path("/out/output.pass")
    first, second = first_pass_arguments(_JOB, statistics), second_pass_arguments(_JOB, statistics)
    assert first[-6:] == ["1", "-passlogfile:v", "/out/output.pass", "-f", "null", "-"]
    common = first.index("-pass:v")
    assert second[:common] == first[:common]
    assert second[common : common + 4] == ["-pass:v", "2", "-passlogfile:v", "/out/output.pass"]
    assert second[-1] == "file:/out/output.part"


@pytest.mark.parametrize(
    ("container", "start", "cut"),
    [
        ("mov,mp4,m4a,3gp,3g2,mj2", 0, Cut(None, Fraction(0), Fraction(5))),
        ("mov,mp4,m4a,3gp,3g2,mj2", 30, Cut(Fraction(31), Fraction(0), Fraction(5))),
        ("matroska,webm", 30, Cut(Fraction(31), Fraction(0), Fraction(5))),
        ("mpegts", 30, Cut(Fraction(16), Fraction(15), Fraction(5))),
        ("mpegts", 10, Cut(None, Fraction(10), Fraction(5))),
        ("h264", 30, Cut(None, Fraction(30), Fraction(5))),
    ],
)
def test_clips_are_reached_as_the_container_allows(container: str, start: int, cut: Cut) -> None:
    """An index leads to the clip, a search to some time before it, and without either all is decoded."""
    assert plan_cut(container, Fraction(1), Fraction(start), Fraction(5)) == cut


def test_seeking_stands_before_the_input_and_skipping_behind() -> None:
    """ffmpeg jumps before the input is opened, and throws away after it is decoded."""
    arguments = transcode_arguments(replace(_JOB, cut=Cut(Fraction(16), Fraction("12.5"), None)))
    before, after = arguments[: arguments.index("-i")], arguments[arguments.index("-i") :]
    assert before[-4:] == ["-seek_timestamp", "1", "-ss", "16.000000"]
    assert after[after.index("-ss") + 1] == "12.500000"
    assert "-t" not in arguments
