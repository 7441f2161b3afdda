"""Are moving pictures of the frames that they should be of, in their order and for their time?"""

from __future__ import annotations

import subprocess
import sys
import threading
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

import barcode
from assets import ASSETS
from filmstrip.domain.errors import OutputError, OutputInvalidError, SourceUnreadableError, StreamMissingError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.moving_picture import GIF_LEAST_FRAMES_PER_SECOND, MovingEncoding, MovingFormat
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.pictures.frame_file import FrameFile
from filmstrip.media.pictures.moving_check import check_moving_picture
from filmstrip.media.pictures.moving_picture import write_moving_picture
from filmstrip.outputs import _moving_rendering
from filmstrip.outputs._pulse import Pulse
from filmstrip.outputs.animated_preview.output import AnimatedPreview
from frame_oracle import number_played_at
from output_runs import run_output

pytestmark = pytest.mark.timeout(120)

Shown = tuple[float, Image.Image]
"""For how many seconds a picture is shown, and it."""


def shown_in(path: Path) -> list[Shown]:
    """Read a moving picture, whatever its format."""
    head = path.read_bytes()[:12]
    if head[4:8] == b"ftyp":
        with av.open(str(path)) as container:
            frames = list(container.decode(video=0))
            return [(float((frame.duration or 0) * (frame.time_base or 0)), frame.to_image()) for frame in frames]
    assert head[:6] == b"GIF89a" or (head[:4], head[8:]) == (b"RIFF", b"WEBP")
    with Image.open(path) as image:
        return [_shown(frame) for frame in ImageSequence.Iterator(image)]


def _shown(frame: Image.Image) -> Shown:
    frame.load()
    return frame.info["duration"] / 1000, frame.convert("RGB")


def numbers_at(path: Path, moments: list[float]) -> list[int]:
    """Read the numbers that are burnt into the pictures shown at some moments of a file."""
    shown = shown_in(path)
    begins = [0.0, *accumulate(seconds for seconds, _ in shown)]
    indices = [max(n for n, begin in enumerate(begins[:-1]) if begin <= moment + 0.006) for moment in moments]
    return [barcode.read_number(shown[index][1]) for index in indices]


@pytest.mark.parametrize("name", ["plain.mp4", "vfr.mkv", "rotated_90.mp4", "empty_edit.mp4", "hdr10.mp4"])
def test_a_gif_shows_each_frame_at_its_time(name: str, tmp_path: Path) -> None:
    """From the moment where the clip begins, ten frames a second, each the one that is played then."""
    asset = ASSETS[name]
    run = run_output(asset, tmp_path, output="gif", start_time="0.25", duration="1.5", width=240)
    times = [number / 10 for number in range(15)]
    expected = [
        number_played_at(asset, Fraction("0.25") + Fraction(number, 10) - asset.lead_in) for number in range(15)
    ]
    assert numbers_at(run.first, times) == expected
    result = run.result
    assert (result.output_format, result.storage_format, result.duration_seconds) == ("gif", "gif", Fraction("1.5"))
    assert result.meta["count"] == 15
    assert next(iter(run.artifacts.values())).content_type == "image/gif"
    assert run.progress[-1] == 1.0
    assert sorted(run.progress) == run.progress
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


@pytest.mark.parametrize("loop", [0, 1, 3])
def test_how_often_a_gif_plays(loop: int, tmp_path: Path) -> None:
    """For ever by default; a browser counts repeats, and none if the extension is missing."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, output="gif", duration=1, width=120, loop=loop)
    with Image.open(run.first) as image:
        assert image.info.get("loop") == {0: 0, 1: None, 3: 2}[loop]
    assert sum(seconds for seconds, _ in shown_in(run.first)) == pytest.approx(1.0)


def test_rounded_times_do_not_add_up(tmp_path: Path) -> None:
    """GIF counts in hundredths: 24 frames a second stay for 4 or 5 of them, and a second is a second."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, output="gif", duration=2, width=120, framerate=24)
    durations = [round(seconds * 100) for seconds, _ in shown_in(run.first)]
    assert set(durations) <= {4, 5}
    assert sum(durations) == 200


