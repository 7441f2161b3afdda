"""What is known of an MP4's edit list, and is it said where libav does not follow it?"""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import pytest

from assets import ASSETS
from assets.surgery import set_edits
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.mp4_edit_list import EditList, read_edit_list


def test_the_end_of_the_last_edit(tmp_path: Path) -> None:
    """Edits are played one after the other, and an empty one in front counts too."""
    path = tmp_path / "edited.mp4"
    set_edits(ASSETS["two_edits.mp4"].path, path, ((2000, -1), (1500, 1024), (500, 51_200)))
    assert read_edit_list(LocalFile(path), 0) == EditList(Fraction(4))
    assert read_edit_list(LocalFile(path), 7) == EditList()


def test_a_pause_in_the_middle_is_told(tmp_path: Path) -> None:
    """libav leaves it out, so that what comes after it is shown too early: that is a warning."""
    path = tmp_path / "paused.mp4"
    set_edits(ASSETS["two_edits.mp4"].path, path, ((1000, 1024), (2000, -1), (1000, 51_200)))
    assert read_edit_list(LocalFile(path), 0) == EditList(is_followed=False)
    assert any("pauses or other speeds" in warning for warning in probe(LocalFile(path), MediaSettings()).warnings)


@pytest.mark.parametrize("name", ["plain.mkv", "no_moov.mp4", "text.mp4"])
def test_no_movie_has_no_edits(name: str) -> None:
    """Whatever is no MP4, or a broken one, just has no edit list."""
    assert read_edit_list(LocalFile(ASSETS[name].path), 0) == EditList()


def test_a_hostile_movie_box_is_not_walked_for_ever(tmp_path: Path) -> None:
    """A box full of the smallest boxes is given up after some."""
    inside = struct.pack(">I4s", 8, b"free") * 3_000_000
    path = tmp_path / "hostile.mp4"
    path.write_bytes(struct.pack(">I4s", len(inside) + 8, b"moov") + inside)
    assert read_edit_list(LocalFile(path), 0) == EditList()


def test_a_longer_edit_than_its_file_is_not_believed(tmp_path: Path) -> None:
    """The length is that of the pictures that there are, also of a remote file."""
    path = tmp_path / "longer.mp4"
    set_edits(ASSETS["two_edits.mp4"].path, path, ((0xFFFFFFFF, 1024),))
    lengths = [probe(source, MediaSettings()).duration_seconds for source in (LocalFile(path), BlockCache(Held(path)))]
    assert lengths == [lengths[0]] * 2
    assert abs(lengths[0] - 8) < Fraction(1, 10)


class Held:
    """Byte ranges of a file in memory."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self.size_bytes = len(self._data)
        self.bytes_read = 0

    def read_range(self, start: int, end: int) -> bytes:
        """Read a range."""
        return self._data[start:end]
