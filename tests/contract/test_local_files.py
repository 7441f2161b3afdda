"""Files of this machine as sources and destinations: only where the operator allows it, whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from filmstrip.domain.errors import (
    DestinationForbiddenError,
    DestinationRefusedError,
    DiskFullError,
    HostNotAllowedError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreadableError,
)
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.local import LocalStore
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_source, open_source, refer_to_source


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    return root


@pytest.fixture
def settings(tmp_path: Path, root: Path) -> StorageSettings:
    return StorageSettings(tmp_path / "temporary", local_roots=(root,))


def _open(path: str, settings: StorageSettings, *, is_folder: bool = True) -> Store:
    return open_store(Destination(url=f"file://{path}"), settings, is_folder=is_folder)


@contextmanager
def _small_files_only(size_bytes: int) -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_no_folder_is_allowed_by_default(tmp_path: Path, root: Path) -> None:
    """Without a setting, neither a source nor a destination can be on this machine."""
    settings = StorageSettings(tmp_path)
    (root / "a.mp4").write_bytes(b"film")
    with pytest.raises(HostNotAllowedError, match="local_roots"):
        _open(str(root), settings)
    with pytest.raises(HostNotAllowedError, match="local_roots"):
        open_source((root / "a.mp4").as_uri(), settings)


@pytest.mark.parametrize("path", ["{root}/../other", "{root}/link/a", "/etc", "{root}/%2e%2e/other", "{root}-sibling"])
def test_nothing_leads_out_of_the_allowed_folders(root: Path, settings: StorageSettings, path: str) -> None:
    """Neither dots, nor escapes, nor symbolic links, nor a similar name lead to another folder."""
    (root / "link").symlink_to(root.parent)
    with pytest.raises(HostNotAllowedError):
        _open(path.format(root=root), settings)
    with pytest.raises(HostNotAllowedError):
        open_source("file://" + path.format(root=root), settings)


def test_a_link_within_a_store_leads_nowhere(root: Path, settings: StorageSettings) -> None:
    """A link that lies in the destination's folder cannot take a file out of it."""
    (root / "out").mkdir()
    (root / "out" / "link").symlink_to(root.parent)
    with pytest.raises(DestinationRefusedError, match="symbolic link"):
        _open(f"{root}/out", settings).put("link/a.png", b"x", "image/png")
    assert not (root.parent / "a.png").exists()


def test_another_machine_is_not_local(root: Path, settings: StorageSettings) -> None:
    """A host in a file URL is refused instead of ignored."""
    with pytest.raises(HostNotAllowedError, match="server"):
        _open(f"server{root}", settings)


def test_a_full_disk_leaves_the_former_file(root: Path, settings: StorageSettings) -> None:
    """When a file cannot be written to its end, what was there stays and nothing half remains."""
    store = _open(str(root), settings)
    store.put("a.mp4", b"former", "video/mp4")
    with _small_files_only(100_000), pytest.raises(DiskFullError, match=r"a\.mp4"):
        store.put("a.mp4", b"x" * 300_000, "video/mp4")
    assert [path.name for path in root.iterdir()] == ["a.mp4"]
    assert (root / "a.mp4").read_bytes() == b"former"


def test_what_a_killed_writer_left_is_taken_over(root: Path, settings: StorageSettings) -> None:
    """A writer that was killed leaves a half under another name; whoever writes that file next leaves none."""
    writing = """
import os, signal, sys
from pathlib import Path
from filmstrip.storage.whole_file import written_whole
with written_whole(Path(sys.argv[1])) as file:
    file.write(b"x" * 300_000)
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", writing, root / "a.mp4"], check=False).returncode == -signal.SIGKILL
    assert [path.stat().st_size for path in root.iterdir()] == [300_000]
    store = _open(str(root), settings)
    assert list(store.names()) == []
    store.put("a.mp4", b"whole", "video/mp4")
    assert {path.name: path.read_bytes() for path in root.iterdir()} == {"a.mp4": b"whole"}


def test_several_writers_of_one_name(root: Path, settings: StorageSettings) -> None:
    """They take turns: the file is always one of theirs, whole."""
    store = _open(str(root), settings)
    contents = [bytes([number]) * 100_000 for number in range(16)]
    with ThreadPoolExecutor(len(contents)) as pool:
        for done in [pool.submit(store.put, "a.bin", content, "x/y") for content in contents]:
            done.result()
            assert (root / "a.bin").read_bytes() in contents
    assert [path.name for path in root.iterdir()] == ["a.bin"]


def test_a_folder_in_the_way_is_told(root: Path, settings: StorageSettings) -> None:
    """A name that is a folder, or lies below a file, is refused by name."""
    store = _open(str(root), settings)
    store.put("a/b.png", b"x", "image/png")
    for name in ("a", "a/b.png/c.png"):
        with pytest.raises(DestinationRefusedError, match="is a folder, or lies below a file"):
            store.put(name, b"x", "image/png")


def test_one_file_needs_a_file_url(root: Path, settings: StorageSettings) -> None:
    """An output of one file needs a URL that does not end in a slash."""
    with pytest.raises(DestinationRefusedError, match="names a folder"):
        _open(f"{root}/out/", settings, is_folder=False)
    _open(f"{root}/out.mp4", settings, is_folder=False).put("", b"film", "video/mp4")
    assert (root / "out.mp4").read_bytes() == b"film"


def test_a_local_source_is_opened_where_it_lies(root: Path, settings: StorageSettings, tmp_path: Path) -> None:
    """A local file is not copied to be read; a copy is made only when it is asked for."""
    path = root / "a b?#[1]%20.mp4"
    path.write_bytes(b"film")
    url = path.as_uri()
    assert open_source(refer_to_source(url, settings), settings) == path
    assert check_source(url, settings).version.size_bytes == 4
    copy_source(url, settings, tmp_path / "copy", lambda _fraction: None)
    assert (tmp_path / "copy").read_bytes() == b"film"


def test_a_missing_local_source_is_told(root: Path, settings: StorageSettings) -> None:
    """A path with no file, or with a folder, is no source."""
    with pytest.raises(SourceNotFoundError, match="There is no file"):
        open_source((root / "gone.mp4").as_uri(), settings)
    with pytest.raises(SourceUnreadableError, match="is a folder"):
        open_source(root.as_uri(), settings)


@pytest.mark.parametrize("url", ["gopher://host/a", "tus:abc", "/etc/passwd", "concat:a|b"])
def test_other_schemes_are_no_sources(settings: StorageSettings, url: str) -> None:
    """Nothing is read but by the schemes that have a module."""
    with pytest.raises(SourceForbiddenError, match="cannot be read"):
        open_source(url, settings)


def test_a_folder_that_may_not_be_written_to_is_told() -> None:
    """Whoever lacks permission reads that, and not what failed when it was cleaned up."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            store = LocalStore(folder, is_folder=True)
            with pytest.raises(DestinationForbiddenError, match="may not be written to: permission is missing"):
                store.put("a.png", b"a", "image/png")
        finally:
            if is_root:
                os.seteuid(0)


def test_a_disk_that_fails_when_it_is_read_is_told(tmp_path: Path) -> None:
    """A file that can be opened and not read is named, with the reason: memory without a page at 0 reads like that."""
    settings = StorageSettings(tmp_path, local_roots=(Path("/proc"),))
    reference = refer_to_source("file:///proc/self/mem", settings)
    with pytest.raises(SourceForbiddenError, match=r'"/proc/\d+/mem" cannot be read: the disk reports an error'):
        check_source(reference, settings)