def test_a_gif_that_is_too_fast(tmp_path: Path) -> None:
    """Browsers slow down what is faster than 50 frames a second: it is made with 50, and told."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, output="gif", duration=1, width=120, framerate=60)
    assert any("framerate: 60 is 50 here" in warning for warning in run.warnings)
    assert run.result.meta["framerate"] == "50/1"
    assert sum(seconds for seconds, _ in shown_in(run.first)) == pytest.approx(1.0)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("moving_format", list(MovingFormat))
def test_a_picture_that_is_slow(moving_format: MovingFormat, count: int, tmp_path: Path) -> None:
    """The lowest rate that may be asked for, and the one to which a GIF's is raised: each format can tell it."""
    rate = GIF_LEAST_FRAMES_PER_SECOND if moving_format is MovingFormat.GIF else Fraction(1, 1000)
    path, encoding = tmp_path / "moving", MovingEncoding(moving_format, rate)
    with frames_of(tmp_path / "frames", count) as frames:
        write_moving_picture(path, frames, encoding, untold)
    check_moving_picture(path, encoding, FrameSize(32, 18), count, untold)
    assert encoding.duration(count) == count / rate
    if count > 1 and moving_format is not MovingFormat.MP4:
        assert [shown for shown, _ in shown_in(path)] == pytest.approx([float(1 / rate)] * count)


def test_a_slow_clip_has_one_frame(tmp_path: Path) -> None:
    """One frame of a short film stays for as long as a GIF can tell."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, output="gif", duration=1, width=64, framerate="0.001")
    assert (run.result.meta["count"], run.result.meta["framerate"]) == (1, "20/13107")
    assert "framerate: 0.001 is 0.001526 here, as a frame of a GIF stays for 655.35 seconds at most" in run.warnings


@pytest.mark.parametrize("image_format", ["webp", "gif", "mp4"])
def test_an_animated_preview(image_format: str, tmp_path: Path) -> None:
    """Moments from all over the film, each in the middle of its part, one after the other."""
    asset = ASSETS["plain.mp4"]
    entry = {"image_format": image_format, "count": 4, "moment_duration": "0.5", "framerate": 10, "width": 200}
    run = run_output(asset, tmp_path, output="animated_preview", quality=90, **entry)
    output = run.output
    assert isinstance(output, AnimatedPreview)
    part = run.info.duration_seconds / 4
    begins = [part * number + (part - Fraction(1, 2)) / 2 for number in range(4)]
    moments = [begin + Fraction(number, 10) for begin in begins for number in range(5)]
    assert output.moments(run.info) == moments
    expected = [number_played_at(asset, moment) for moment in moments]
    assert numbers_at(run.first, [number / 10 for number in range(20)]) == expected
    assert run.result.duration_seconds == 2
    assert run.result.storage_format == image_format
    assert run.result.meta["width"] == 200


def test_a_preview_of_a_film_that_is_too_short(tmp_path: Path) -> None:
    """Its moments touch, and show the whole film once; there is at least one frame of each."""
    asset = ASSETS["plain.mp4"]
    run = run_output(asset, tmp_path, output="animated_preview", count=3, start_time=1, duration="0.3", framerate=10)
    output = run.output
    assert isinstance(output, AnimatedPreview)
    assert output.moments(run.info) == [1, Fraction("1.1"), Fraction("1.2")]
    assert run.result.meta["width"] == 320


def test_an_mp4_has_even_sides_and_its_index_first(tmp_path: Path) -> None:
    """Every browser plays it: H.264 with samples of 4:2:0, nothing to be reordered, no sound."""
    run = run_output(
        ASSETS["plain.mp4"], tmp_path, output="animated_preview", image_format="mp4", size="201x113", count=2
    )
    data = run.first.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(run.first)) as container:
        (stream,) = container.streams
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.codec_context.width, stream.codec_context.height) == (200, 112)
        assert (stream.codec_context.color_range, stream.codec_context.colorspace) == (1, 1)


def test_a_source_with_sound_alone(tmp_path: Path) -> None:
    """It has nothing to show."""
    with pytest.raises(StreamMissingError):
        run_output(ASSETS["audio_only.m4a"], tmp_path, output="gif")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"output": "gif", "start_time": 1000}, "start_time: 1000 is not before the end"),
        ({"output": "gif", "width": 8000, "framerate": 50}, "are too many for one gif"),
        ({"output": "animated_preview", "size": "16384x100"}, "size: 16384x100 is larger than webp can be"),
        ({"output": "animated_preview", "width": 8000, "count": 100}, "are too many for one webp"),
    ],
)
def test_what_cannot_be_made(entry: dict[str, object], problem: str, tmp_path: Path) -> None:
    """It is refused before anything is decoded, with what to ask for instead."""
    with pytest.raises(OutputError, match=problem):
        run_output(ASSETS["plain.mp4"], tmp_path, **entry)
    assert list(tmp_path.iterdir()) == []


def test_a_large_gif_is_told(tmp_path: Path) -> None:
    """Nobody wants the size of a television without having asked for it."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, output="gif", duration="0.2")
    told = any("No size was asked for" in warning for warning in run.warnings)
    assert told is (run.info.require_video().display_size.width > 640)


