"""Are whole files that lie one behind the other in one file shown one after the other, in every output?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import barcode
from assets.recipes import Encoding, Film
from filmstrip.domain.container_kind import kind_named
from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.joints import find_joints
from mp4_bench import Encoded, encode
from output_runs import run_output
from recordings import COUNT, FRAGMENTS, H264, LIVE, VP8, joined, recording

RATE = 44_100


class Bytes:
    """Byte ranges in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size_bytes = len(data)
        self.bytes_read = 0

    def read_range(self, start: int, end: int) -> bytes:
        self.bytes_read += min(end, self.size_bytes) - start
        return self.data[start:end]


def beeps(encoded: Encoded) -> list[float]:
    level = np.convolve(np.abs(encoded.sound()[0]), np.ones(441) / 441, "same") > 0.02
    return [float(at) / RATE for at in np.flatnonzero(np.diff(level.astype(int)) > 0)]


CASES = [
    ("calls.webm", [f"{VP8} -c:a libopus {LIVE}"] * 3),
    ("film.webm", [f"{VP8} -c:a libopus"] * 2),
    ("film.mkv", [f"{H264} -c:a aac", f"{VP8} -c:a libopus"]),
    ("film.flv", [f"{H264} -c:a aac"] * 2),
    ("film.ogv", ["-c:v libtheora -q:v 8 -g 25 -c:a libvorbis"] * 2),
    ("film.avi", ["-c:v mpeg4 -q:v 3 -g 25 -c:a libmp3lame"] * 2),
    ("film.mp4", [f"{H264} -c:a aac"] * 2),
    ("fragments.mp4", [f"{H264} -c:a aac {FRAGMENTS}", f"{H264} -r 30 -c:a aac -ac 2 {FRAGMENTS}"]),
]


