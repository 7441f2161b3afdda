"""Is a folder gone whatever was made in it?"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from filmstrip.isolation.removal import remove_tree
from filmstrip.jobs.tasks.work_folders import WorkFolders

NOBODY = 65534
LEVELS = 1200  # the interpreter recurses 1000 times at most


def make_deep(folder: Path) -> None:
    """Make folders in folders, each with a file, as a process does that was taken over."""
    inner = os.open(folder, os.O_RDONLY)
    for _ in range(LEVELS):
        os.mkdir("d", dir_fd=inner)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
        outer, inner = inner, os.open("d", os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Make a folder outside of those that pytest removes, which it cannot do with what is in there."""
    folder = Path(tempfile.mkdtemp(prefix="filmstrip-test-"))
    yield folder
    remove_tree(folder)


@contextmanager
def ordinary_user() -> Iterator[Path]:
    """Be somebody whom modes of files hold, with a folder of one's own."""
    user = os.geteuid() or NOBODY
    folder = Path(tempfile.mkdtemp(prefix="filmstrip-test-"))
    os.chown(folder, user, -1)
    before = os.geteuid()
    os.seteuid(user)
    try:
        yield folder
    finally:
        os.seteuid(before)
        remove_tree(folder)


def test_folders_of_any_depth_are_removed(own_folder: Path) -> None:
    """The interpreter's stack is no limit."""
    folder = own_folder / "work"
    (folder / "one" / "two").mkdir(parents=True)
    make_deep(folder / "one" / "two")
    remove_tree(folder)
    assert not folder.exists()


def test_a_service_starts_whatever_a_task_left(own_folder: Path) -> None:
    """What a process made that was taken over does not keep the next start from its work."""
    folders = WorkFolders(own_folder / "work")
    make_deep(folders.of_output("token", 0))
    folders.open([])
    assert [path.name for path in folders.root.iterdir()] == [".lock"]
    folders.close()


def test_closed_folders_are_removed() -> None:
    """A folder that its owner may not look into is removed too, at each level."""
    with ordinary_user() as own:
        (own / "work" / "a" / "b" / "c").mkdir(parents=True)
        for name in ("work/a/b/c", "work/a/b", "work/a", "work"):
            (own / name).chmod(0)
        remove_tree(own / "work")
        assert list(own.iterdir()) == []


def test_nothing_behind_a_link_is_touched(tmp_path: Path) -> None:
    """A symbolic link is removed, not what it names."""
    kept, folder = tmp_path / "kept", tmp_path / "work"
    (kept / "inner").mkdir(parents=True, mode=0o500)
    (folder / "deeper").mkdir(parents=True)
    for link in (folder / "link", folder / "deeper" / "link"):
        link.symlink_to(kept)
    remove_tree(folder)
    assert not folder.exists()
    assert (kept / "inner").stat().st_mode & 0o777 == 0o500


def test_what_cannot_be_removed_stays() -> None:
    """What may not be removed is passed over without an error, and the rest goes."""
    with ordinary_user() as own:
        (own / "kept" / "work" / "inner").mkdir(parents=True)
        (own / "kept").chmod(0o500)
        remove_tree(own / "kept" / "work")
        assert [path.name for path in own.rglob("*")] == ["kept", "work"]