def untold(_fraction: float) -> None:
    """Listen to no progress."""


def frames_of(path: Path, count: int = 4) -> FrameFile:
    frames = FrameFile(path, FrameSize(32, 18), count)
    for number in range(count):
        picture = Image.new("RGB", (32, 18), (60 * number % 256, 0, 255 - 60 * number % 256))
        frames.put(number, np.asarray(picture))
    return frames


@pytest.mark.parametrize("moving_format", list(MovingFormat))
def test_a_damaged_file_is_never_called_done(moving_format: MovingFormat, tmp_path: Path) -> None:
    """Whatever is cut off, has another size, other frames or other times is found by decoding it."""
    encoding = MovingEncoding(moving_format, Fraction(10))
    path = tmp_path / "moving"
    with frames_of(tmp_path / "frames") as frames:
        write_moving_picture(path, frames, encoding, untold)
    check_moving_picture(path, encoding, FrameSize(32, 18), 4, untold)
    for size, count, rate in ((FrameSize(32, 20), 4, 10), (FrameSize(32, 18), 3, 10), (FrameSize(32, 18), 4, 12)):
        with pytest.raises(OutputInvalidError):
            check_moving_picture(path, MovingEncoding(moving_format, Fraction(rate)), size, count, untold)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(OutputInvalidError):
        check_moving_picture(path, encoding, FrameSize(32, 18), 4, untold)


def test_frames_that_are_alike_stay_their_time(tmp_path: Path) -> None:
    """A still picture lasts as long as a moving one, however few frames of it are stored."""
    for moving_format in MovingFormat:
        path = tmp_path / moving_format.value
        encoding = MovingEncoding(moving_format, Fraction(10))
        with FrameFile(tmp_path / "frames", FrameSize(32, 18), 10) as frames:
            write_moving_picture(path, frames, encoding, untold)
        check_moving_picture(path, encoding, FrameSize(32, 18), 10, untold)
        is_still = moving_format is MovingFormat.WEBP
        assert is_still or sum(seconds for seconds, _ in shown_in(path)) == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize("moving_format", list(MovingFormat))
def test_each_frame_is_told_in_each_pass(moving_format: MovingFormat, tmp_path: Path) -> None:
    """A process that tells nothing for long is ended: frames are told while a file is written, and looked at."""
    written, checked, count = list[float](), list[float](), 50
    path, encoding = tmp_path / "moving", MovingEncoding(moving_format, Fraction(10))
    with frames_of(tmp_path / "frames", count) as frames:
        write_moving_picture(path, frames, encoding, written.append)
    check_moving_picture(path, encoding, FrameSize(32, 18), count, checked.append)
    for told in (written, checked):
        assert told == sorted(told)
        assert told[-1] == pytest.approx(1.0)
    assert len(checked) == count
    passes = 2 if moving_format is MovingFormat.GIF else 1
    assert len(set(written)) == passes * count
    # x264 keeps so many frames for its lookahead, and encodes them when no more come.
    assert written.count(1.0) >= (40 if moving_format is MovingFormat.MP4 else 1)


