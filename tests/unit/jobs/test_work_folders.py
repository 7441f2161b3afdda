"""Where do tasks work?"""

import shutil
from pathlib import Path

import pytest

from filmstrip.domain.errors import DiskFullError, ResourceError
from filmstrip.jobs.free_disk import demand_free_disk
from filmstrip.jobs.work_folders import WorkFolders


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
