"""Are files joined whole, once each, whenever the process was killed?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.storage.joined_file import JoinedFile, PlacedFile
from filmstrip.storage.source_reference import SourceVersion

VERSION = SourceVersion(3, '"tag"', "Mon, 01 Jan 2024 00:00:00 GMT")


class KilledError(Exception):
    """Stands for the end of the process."""


def ignore(_fraction: float) -> None:
    pass


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = []
    for number, content in enumerate((b"abc", bytes(3 << 20), b"de")):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(content)
        made.append(path)
    return made


def join(joined: JoinedFile, files: list[Path], version: SourceVersion = VERSION) -> None:
    for number, file in enumerate(files):
        joined.append(number, file, version, ignore)


def test_files_lie_one_behind_the_other(tmp_path: Path, files: list[Path]) -> None:
    """The file appears when all are in it; who looks again, and joins again, finds the same."""
    joined = JoinedFile(tmp_path / "source")
    join(joined, files)
    assert not joined.path.exists()
    joined.finish()
    assert joined.path.read_bytes() == b"".join(file.read_bytes() for file in files)
    again = JoinedFile(joined.path)
    assert again.parts()[2] == PlacedFile(3 + (3 << 20), 5 + (3 << 20), VERSION.etag, VERSION.last_modified)
    again.finish()
    assert again.version() == joined.version()
    assert again.version().size_bytes == 5 + (3 << 20)


def test_what_was_cut_off_is_joined_again(tmp_path: Path, files: list[Path]) -> None:
    """Bytes of a file that is not whole are overwritten; those before it are not touched."""
    joined = JoinedFile(tmp_path / "source")
    joined.append(0, files[0], VERSION, ignore)

    def die(_fraction: float) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        joined.append(1, files[1], VERSION, die)
    assert len(joined.parts()) == 1
    with (tmp_path / "source.joining").open("ab") as file:
        file.write(b"what a process wrote that was killed")
    files[0].write_bytes(b"other")
    join(joined, files)
    joined.finish()
    assert joined.path.read_bytes() == b"abc" + bytes(3 << 20) + b"de"


def test_a_change_of_any_file_is_seen(tmp_path: Path, files: list[Path]) -> None:
    """By its tag, its date or its size, though the whole is as long as before."""
    versions = set()
    changed = (VERSION, replace(VERSION, etag='"other"'), replace(VERSION, last_modified="Tue"))
    for number, version in enumerate(changed):
        joined = JoinedFile(tmp_path / str(number))
        join(joined, files[:1])
        joined.append(1, files[1], version, ignore)
        versions.add(joined.version())
    moved = JoinedFile(tmp_path / "moved")
    join(moved, [files[1], files[0]])
    versions.add(moved.version())
    assert len(versions) == 4
    assert len({version.size_bytes for version in versions}) == 1
