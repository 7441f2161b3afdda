"""Are sources of different kinds shown one after the other, exactly, in every output?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import barcode
from filmstrip.domain.errors import OutputError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.stitching import StitchedPart, stitched
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from mp4_bench import encode, generate, moving_picture
from output_runs import run_output
from stitch_films import X264, beeps, film

SETTINGS = MediaSettings()


@dataclass
class Stitched:
    """Sources in one file, and what is known of them."""

    path: Path
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    infos: dict[Path, MediaInfo] = field(default_factory=dict)

    def add(self, source: Path) -> None:
        """Put a source into the file, once."""
        if source not in self.places:
            with self.path.open("ab") as file:
                begin = file.tell()
                file.write(source.read_bytes())
                self.places[source] = begin, file.tell()
            self.infos[source] = probe(LocalFile(self.path, self.places[source]), SETTINGS)

    def info(self, *stretches: tuple[Path, Fraction | int, Fraction | int | None]) -> MediaInfo:
        """Describe stretches of sources as one."""
        parts = []
        for number, (source, start, duration) in enumerate(stretches):
            self.add(source)
            length = None if duration is None else Fraction(duration)
            place = self.places[source]
            parts.append(StitchedPart(f"stitch[{number}]", self.infos[source], *place, Fraction(start), length))
        return stitched(parts)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sources")
    return {
        "mp4": film(folder / "a.mp4", 0, f"{X264} -bf 2 -c:a aac"),
        "webm": film(folder / "b.webm", 1000, "-c:v libvpx -deadline realtime -b:v 900k -c:a libopus -ac 2"),
        "ts": film(folder / "c.ts", 2000, f"{X264} -c:a aac -ar 44100", sound=44100),
        "50": film(folder / "d.mp4", 3000, f"{X264} -c:a aac", fps="50"),
        "silent": film(folder / "e.mp4", 4000, X264, sound=0),
    }


def taken(folder: Path, count: int) -> list[int | None]:
    return [barcode.read_number(Image.open(folder / f"thumb_{at + 1:04}.png")) for at in range(count)]


def shown(times: Sequence[tuple[Fraction, int | None]], moments: Sequence[Fraction]) -> list[int | None]:
    return [[number for time, number in times if time <= at + Fraction(1, 500)][-1] for at in moments]


def test_sources_of_all_kinds_are_one_film(tmp_path: Path, sources: dict[str, Path]) -> None:
    """Pictures, thumbnails and sound change at the very joint, also where a source is shown twice or in part."""
    film_file = Stitched(tmp_path / "all")
    info = film_file.info(
        (sources["mp4"], 0, None),
        (sources["webm"], Fraction(1, 2), 2),
        (sources["ts"], 1, None),
        (sources["mp4"], Fraction(11, 10), Fraction(77, 100)),
        (sources["silent"], 0, None),
    )
    assert float(info.duration_seconds) == pytest.approx(3 + 2 + 2 + 0.77 + 3, abs=0.06)
    joints = [float(begin) for _, begin in info.placed_pieces()]
    step = Fraction(1, 4)
    count = int(info.duration_seconds / step)
    moments = [step * at for at in range(count)]
    starts = {0: 0, 1: 1000 + 12.5, 2: 2000 + 25, 3: 27.5, 4: 4000}
    place = [max(n for n, joint in enumerate(joints) if joint <= float(at) + 1e-9) for at in moments]
    expected = [starts[n] + (float(at) - joints[n]) * 25 for n, at in zip(place, moments, strict=True)]
    run_output(film_file.path, tmp_path / "pictures", info=info, output="thumbnails", interval="0.25")
    pictures = taken(tmp_path / "pictures", count)
    assert pictures == [pytest.approx(number - 0.5, abs=0.51) for number in expected]
    encoded = encode(film_file.path, tmp_path / "video", info=info)
    # On its own grid of frames, a picture may be shown by up to one frame later.
    assert shown(encoded.numbers(), moments) == [pytest.approx(number - 1, abs=1.1) for number in expected]
    assert float(encoded.result.duration_seconds or 0) == pytest.approx(float(info.duration_seconds), abs=0.05)
    expected_beeps = [2, joints[1] + 1.5, joints[2] + 1]
    assert beeps(encoded.sound()) == pytest.approx(expected_beeps, abs=0.03)
    assert encoded.result.meta["framerate"] == "25/1"


@pytest.mark.parametrize("kind", ["mp4", "ts", "webm"])
def test_a_recording_of_several_pieces_is_stitched_whole(kind: str, tmp_path: Path, sources: dict[str, Path]) -> None:
    """A source whose own clock jumps, as of a recorder that was paused, also where another one lies before it."""
    other = film(tmp_path / f"other.{kind}", 5000, {"webm": "-c:v libvpx -deadline realtime"}.get(kind, X264), sound=0)
    recording = tmp_path / f"recording.{kind}"
    recording.write_bytes(sources[kind].read_bytes() + other.read_bytes())
    film_file = Stitched(tmp_path / "all")
    info = film_file.info((sources["silent"], 0, 1), (recording, 2, 2))
    assert float(info.duration_seconds) == pytest.approx(3, abs=0.01)
    first = {"mp4": 0, "ts": 2000, "webm": 1000}[kind]
    run_output(film_file.path, tmp_path / "pictures", info=info, output="thumbnails", interval="0.5")
    numbers = [4000, 4012, first + 50, first + 62, 5000, 5012]
    assert taken(tmp_path / "pictures", 6) == [pytest.approx(number, abs=1) for number in numbers]
    shown_numbers = encode(film_file.path, tmp_path / "video", info=info).numbers()
    moments = [Fraction(at, 2) + Fraction(1, 50) for at in range(6)]
    assert shown(shown_numbers, moments) == [pytest.approx(number, abs=2) for number in numbers]


def test_a_faster_source_gets_the_rate_of_the_first(tmp_path: Path, sources: dict[str, Path]) -> None:
    """Every picture of the result is one of its grid, whatever the rates of the sources."""
    film_file = Stitched(tmp_path / "all")
    info = film_file.info((sources["mp4"], 0, 1), (sources["50"], 1, 1), (sources["mp4"], 2, None))
    encoded = encode(film_file.path, tmp_path / "video", info=info)
    times = [time for time, _ in encoded.numbers()]
    assert times == [pytest.approx(Fraction(at, 25), abs=0.001) for at in range(75)]
    numbers = [number for _, number in encoded.numbers()]
    assert numbers[:25] == list(range(25))
    assert numbers[25:50] == [pytest.approx(3050 + 2 * at, abs=1) for at in range(25)]
    assert numbers[50:] == list(range(50, 75))
    fast = encode(film_file.path, tmp_path / "fast", info=info, framerate=50)
    assert [number for _, number in fast.numbers()][50:100] == [3050 + at for at in range(50)]


def test_fifty_joints_lose_no_time(tmp_path: Path, sources: dict[str, Path]) -> None:
    """Stretches that end within a picture neither add up to a lag of the sound nor of the pictures."""
    film_file = Stitched(tmp_path / "all")
    odd = Fraction(137, 1000)
    info = film_file.info(*[(sources["mp4"], Fraction(1), odd) for _ in range(49)], (sources["mp4"], 1, None))
    assert info.duration_seconds == 49 * odd + 2
    encoded = encode(film_file.path, tmp_path / "video", info=info)
    begin = float(49 * odd)
    numbers = encoded.numbers()
    last = [time for time, number in numbers if number == 30][-1]
    assert float(last) == pytest.approx(begin + 0.2, abs=0.05)
    assert beeps(encoded.sound()) == pytest.approx([begin + 1], abs=0.03)


def test_shapes_sizes_and_colours_meet_in_one_frame(tmp_path: Path) -> None:
    """The frame fits the largest of each shape; each source is turned, tagged and scaled by its own facts."""
    wide = generate(tmp_path / "wide.mp4", *moving_picture("320x180", seconds=1), *X264.split(), "-pix_fmt", "yuv420p")
    red = ("-f", "lavfi", "-i", "color=red:size=96x128:rate=25:duration=1")
    tagged = "-vf scale=out_color_matrix=bt601 -colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m"
    upright = generate(tmp_path / "upright.mp4", *red, *tagged.split(), *X264.split(), "-pix_fmt", "yuv420p")
    turned = generate(tmp_path / "turned.mp4", "-display_rotation", "90", "-i", str(upright), "-c", "copy")
    film_file = Stitched(tmp_path / "all")
    info = film_file.info((wide, 0, None), (upright, 0, None), (turned, 0, None))
    assert str(info.require_video().display_size) == "320x180"
    run_output(film_file.path, tmp_path / "pictures", info=info, output="thumbnails", interval=1)
    encoded = encode(film_file.path, tmp_path / "video", info=info)
    for number, box in ((1, (135, 180)), (2, (240, 180))):
        picture = np.asarray(Image.open(tmp_path / "pictures" / f"thumb_{number + 1:04}.png").convert("RGB"))
        frame = encoded.picture_at(number + 0.5)
        for made in (picture, frame):
            assert made.shape[:2] == (180, 320)
            inside = made[90, 160].astype(int)
            assert inside == pytest.approx([254, 0, 0], abs=6)
            width = int((made[90, :, 0] > 128).sum())
            assert width == pytest.approx(box[0], abs=3)
    assert encoded.result.meta["width"] == 320


@pytest.mark.parametrize("output", ["gif", "animated_preview", "mp3", "webm", "contact_sheet", "thumbnail"])
def test_every_output_takes_stitched_sources(output: str, tmp_path: Path, sources: dict[str, Path]) -> None:
    """Each sees one source of the joined length."""
    film_file = Stitched(tmp_path / "all")
    info = film_file.info((sources["webm"], 0, 1), (sources["ts"], 1, 1))
    made = run_output(film_file.path, tmp_path / "made", info=info, output=output)
    assert made.first.stat().st_size > 500
    if output in {"mp3", "webm"}:
        assert float(made.result.duration_seconds or 0) == pytest.approx(2, abs=0.1)


def test_a_frame_is_counted_over_joints(tmp_path: Path, sources: dict[str, Path]) -> None:
    """Frame numbers count what is shown, from the first frame of the first stretch."""
    film_file = Stitched(tmp_path / "all")
    info = film_file.info((sources["mp4"], 1, 1), (sources["50"], Fraction(1, 2), 1))
    for number, shown_number in ((0, 25), (24, 49), (25, 3025), (74, 3074)):
        folder = tmp_path / str(number)
        made = run_output(film_file.path, folder, info=info, output="thumbnail", frame_number=number)
        assert barcode.read_number(Image.open(made.first)) == shown_number


def test_what_cannot_be_stitched_is_said(tmp_path: Path, sources: dict[str, Path]) -> None:
    """A stretch behind the end, and sound beside films; a stretch that is cut short is a warning."""
    film_file = Stitched(tmp_path / "all")
    with pytest.raises(OutputError, match=r"stitch\[1\].start_time: 3.5 is not before the end of the source, 3.000 s"):
        film_file.info((sources["mp4"], 0, None), (sources["silent"], Fraction(7, 2), None))
    sound = generate(tmp_path / "s.mp3", "-f", "lavfi", "-i", "sine=duration=1")
    with pytest.raises(OutputError, match=r"stitch\[1\]: has no video, and others of the stitched sources do"):
        film_file.info((sources["mp4"], 0, None), (sound, 0, None))
    (warning,) = film_file.info((sources["silent"], 1, 5)).warnings
    assert warning == ("stitch[0]: the source ends at 3.000 s, before the end of the stretch that was asked for, 6 s")


def test_sound_alone_is_stitched(tmp_path: Path) -> None:
    """Records are joined to one of their whole length."""
    one = generate(tmp_path / "1.mp3", "-f", "lavfi", "-i", "sine=duration=1:sample_rate=44100")
    two = generate(tmp_path / "2.flac", "-f", "lavfi", "-i", "sine=duration=2:sample_rate=22050", "-ac", "2")
    film_file = Stitched(tmp_path / "all")
    info = film_file.info((one, 0, None), (two, Fraction(1, 2), 1))
    made = run_output(film_file.path, tmp_path / "made", info=info, output="flac")
    assert float(made.result.duration_seconds or 0) == pytest.approx(2, abs=0.06)
