"""Where do tasks work?"""

import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import pytest

from filmstrip.domain.errors import DiskFullError, ResourceError, TokenNotFoundError
from filmstrip.jobs.rules.free_disk import demand_free_disk
from filmstrip.jobs.tasks.work_folders import WorkFolders
from filmstrip.storage.whole_file import written_whole


def test_a_start_sweeps_what_final_tasks_left(tmp_path: Path) -> None:
    """Folders of tasks that are final are removed at the start, those of unfinished ones stay."""
    folders = WorkFolders(tmp_path / "work")
    folders.open([])
    for token in ("old", "new"):
        folders.source(token).write_text("x")
        folders.of_output(token, 0)
    folders.close()
    folders.open(["new"])
    assert sorted(path.name for path in folders.root.glob("[!.]*")) == ["new"]
    assert folders.source("new").read_text() == "x"
    folders.close()


def test_one_server_alone_uses_the_folder(tmp_path: Path) -> None:
    """A second server on the same data is refused and told which setting is meant; after the first ended it may."""
    first, second = WorkFolders(tmp_path / "work"), WorkFolders(tmp_path / "work")
    first.open([])
    with pytest.raises(ResourceError, match=r"work_root: .*/work is used by another server"):
        second.open([])
    first.close()
    second.open([])
    second.close()


def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Nobody else may look at sources and results in the making."""
    folders = WorkFolders(tmp_path / "work")
    folders.open([])
    made = folders.of_output("token", 1)
    for folder in (folders.root, folders.of_task("token"), made):
        assert folder.stat().st_mode & 0o777 == 0o700
    folders.empty_output("token", 1)
    assert not made.exists()
    folders.empty_task("token")
    folders.empty_task("token")
    assert not (folders.root / "token").exists()
    folders.close()


def test_the_disk_keeps_a_reserve(tmp_path: Path) -> None:
    """Work on a disk with less space than the reserve is refused with both numbers."""
    free_mb = shutil.disk_usage(tmp_path).free >> 20
    demand_free_disk(tmp_path, 1)
    with pytest.raises(DiskFullError, match=rf"MiB are left, and {free_mb * 2} are kept free"):
        demand_free_disk(tmp_path, free_mb * 2)


def test_nothing_is_made_for_a_task_that_has_ended(tmp_path: Path) -> None:
    """A thread that is late, as none can be cancelled, finds no folder and makes none."""
    unfinished = {"token"}
    folders = WorkFolders(tmp_path / "work", unfinished.__contains__)
    folders.open(unfinished)
    late = folders.source("token")
    unfinished.clear()
    folders.empty_task("token")
    for make in (folders.of_task, folders.source, lambda token: folders.of_output(token, 0)):
        with pytest.raises(TokenNotFoundError, match="The task has ended"):
            make("token")
    with pytest.raises(FileNotFoundError), written_whole(late):
        pass
    assert [path.name for path in folders.root.iterdir()] == [".lock"]
    folders.close()


def test_who_writes_on_cannot_bring_a_folder_back(tmp_path: Path) -> None:
    """The folder is out of reach before it is removed, so that no file appears in it while its files are removed."""
    folders = WorkFolders(tmp_path / "work")
    folders.open([])
    copy = folders.source("token")
    appeared: list[Path] = []

    def write_on(folder: Path, *, ignore_errors: bool) -> None:
        with suppress(FileNotFoundError):
            copy.write_text("late")
            appeared.append(copy)
        remove(folder, ignore_errors=ignore_errors)

    with pytest.MonkeyPatch.context() as patch:
        remove = shutil.rmtree
        patch.setattr(shutil, "rmtree", write_on)
        folders.empty_task("token")
    assert appeared == []
    assert [path.name for path in folders.root.iterdir()] == [".lock"]
    folders.close()


def test_what_could_not_be_removed_is_swept_later(tmp_path: Path) -> None:
    """Also between two starts; a task that was begun after the look stays."""
    folders = WorkFolders(tmp_path / "work")
    folders.open([])
    folders.source("old").write_text("x")

    def unfinished(_there: Collection[str]) -> list[str]:
        folders.source("new").write_text("x")
        return ["new"]

    folders.sweep(unfinished)
    folders.sweep(unfinished)
    assert sorted(path.name for path in folders.root.iterdir()) == [".lock", "new"]
    folders.close()
