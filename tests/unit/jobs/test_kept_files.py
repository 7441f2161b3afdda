"""Which files wait for their destination?"""

import os
from pathlib import Path

import pytest

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import MediaProcessError
from filmstrip.jobs.making.kept_files import KeptFiles
from filmstrip.jobs.tasks.work_folders import WorkFolders


def made(folder: Path, name: str, content: bytes = b"content") -> Artifact:
    (folder / name).write_bytes(content)
    return Artifact(name, "image/jpeg", len(content))


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    """Files that are kept at different times are all listed, by another process too."""
    folder = WorkFolders(tmp_path).of_output("token", 0)
    first, second = made(folder, "a"), made(folder, "b")
    KeptFiles(folder).keep([first])
    KeptFiles(folder).keep([second])
    assert KeptFiles(folder).read() == (first, second)


def test_what_is_not_whole_is_not_listed(tmp_path: Path) -> None:
    """A file that is gone or has another size is made again."""
    folder = WorkFolders(tmp_path).of_output("token", 0)
    KeptFiles(folder).keep([made(folder, "gone"), made(folder, "cut"), made(folder, "good")])
    (folder / "gone").unlink()
    (folder / "cut").write_bytes(b"c")
    assert [artifact.name for artifact in KeptFiles(folder).read()] == ["good"]


def test_nothing_is_kept_at_first_or_after_damage(tmp_path: Path) -> None:
    """Without a list, or with one that makes no sense, everything is made again."""
    folder = WorkFolders(tmp_path).of_output("token", 0)
    assert KeptFiles(folder).read() == ()
    KeptFiles(folder).keep([made(folder, "a")])
    folder.with_name("0.kept").write_text("[{")
    assert KeptFiles(folder).read() == ()


def test_the_list_goes_with_the_files(tmp_path: Path) -> None:
    """An output that is over leaves no list that a later one could take for its own."""
    folders = WorkFolders(tmp_path)
    folder = folders.of_output("token", 0)
    KeptFiles(folder).keep([made(folder, "a")])
    folders.empty_output("token", 0)
    assert list((tmp_path / "token" / "outputs").iterdir()) == []


def test_what_is_kept_is_on_the_disk_before_it_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut leaves no list of files that are full of zeros: files first, then the list, then its name."""
    folder = WorkFolders(tmp_path).of_output("token", 0)
    order: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        order.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        assert not folder.with_name("0.kept").exists()
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    KeptFiles(folder).keep([made(folder, "a"), made(folder, "b")])
    assert order == ["a", "b", "0.partial"]
    assert [artifact.name for artifact in KeptFiles(folder).read()] == ["a", "b"]


def test_only_files_of_the_folder_are_kept(tmp_path: Path) -> None:
    """A media process that was taken over cannot have another file listed, and put later, as its own."""
    folder = WorkFolders(tmp_path).of_output("token", 0)
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    for name in ("link", "../../../secret"):
        with pytest.raises(MediaProcessError):
            KeptFiles(folder).keep([Artifact(name, "image/jpeg", 6)])
    assert KeptFiles(folder).read() == ()