def test_a_frame_that_takes_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one call works on a large frame, it is said that it goes on."""
    is_told = threading.Event()

    def patient(path: Path, frames: FrameFile, encoding: MovingEncoding, on_progress: ProgressListener) -> None:
        is_told.clear()
        assert is_told.wait(30)
        write_moving_picture(path, frames, encoding, on_progress)

    def quick(listener: ProgressListener, step_seconds: float) -> Pulse:
        def listen(fraction: float) -> None:
            listener(fraction)
            is_told.set()

        return Pulse(listen, step_seconds, every_seconds=0.001)

    monkeypatch.setattr(_moving_rendering, "write_moving_picture", patient)
    monkeypatch.setattr(_moving_rendering, "Pulse", quick)
    run = run_output(ASSETS["plain.mp4"], tmp_path, output="gif", duration=1, width=64)
    assert run.progress == sorted(run.progress)


PALETTE_OF_MANY = """
import resource, sys
from fractions import Fraction
from pathlib import Path
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.moving_picture import MovingEncoding, MovingFormat
from filmstrip.media.pictures.frame_file import FrameFile
from filmstrip.media.pictures.moving_picture import write_moving_picture
folder = Path(sys.argv[1])
def most(count):
    with FrameFile(folder / "frames", FrameSize(1000, 1000), count) as frames:
        write_moving_picture(folder / "moving", frames, MovingEncoding(MovingFormat.GIF, Fraction(10)), lambda _: None)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
few = most(2)
print(most(40) - few)
"""


def test_frames_are_looked_at_one_by_one_for_a_palette(tmp_path: Path) -> None:
    """A graph that is only fed keeps all frames until its result is asked for: memory for each, and nothing to tell."""
    command = [sys.executable, "-c", PALETTE_OF_MANY, str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    frame_kib = 1000 * 1000 * 3 / 1024
    assert int(answer.stdout) < 20 * frame_kib


def test_progress_goes_on_behind_sampling(tmp_path: Path) -> None:
    """Taking the frames is one pass of four: palette, encoding and checking are told too."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, output="gif", duration=1, width=64)
    assert len(set(run.progress)) >= 4 * 10
    assert run.progress == sorted(run.progress)


@pytest.mark.parametrize("name", ["truncated.mp4", "truncated.mkv"])
@pytest.mark.parametrize("entry", [{"output": "gif", "framerate": 4}, {"output": "animated_preview", "framerate": 2}])
def test_a_source_that_breaks_off(entry: dict[str, object], name: str, tmp_path: Path) -> None:
    """Half a film is not passed off as the whole one, as for encoded videos; what lies before its end can be had."""
    with pytest.raises(
        SourceUnreadableError, match=r"^The source is damaged: it breaks off at 6\.[4-6] of 10\.0 seconds$"
    ):
        run_output(ASSETS[name], tmp_path / "whole", width=64, **entry)
    assert list((tmp_path / "whole").iterdir()) == []
    assert run_output(ASSETS[name], tmp_path / "part", width=64, duration=3, **entry).warnings == []


@pytest.mark.parametrize("clip", [{}, {"start_time": 4, "duration": "1.25"}])
def test_damage_in_the_middle_is_a_warning(clip: dict[str, object], tmp_path: Path) -> None:
    """Where the film goes on, spoilt frames are told one by one, also those at the end of the clip."""
    run = run_output(ASSETS["corrupt.mp4"], tmp_path, output="gif", framerate=4, width=64, **clip)
    assert run.warnings
    assert all("could not be decoded" in warning for warning in run.warnings)


@pytest.mark.parametrize(("entry", "begin"), [({"output": "gif"}, "4"), ({"output": "animated_preview"}, "4.1667")])
def test_sound_that_goes_on_after_the_pictures(entry: dict[str, object], begin: str, tmp_path: Path) -> None:
    """The last picture stands still from there on, which is told as it is of thumbnails."""
    run = run_output(ASSETS["audio_longer.mp4"], tmp_path, framerate=2, width=64, **entry)
    assert [warning.split(",")[0] for warning in run.warnings] == [
        f"The video ends before the presentation does: from {float(begin):.3f} s on"
    ]
    assert run.warnings[0].endswith("frames show its last picture, the one at 3.960 s")


def test_a_gif_that_claims_to_be_huge(tmp_path: Path) -> None:
    """What nobody can decode is not what was asked for, whatever its readers call that."""
    path, encoding = tmp_path / "moving", MovingEncoding(MovingFormat.GIF, Fraction(10))
    with frames_of(tmp_path / "frames") as frames:
        write_moving_picture(path, frames, encoding, untold)
    data = bytearray(path.read_bytes())
    data[6:10] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    with pytest.raises(OutputInvalidError, match="does not decode to its end"):
        check_moving_picture(path, encoding, FrameSize(65_535, 65_535), 4, untold)
