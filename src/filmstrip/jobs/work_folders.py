"""Where do tasks work? Each in a folder of its own, which is gone when the task is final.

<root>/<token>/source              the task's copy of its source, if it needs one
<root>/<token>/outputs/<index>/    files in the making
<root>/<token>/outputs/<index>.kept    which of them are whole and wait for their destination (`kept_files`)
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from filmstrip.domain.errors import ResourceError


class WorkFolders:
    """The folders of all tasks."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: int | None = None

    @property
    def root(self) -> Path:
        """The folder of them all."""
        return self._root

    def open(self, unfinished: Collection[str]) -> None:
        """Take the folder for this process alone, and remove what tasks left that are not `unfinished` any more.

        Raises:
            ResourceError: Another process has it.
        """
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(self._root / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise ResourceError(f"work_root: {self._root} is used by another server that runs now") from None
        for path in self._root.iterdir():
            if path.is_dir() and path.name not in unfinished:
                shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def of_task(self, token: str) -> Path:
        """Make the folder of a task, if it is not there."""
        return _made(self._root / token)

    def source(self, token: str) -> Path:
        """Tell where a task's copy of its source is, or would be."""
        return self.of_task(token) / "source"

    def of_output(self, token: str, index: int) -> Path:
        """Make the folder of an output, if it is not there."""
        return _made(self.of_task(token) / "outputs" / str(index))

    def empty_task(self, token: str) -> None:
        """Remove a task's folder with everything in it."""
        shutil.rmtree(self._root / token, ignore_errors=True)

    def empty_output(self, token: str, index: int) -> None:
        """Remove an output's folder with everything in it."""
        shutil.rmtree(self._root / token / "outputs" / str(index), ignore_errors=True)
        (self._root / token / "outputs" / f"{index}.kept").unlink(missing_ok=True)


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
