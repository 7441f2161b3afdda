"""Does an mp4 show the right picture at the right time?"""

from fractions import Fraction
from pathlib import Path

import pytest

from assets import ASSETS, Asset
from assets.basic import X264
from assets.recipes import Encoding, Film
from frame_oracle import number_played_at
from mp4_bench import Encoded, encode, generate, moving_picture

_TICK = Fraction(1, 2000)  # containers round times to milliseconds


def _check_pictures(asset: Asset, encoded: Encoded, start: Fraction, count: int) -> None:
    """Every picture is the one that the source shows at that time, and none is missing."""
    numbers = encoded.numbers()
    assert len(numbers) == count
    assert numbers[0][0] == 0
    for time, number in numbers:
        assert number == number_played_at(asset, start + time + _TICK), f"at {float(time)} s"


@pytest.mark.parametrize(
    "name",
    [
        "plain.mp4",
        "plain.mkv",
        "plain.ts",
        "wrap.ts",
        "fragmented.mp4",
        "edit_list_cut.mp4",
        "ntsc_59_94.mp4",
        "vp9.webm",
    ],
)
def test_all_pictures_keep_their_times(name: str, tmp_path: Path) -> None:
    """Without a clip or a frame rate every picture of the source is there, at its own time, from 0."""
    asset = ASSETS[name]
    _check_pictures(asset, encode(asset.path, tmp_path), Fraction(0), asset.frame_count)


@pytest.mark.parametrize(
    "name", ["clock_back.ts", "clock_ahead.ts", "clock_back.vob", "clock_back.mpg", "clock_back_sound.ts"]
)
def test_where_the_clock_jumps_time_goes_on(name: str, tmp_path: Path) -> None:
    """Recordings put one behind the other become one video, also a clip that begins in the second of them."""
    asset = ASSETS[name]
    _check_pictures(asset, encode(asset.path, tmp_path / "all"), Fraction(0), asset.frame_count)
    _check_pictures(asset, encode(asset.path, tmp_path / "clip", start_time=5, duration=1), Fraction(5), 25)


@pytest.mark.parametrize("name", ["vfr.mp4", "vfr.mkv"])
def test_variable_frame_rates_are_kept(name: str, tmp_path: Path) -> None:
    """No picture is dropped or moved, even those that last a millisecond."""
    asset = ASSETS[name]
    times = [time for time, _ in encode(asset.path, tmp_path).numbers()]
    assert len(times) == asset.frame_count
    assert max(abs(made - true) for made, true in zip(times, asset.times, strict=True)) <= Fraction(1, 1000)


@pytest.mark.parametrize("name", ["film.ts", "film.mkv", "film.flv"])
@pytest.mark.parametrize("start", [30, 85])
def test_clips_begin_far_behind_a_keyframe(name: str, start: int, tmp_path: Path) -> None:
    """Where keyframes are half a minute and more apart, as in surveillance, decoding begins that far back."""
    source = tmp_path / name
    Encoding(Film(200, rate=Fraction(2)), f"{X264} -x264-params keyint=110:min-keyint=110:scenecut=0")(source)
    encoded = encode(source, tmp_path / "clip", start_time=start, duration=4)
    assert [number for _, number in encoded.numbers()] == list(range(2 * start, 2 * start + 8))


@pytest.mark.parametrize("start", ["1.6", "1.615", "5.999"])
@pytest.mark.parametrize("name", ["plain.mp4", "plain.mkv", "plain.ts", "start_100s.mp4", "endless_gop.mp4"])
def test_clips_begin_with_the_picture_on_screen(name: str, start: str, tmp_path: Path) -> None:
    """A clip begins with the picture played at its start, also between two pictures, in every container."""
    asset = ASSETS[name]
    encoded = encode(asset.path, tmp_path, start_time=start, duration="1.2")
    on_grid = Fraction(start) % Fraction(1, 25) == 0
    _check_pictures(asset, encoded, Fraction(start), 30 if on_grid else 31)
    assert float(encoded.result.duration_seconds or 0) == pytest.approx(1.2, abs=0.001)


def test_a_clip_in_a_pause_shows_the_picture_of_the_pause(tmp_path: Path) -> None:
    """Where the source shows one picture for long, a clip from the middle of it shows it from its start."""
    asset = ASSETS["vfr.mp4"]
    encoded = encode(asset.path, tmp_path, start_time="1.6", duration="1.2")
    assert encoded.numbers()[0] == (0, number_played_at(asset, Fraction("1.6")))


def test_a_clip_ends_although_its_picture_goes_on(tmp_path: Path) -> None:
    """A picture that lasts five hours in the source lasts 5 s in a clip of 5 s."""
    encoded = encode(ASSETS["hours_100.mp4"].path, tmp_path, start_time=36001, duration=5)
    assert encoded.result.duration_seconds == 5
    assert len(encoded.numbers()) == 1


def test_a_clip_of_a_bare_stream(tmp_path: Path) -> None:
    """Where nothing can be sought, clips are exact to a picture all the same."""
    encoded = encode(ASSETS["raw.h264"].path, tmp_path, start_time=2, duration=1)
    assert [number for _, number in encoded.numbers()] == list(range(50, 75))


