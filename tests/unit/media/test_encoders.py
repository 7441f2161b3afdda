"""Which arguments drive each encoder, and what does each say that it cannot do?"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from filmstrip.media.transcoding.encoders._base import Pass
from filmstrip.media.transcoding.encoders.registry import audio_encoders, audio_names, video_encoders, video_names
from filmstrip.params.audio_stream import AudioEncoding
from filmstrip.params.video_stream import VideoEncoding


def _video(name: str, asked: Mapping[str, object], settings: Mapping[str, object] | None = None) -> VideoEncoding:
    parameters = video_encoders()[name].parameters.model_validate(settings or {})
    return VideoEncoding.model_validate({**asked, "video_codec_parameters": parameters})


def _arguments(name: str, asked: Mapping[str, object], settings: Mapping[str, object] | None = None) -> str:
    return " ".join(video_encoders()[name].arguments(_video(name, asked, settings), Fraction(25)))


def test_encoders_are_found_by_looking() -> None:
    """Each module of the package is one, under every name that clients use for it."""
    assert set(video_encoders()) == {"libx264", "libx265", "libsvtav1", "libvpx", "libvpx-vp9"}
    assert {"aac", "libfdk_aac", "libopus", "opus", "libvorbis", "vorbis", "libmp3lame", "mp3", "flac"} <= set(
        audio_encoders()
    )
    assert video_names(["vp8", "vp9"]) == ("libvpx", "libvpx-vp9")
    assert audio_names(["opus"]) == ("libopus", "opus")


@pytest.mark.parametrize("name", list(video_encoders()))
def test_options_are_pairs_of_a_stream(name: str) -> None:
    """So that they can be those of one of several streams, each option ends in what kind of stream it is about."""
    video = _video(name, {"keyframe": "3s", "bitrate": 100}, {"max_rate": 200})
    arguments = video_encoders()[name].arguments(video, Fraction(25), Pass(1, Path("/w/s")), 2)
    options, values = arguments[::2], arguments[1::2]
    assert len(options) == len(values)
    assert all(option.startswith("-") and option.endswith(":v") for option in options), options


@pytest.mark.parametrize("name", list(audio_encoders()))
def test_options_are_pairs_of_an_audio_stream(name: str) -> None:
    """As above."""
    arguments = audio_encoders()[name].arguments(AudioEncoding())
    assert all(option.startswith("-") and option.endswith(":a") for option in arguments[::2]), arguments


_X265 = "-forced-idr:v 1 -x265-params:v log-level=warning:open-gop=0"


@pytest.mark.parametrize(
    ("name", "asked", "settings", "arguments"),
    [
        ("libx265", {}, {}, f"-codec:v libx265 -preset:v medium -crf:v 28 -g:v 90 {_X265}"),
        (
            "libx265",
            {"quality": 20, "bitrate": 500, "keyframe": 60},
            {"preset": "fast"},
            (
                "-codec:v libx265 -preset:v fast -crf:v 20 -maxrate:v 500000 -bufsize:v 1000000 -g:v 60"
                f" {_X265}:scenecut=0"
            ),
        ),
        (
            "libx265",
            {"bitrate": 500},
            {"max_rate": 800, "min_rate": "100", "bufsize": 900},
            (
                "-codec:v libx265 -preset:v medium -b:v 500000 -maxrate:v 800000 -bufsize:v 900000 -minrate:v 100000"
                f" -g:v 90 {_X265}"
            ),
        ),
        ("libsvtav1", {}, {}, "-codec:v libsvtav1 -preset:v 5 -crf:v 35 -g:v 90"),
        (
            "libsvtav1",
            {"keyframe": 60},
            {"preset": "13", "aq_mode": 2, "enable_dlf": "0", "film_grain": 1},
            "-codec:v libsvtav1 -preset:v 13 -crf:v 35 -g:v 60 -svtav1-params:v aq-mode=2:film-grain=1:enable-dlf=0",
        ),
        (
            "libvpx-vp9",
            {},
            {},
            "-codec:v libvpx-vp9 -deadline:v good -cpu-used:v 2 -row-mt:v 1 -crf:v 32 -b:v 0 -g:v 90",
        ),
        (
            "libvpx-vp9",
            {"quality": 20, "bitrate": 500, "keyframe": 60},
            {"preset": "best"},
            (
                "-codec:v libvpx-vp9 -deadline:v best -cpu-used:v 0 -row-mt:v 1 -crf:v 20 -b:v 500000"
                " -g:v 60 -keyint_min:v 60"
            ),
        ),
        (
            "libvpx-vp9",
            {"bitrate": 500, "keyframe": "1.5s"},
            {"max_rate": 600},
            (
                "-codec:v libvpx-vp9 -deadline:v good -cpu-used:v 2 -row-mt:v 1 -b:v 500000 -maxrate:v 600000"
                " -bufsize:v 1200000 -force_key_frames:v expr:gte(t+0.0005,n_forced*1.5)"
                " -g:v 100000000 -keyint_min:v 100000000"
            ),
        ),
        (
            "libvpx-vp9",
            {"bitrate": 500, "keyframe": "2s", "two_pass": 1},
            {},
            ("-codec:v libvpx-vp9 -deadline:v good -cpu-used:v 2 -row-mt:v 1 -b:v 500000 -g:v 50 -keyint_min:v 50"),
        ),
        ("libvpx", {}, {}, "-codec:v libvpx -deadline:v good -cpu-used:v 2 -crf:v 20 -b:v 200M -g:v 90"),
        (
            "libvpx",
            {},
            {"preset": "realtime", "max_rate": 700},
            "-codec:v libvpx -deadline:v realtime -cpu-used:v 6 -crf:v 20 -b:v 700000 -g:v 90",
        ),
    ],
)
def test_what_is_asked_for_reaches_the_encoder(
    name: str, asked: dict[str, object], settings: dict[str, object], arguments: str
) -> None:
    """Each encoder has the options that it heeds, its rates in kbit/s, and a grid of keyframes without others."""
    assert _arguments(name, asked, settings) == arguments


def test_a_second_pass_uses_what_the_first_one_measured() -> None:
    """x265 keeps its own account, whose path may have any characters; libvpx measures fast."""
    x265, vp9 = video_encoders()["libx265"], video_encoders()["libvpx-vp9"]
    video = VideoEncoding(bitrate=Fraction(100), two_pass=True)
    statistics = Path("/w/a:b'=\\/output.pass")
    for number in (1, 2):
        words = x265.arguments(video, None, Pass(number, statistics), 3)[-1]
        assert words.endswith(f":pools=3:pass={number}:stats=/w/a\\:b\\'\\=\\\\/output.pass-x265.log")
    first, second = (vp9.arguments(video, None, Pass(number, statistics)) for number in (1, 2))
    assert (first[first.index("-cpu-used:v") + 1], second[second.index("-cpu-used:v") + 1]) == ("4", "2")
    assert second[-4:] == ["-pass:v", "2", "-passlogfile:v", str(statistics)]


@pytest.mark.parametrize(
    ("name", "asked", "used", "warnings"),
    [
        ("libopus", {}, "48000 64k", []),
        (
            "libopus",
            {"audio_sample_rate": 22050, "audio_channels_number": 1},
            "24000 64k",
            ["24000 samples a second, not 22050"],
        ),
        ("libopus", {"audio_sample_rate": 96000}, "48000 64k", ["48000 samples a second, not 96000"]),
        ("libopus", {"audio_bitrate": 600}, "48000 512k", ["512 kbit/s, not 600"]),
        ("libvorbis", {}, "44100 64k", []),
        ("libvorbis", {"audio_bitrate": 16}, "44100 45k", ["45 kbit/s, not 16"]),
        ("libvorbis", {"audio_bitrate": 64, "audio_channels_number": 6}, "44100 192k", ["192 kbit/s, not 64"]),
        ("libmp3lame", {"audio_bitrate": 8, "audio_sample_rate": 16000}, "16000 8k", []),
        ("libmp3lame", {"audio_bitrate": 8}, "44100 32k", ["32 kbit/s, not 8"]),
        ("libmp3lame", {"audio_bitrate": 300, "audio_sample_rate": 48000}, "48000 320k", ["320 kbit/s, not 300"]),
        ("aac", {"audio_bitrate": 1024}, "44100 529k", ["529 kbit/s, not 1024"]),
        ("aac", {"audio_bitrate": 529}, "44100 529k", []),
        (
            "aac",
            {"audio_bitrate": 64, "audio_sample_rate": 8000, "audio_channels_number": 1},
            "8000 48k",
            ["48 kbit/s, not 64"],
        ),
        ("libvorbis", {"audio_bitrate": 320, "audio_sample_rate": 8000}, "8000 84k", ["84 kbit/s, not 320"]),
    ],
)
def test_sound_that_a_codec_does_not_know_becomes_the_nearest_and_is_told(
    name: str, asked: dict[str, object], used: str, warnings: list[str]
) -> None:
    """Nothing is encoded otherwise than asked for without a word; nothing is said of what nobody asked for."""
    audio, encoder = AudioEncoding.model_validate(asked), audio_encoders()[name]
    arguments = encoder.arguments(audio)
    assert f"{arguments[arguments.index('-ar:a') + 1]} {arguments[arguments.index('-b:a') + 1]}" == used
    told = list(encoder.compromises(audio))
    assert len(told) == len(warnings)
    assert all(words in sentence for words, sentence in zip(warnings, told, strict=True))


def test_a_grid_that_two_passes_cannot_keep_is_told() -> None:
    """libvpx shares out its bits over fixed distances alone: by time between frames, it adds keyframes at cuts."""
    vp9 = video_encoders()["libvpx-vp9"]
    video = VideoEncoding.model_validate({"bitrate": 500, "keyframe": "1.5s", "two_pass": 1})
    arguments = vp9.arguments(video, Fraction(25), Pass(2, Path("/w/s")))
    assert "-keyint_min:v" not in arguments
    assert "-force_key_frames:v" in arguments
    (told,) = vp9.compromises(video, Fraction(25))
    assert told.startswith("There are keyframes at scene cuts too")
    assert list(vp9.compromises(video, Fraction(30))) == []


@pytest.mark.parametrize("name", ["libx265", "libsvtav1", "libvpx", "libvpx-vp9"])
def test_what_is_about_h264_is_told(name: str) -> None:
    """Profile and level of H.264 do nothing for another codec."""
    video = VideoEncoding.model_validate({"profile": "high", "level": 41})
    told = list(video_encoders()[name].compromises(video, None))
    assert [sentence.partition(" ")[0] for sentence in told] == ["profile", "level"]


@pytest.mark.parametrize(
    ("name", "asked", "settings", "told"),
    [
        ("libsvtav1", {"bitrate": 200}, {"max_rate": 400, "bufsize": 400}, ["max_rate was ignored"]),
        ("libsvtav1", {"quality": 30, "bitrate": 200}, {"min_rate": 100}, ["min_rate was ignored"]),
        ("libsvtav1", {"quality": 30}, {"bufsize": 100}, ["bufsize was ignored"]),
        ("libsvtav1", {"bitrate": 200}, {"bufsize": 1}, ["bufsize is 4, not 1"]),
        ("libsvtav1", {"bitrate": 200}, {"bufsize": 4000}, ["bufsize is 2000, not 4000"]),
        ("libsvtav1", {"quality": 0}, {"preset": 12}, ["quality is 1, not 0", "preset is 10, not 12"]),
        ("libsvtav1", {"quality": 3}, {"preset": 11}, ["preset is 10, not 11"]),
        ("libsvtav1", {"quality": 3, "bitrate": 300}, {"preset": 10}, []),
        ("libsvtav1", {"quality": 4}, {"preset": 13}, []),
        ("libvpx-vp9", {"quality": 30}, {"min_rate": 1, "bufsize": 2}, ["min_rate was ignored", "bufsize was ignored"]),
        ("libvpx", {}, {"min_rate": 1, "max_rate": 2}, ["min_rate was ignored"]),
        ("libvpx", {"bitrate": 90}, {"min_rate": 1, "max_rate": 2, "bufsize": 3}, []),
        ("libvpx", {"quality": 20.5}, {}, ["quality is 20, not 20.5"]),
        ("libx264", {"quality": 0}, {"bufsize": 1}, ["quality is 1, not 0", "bufsize was ignored"]),
        ("libx264", {"quality": 20, "bitrate": 90}, {"bufsize": 1, "min_rate": 1}, ["min_rate was ignored"]),
        ("libx265", {"bitrate": 90}, {"bufsize": 1}, ["bufsize was ignored"]),
        ("libx265", {"bitrate": 90}, {"bufsize": 1, "max_rate": 100}, []),
    ],
)
def test_limits_that_an_encoder_does_not_keep_are_told(
    name: str, asked: dict[str, object], settings: dict[str, object], told: list[str]
) -> None:
    """Nothing is dropped or changed without a word, and no word is lost where all is done as asked."""
    warnings = list(video_encoders()[name].compromises(_video(name, asked, settings), Fraction(25)))
    assert [words.partition(":")[0] for words in warnings] == told


def test_limits_that_svt_refuses_do_not_reach_it() -> None:
    """It takes a ceiling beside a quality alone, and fails otherwise."""
    words = _arguments("libsvtav1", {"bitrate": 200}, {"max_rate": 400, "min_rate": 100, "bufsize": 1})
    assert words == "-codec:v libsvtav1 -preset:v 5 -b:v 200000 -bufsize:v 4000 -g:v 90"
    words = _arguments("libsvtav1", {"quality": 2}, {"max_rate": 400, "preset": 13})
    assert words == "-codec:v libsvtav1 -preset:v 10 -crf:v 2 -maxrate:v 400000 -bufsize:v 800000 -g:v 90"


def test_a_buffer_stays_within_what_ffmpeg_counts() -> None:
    """Two seconds of the highest bitrate that can be asked for are more bits than 32 bits count."""
    assert "-bufsize:v 2147483647" in _arguments("libx264", {"quality": 20}, {"max_rate": 2000})


def test_a_rate_that_was_meant_in_kilobits_is_told() -> None:
    """1500 Mbit/s is kept, as the published unit of libx264 says, and doubted; other encoders count otherwise."""
    encoder = video_encoders()["libx264"]
    told = list(encoder.compromises(_video("libx264", {}, {"max_rate": 1500, "bufsize": 200}), None))
    assert told == ["max_rate is 1500 Mbit/s: libx264 counts in Mbit/s, the other encoders in kbit/s"]
