"""What is planned of moving pictures, before anything is decoded."""

from __future__ import annotations

import json
import tracemalloc
from fractions import Fraction

import pytest

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import FilmstripError, OutputError
from filmstrip.domain.media_info import AudioStream, MediaInfo
from filmstrip.outputs._moving_picture import MovingPicture
from filmstrip.outputs.registry import output_types
from filmstrip.params.format_entry import parse_entry
from stream_facts import VIDEO

SOUND = AudioStream(1, "aac", 48_000, 2)
MILLION_BYTES = 10**6


def film(seconds: int | str) -> MediaInfo:
    return MediaInfo("mov", Fraction(seconds), Fraction(0), 3000, VIDEO, (SOUND,))


def moving(**parameters: object) -> MovingPicture:
    output = parse_entry(json.dumps(parameters), output_types())
    assert isinstance(output, MovingPicture)
    return output


@pytest.mark.parametrize(
    "entry",
    [
        {"output": "gif", "framerate": 50},
        {"output": "gif", "framerate": 50, "size": "1x1"},
        {"output": "animated_preview", "framerate": 300, "count": 100, "moment_duration": 60, "size": "2x2"},
    ],
)
def test_a_claimed_length_costs_nothing(entry: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes may claim to last thirty years: that is refused without looking at one of their moments."""
    output = moving(**entry)
    monkeypatch.setattr(type(output), "moments", lambda _self, _info: pytest.fail("A plan needs no moments"))
    with pytest.raises(OutputError, match="are too many for one"):
        output.plan(film(10**9))
    few = moving(**entry | {"duration": "0.1", "framerate": 10, "count": 1})
    few.plan(film(10**9))
    few.result(film(10**9), [Artifact("", "image/gif", 100)])


@pytest.mark.parametrize("name", sorted(output_types()))
def test_no_output_is_planned_picture_by_picture(name: str) -> None:
    """Plans are made beside the requests of all clients: none grows with the length that a source claims."""
    output = parse_entry(json.dumps({"output": name}), output_types())
    tracemalloc.start()
    try:
        output.plan(film(10**9))
    except FilmstripError:
        pass
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 2 * MILLION_BYTES


@pytest.mark.parametrize("seconds", ["0", "0.001", "1", "1.05", "100"])
@pytest.mark.parametrize(
    "entry",
    [
        {"output": "gif"},
        {"output": "gif", "framerate": "30000/1001"},
        {"output": "gif", "framerate": 60, "start_time": "0", "duration": "0.7"},
        {"output": "animated_preview"},
        {"output": "animated_preview", "count": 3, "moment_duration": "0.35", "framerate": 24},
    ],
)
def test_as_many_moments_as_are_counted(entry: dict[str, object], seconds: str) -> None:
    """The plan counts what is made."""
    output, info = moving(**entry), film(seconds)
    moments = output.moments(info)
    assert len(moments) == output.frame_count(info)
    assert all(0 <= moment <= info.duration_seconds for moment in moments)


@pytest.mark.parametrize("image_format", ["webp", "gif", "mp4"])
@pytest.mark.parametrize("moment_duration", ["0.001", "0.5", "1", "60"])
def test_a_slow_preview_is_no_longer_than_its_moments(image_format: str, moment_duration: str) -> None:
    """One frame of each moment stays no longer than the moment: a slower rate is raised, which is told."""
    slow = moving(
        output="animated_preview", framerate="0.001", moment_duration=moment_duration, image_format=image_format
    )
    info = film(10_000)
    least = min(Fraction(10), 1 / Fraction(moment_duration))
    assert (slow.shown_rate, slow.frame_count(info)) == (least, 6)
    assert slow.encoding.duration(6) == pytest.approx(6 / least, abs=0.01)
    assert slow.plan(info).warnings == (
        f"framerate: 0.001 is {float(least):.4g} here, as a frame stays no longer than the moment that it is of",
    )
    quick = moving(output="animated_preview", framerate=24, moment_duration=moment_duration, image_format=image_format)
    assert quick.shown_rate == 24
    assert not quick.plan(info).warnings


@pytest.mark.parametrize(
    "entry",
    [
        {"output": "gif", "size": "16000x16000"},
        {"output": "animated_preview", "image_format": "webp", "size": "8192x2050", "count": 1},
        {"output": "animated_preview", "image_format": "mp4", "size": "8192x2050", "count": 1},
    ],
)
def test_frames_that_are_too_large(entry: dict[str, object]) -> None:
    """A single frame has its limit too, below what readers take for a bomb and what encoders take long for."""
    with pytest.raises(OutputError, match=r"frames have at most 16777216 pixels, .* has more; ask for a smaller width"):
        moving(**entry, duration="0.1", framerate=1).plan(film(10))


def test_frames_that_are_cut_out_of_huge_ones() -> None:
    """The picture before it is cut to size is made as well."""
    with pytest.raises(OutputError, match="the picture before it is cut to size"):
        moving(output="gif", size="16x16000", resize_mode="crop", duration="0.1").plan(film(10))