@pytest.mark.parametrize(("name", "options"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_joined_files_are_shown_one_after_the_other(name: str, options: Sequence[str], tmp_path: Path) -> None:
    """Thumbnails, sound and pictures of the mp4 go on where a recording ends, and a warning tells of it."""
    source = joined(tmp_path, name, options)
    seconds = 3 * len(options)
    info = run_output(source, tmp_path / "thumbnails", output="thumbnails", interval=1).info
    assert float(info.duration_seconds) == pytest.approx(seconds, abs=0.1)
    assert any("pieces, which are shown one after the other" in warning for warning in info.warnings)
    taken = [
        barcode.read_number(Image.open(tmp_path / "thumbnails" / f"thumb_{at + 1:04}.png")) for at in range(seconds)
    ]
    # An AVI has an empty place before its first picture, which each recording brings along.
    off = len(options) if name.endswith(".avi") else 1
    assert taken == pytest.approx([at * 25 for at in range(seconds)], abs=off)
    encoded = encode(source, tmp_path / "video")
    times = encoded.numbers()
    shown = [[number for time, number in times if time <= at + Fraction(1, 50)][-1] for at in range(seconds)]
    assert shown == pytest.approx(taken, abs=1)
    assert beeps(encoded) == pytest.approx([2 + 3 * number for number in range(len(options))], abs=0.02 + 0.04 * off)
    assert float(encoded.result.duration_seconds or 0) == pytest.approx(seconds, abs=0.15)


@pytest.mark.timeout(240)
def test_a_clip_over_a_joint(tmp_path: Path) -> None:
    """A clip begins in one recording and ends in the next one; a recording without sound is silent."""
    source = joined(tmp_path, "film.webm", [f"{VP8} -c:a libopus {LIVE}", f"{VP8} {LIVE}"] * 2, silent=1)
    encoded = encode(source, tmp_path / "video", start_time="1.5", duration=6)
    numbers = [number for _, number in encoded.numbers()]
    assert numbers[0] == pytest.approx(37, abs=1)
    assert numbers[-1] == pytest.approx(37 + 149, abs=2)
    assert beeps(encoded)[0] == pytest.approx(0.5, abs=0.06)


def test_the_first_of_two_passes_leaves_the_sound_out(tmp_path: Path) -> None:
    """Two passes work as well, in which the first one has pictures only."""
    source = joined(tmp_path, "film.webm", [f"{VP8} -c:a libopus {LIVE}"] * 2)
    encoded = encode(source, tmp_path / "video", bitrate=200, two_pass=1)
    assert len(encoded.packets()) == pytest.approx(150, abs=2)


def test_one_file_has_no_joints(tmp_path: Path) -> None:
    """An ordinary recording, and a format that is looked into elsewhere."""
    single = joined(tmp_path, "film.webm", [f"{VP8} -c:a libopus {LIVE}"])
    assert find_joints(LocalFile(single), kind_named("matroska,webm")) == []
    assert find_joints(LocalFile(tmp_path / "gone.ts.webm"), kind_named("mpegts")) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [("calls.webm", f"{VP8} -c:a libopus {LIVE}"), ("film.flv", f"{H264} -c:a aac"), ("a 'b'.mp4", f"{H264} -c:a aac")],
)
def test_many_recordings_become_one_video(name: str, options: str, tmp_path: Path) -> None:
    """More recordings than can be open at the same time are read one after the other."""
    part = tmp_path / f"part.{name.rpartition('.')[2]}"
    Encoding(Film(10), options.replace("-g 25", "-g 10 -pix_fmt yuv420p"), Fraction(2, 5))(part)
    source = tmp_path / name
    source.write_bytes(part.read_bytes() * 60)
    encoded = encode(source, tmp_path / "video")
    assert float(encoded.result.duration_seconds or 0) == pytest.approx(24, abs=1)
    pictures = [number for _, number in encoded.numbers()]
    assert pictures == pytest.approx([at % 10 for at in range(600)], abs=0)
    clip = encode(source, tmp_path / "clip", start_time=8, duration=2)
    assert [number for _, number in clip.numbers()] == [at % 10 for at in range(50)]
    assert not list(tmp_path.glob("video/*.parts"))


def test_many_recordings_of_different_kinds_are_refused(tmp_path: Path) -> None:
    """Those cannot be read as one stream; the error says what they are too many of."""
    source = joined(tmp_path, "film.webm", [f"{VP8} -c:a libopus {LIVE}", f"{VP8} {LIVE}"], silent=1)
    source.write_bytes(source.read_bytes() * 26)
    with pytest.raises(LimitExceededError, match="52 recordings of different kinds"):
        encode(source, tmp_path / "video")


def test_a_line_break_in_a_path_begins_no_line_of_a_list(tmp_path: Path) -> None:
    """What a path says behind a line break is never read as an entry of the list; the error says what to do."""
    folder = tmp_path / "a'\nfile '"
    folder.mkdir()
    source = joined(folder, "film.flv", [f"{H264} -c:a aac"])
    source.write_bytes(source.read_bytes() * 51)
    with pytest.raises(SourceUnreadableError, match="give the file another name"):
        encode(source, tmp_path / "video")
    assert not list(tmp_path.glob("video/*.parts"))


def without_header(data: bytes) -> bytes:
    return data[int.from_bytes(data[5:9], "big") + 4 :]


def test_times_that_start_anew_are_told(tmp_path: Path) -> None:
    """An FLV that was appended to without a header cannot be taken apart: a warning says that something is missing."""
    single = joined(tmp_path, "film.flv", [f"{H264} -c:a aac"])
    data = single.read_bytes()
    for source in (LocalFile(single), BlockCache(Bytes(data))):
        assert not any("start again" in warning for warning in probe(source, MediaSettings()).warnings)
    single.write_bytes(data + without_header(data))
    for source in (LocalFile(single), BlockCache(Bytes(single.read_bytes()))):
        assert any("start again" in warning for warning in probe(source, MediaSettings()).warnings)


def test_fragments_that_start_anew_are_not_mixed_into_a_video(tmp_path: Path) -> None:
    """Of fragments that were appended without a header, the mp4 has the first recording, picture by picture."""
    source = joined(tmp_path, "film.mp4", [f"{H264} -c:a aac {FRAGMENTS}+skip_trailer"] * 2)
    data = source.read_bytes()
    joint = len(recording("mp4", 0, f"{H264} -c:a aac {FRAGMENTS}+skip_trailer", False))
    source.write_bytes(data[:joint] + data[data.index(b"moof", joint) - 4 :])
    encoded = encode(source, tmp_path / "video")
    assert [number for _, number in encoded.numbers()] == list(range(COUNT))
    assert float(encoded.result.duration_seconds or 0) == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(("name", "options"), [CASES[4], CASES[5]], ids=["ogg", "avi"])
def test_joined_remote_files_are_found(name: str, options: Sequence[str], tmp_path: Path) -> None:
    """Where links of a chain and lists of an AVI end is found from a few bytes of a remote file as well."""
    source = joined(tmp_path, name, options)
    remote = Bytes(source.read_bytes())
    found = probe(BlockCache(remote), MediaSettings())
    assert found.pieces == probe(LocalFile(source), MediaSettings()).pieces
    assert len(found.pieces) == 2