def test_a_clip_beyond_the_end_stops_there(tmp_path: Path) -> None:
    """A clip that is longer than the source is as long as the source."""
    encoded = encode(ASSETS["plain.mp4"].path, tmp_path, start_time=9, duration=60)
    assert [number for _, number in encoded.numbers()] == list(range(225, 250))
    assert float(encoded.result.duration_seconds or 0) == pytest.approx(1, abs=0.05)


def test_sound_and_picture_stay_together_in_a_clip(tmp_path: Path) -> None:
    """A beep that begins with a picture begins with it in a clip too."""
    source = generate(
        tmp_path / "beep.mp4",
        *moving_picture(seconds=4),
        *("-f", "lavfi", "-i", "aevalsrc='if(gte(t,2),sin(2*PI*1000*t),0)':duration=4:sample_rate=48000"),
        *("-c:v", "libx264", "-g", "100", "-c:a", "aac"),
    )
    for start in (0, 0.99, 1.5):
        sound = encode(source, tmp_path / str(start), start_time=start, duration=1.9, audio_sample_rate=48000).sound()
        first_loud = int((abs(sound[0]) > 0.05).argmax()) if abs(sound[0]).max() > 0.05 else -1
        expected = 2 - start
        assert first_loud / 48000 == pytest.approx(expected, abs=0.03) if expected < 1.9 else first_loud == -1


def test_late_sound_stays_late(tmp_path: Path) -> None:
    """Sound that begins 2 s after the pictures is preceded by silence, not moved to the front."""
    sound = encode(ASSETS["late_sound.mp4"].path, tmp_path).sound()
    assert abs(sound[:, : int(1.9 * 44100)]).max() < 0.01
    assert abs(sound[:, int(2.1 * 44100) :]).max() > 0.01


@pytest.mark.parametrize(("asked", "rate"), [("29.97", Fraction(30000, 1001)), ("12.5", Fraction(25, 2)), ("30", 30)])
def test_a_frame_rate_is_exact(asked: str, rate: Fraction, tmp_path: Path) -> None:
    """An asked frame rate is constant and exact, also a fractional one."""
    encoded = encode(ASSETS["plain.mp4"].path, tmp_path, framerate=asked, duration=4)
    times = [time for time, _ in encoded.packets()]
    assert [round(time * rate) for time in times] == list(range(len(times)))
    assert max(abs(time - index / rate) for index, time in enumerate(times)) < Fraction(1, 10_000)
    assert len(times) == pytest.approx(4 * rate, abs=1)
    assert encoded.result.meta["framerate"] == f"{rate.numerator}/{rate.denominator}" if rate != 30 else "30/1"


def test_a_limit_slows_only_what_is_faster(tmp_path: Path) -> None:
    """framerate_limit caps a fast source and leaves a slow one alone."""
    limited = encode(ASSETS["plain.mp4"].path, tmp_path / "a", framerate_limit=10, duration=2)
    assert len(limited.packets()) == 20
    untouched = encode(ASSETS["plain.mp4"].path, tmp_path / "b", framerate_limit=30, duration=2)
    assert len(untouched.packets()) == 50


def test_keyframes_by_frames_are_exactly_there(tmp_path: Path) -> None:
    """keyframe 20 puts one at every 20th picture and nowhere else, also across scene cuts."""
    cuts = "color=red:size=64x64:duration=1.3[a];testsrc=size=64x64:duration=1.7[b];[a][b]concat"
    source = generate(tmp_path / "cuts.mp4", "-f", "lavfi", "-i", cuts)
    times = encode(source, tmp_path, fast=False, keyframe="20").keyframe_times()
    assert times == [Fraction(20 * index, 25) for index in range(len(times))]
    assert len(times) == 4


@pytest.mark.parametrize(("rate", "clip"), [("30000/1001", {}), ("25", {"start_time": "0.49"})])
def test_keyframes_by_seconds_are_at_the_first_picture_after(rate: str, clip: dict[str, str], tmp_path: Path) -> None:
    """keyframe 1s puts one at the first picture of each second, at any frame rate, counted from the clip's start."""
    source = generate(tmp_path / "s.mp4", *moving_picture("64x64", rate, 5))
    encoded = encode(source, tmp_path, keyframe="1s", **clip)
    firsts = {}
    for time, _ in encoded.packets():
        firsts.setdefault(int(time + Fraction(1, 10_000)), time)
    assert encoded.keyframe_times() == list(firsts.values())


def test_by_default_a_keyframe_comes_at_least_every_90_pictures(tmp_path: Path) -> None:
    """Without a wish the longest distance is 90 pictures."""
    source = generate(tmp_path / "s.mp4", *moving_picture("64x64", "25", 8))
    encoded = encode(source, tmp_path)
    assert encoded.keyframe_times() == [Fraction(90 * index, 25) for index in range(3)]


def test_progress_goes_from_encoding_to_verifying(tmp_path: Path) -> None:
    """Progress never goes back, and comes from ffmpeg's own account."""
    source = generate(tmp_path / "s.mp4", *moving_picture("640x360", "25", 20), "-preset", "ultrafast")
    progress = encode(source, tmp_path, fast=False).progress
    assert list(progress) == sorted(progress)
    assert len([share for share in progress if 0 < share < 0.9]) > 2
    assert 0.9 <= progress[-1] <= 1
