"""The folders where tasks work, one each, which is gone when its task is final.

<root>/<token>/source              the task's copy of its source, if it needs one
<root>/<token>/outputs/<index>/    files in the making
<root>/<token>/outputs/<index>.kept    which of them are whole and wait for their destination (`kept_files`)
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Collection, Iterator
from itertools import count
from pathlib import Path

from filmstrip.domain.errors import ResourceError, TokenNotFoundError
from filmstrip.isolation.removal import remove_tree

_ENDED_PREFIX = ".ended-"


def _is_any_open(_token: str) -> bool:
    return True


class WorkFolders:
    """The folders of all tasks; safe to use from several threads.

    A thread that copies for a task cannot be cancelled with it, and may be late: for a task that is final nothing is
    made any more, and what it wrote goes out of its reach, by a rename, before it is removed.
    """

    def __init__(self, root: Path, is_open: Callable[[str], bool] = _is_any_open) -> None:
        """Name the folder of them all.

        Args:
            root: It is made by `open`.
            is_open: Checks whether a task was started and is not final; may block.
        """
        self._root = root
        self._is_open = is_open
        self._lock: int | None = None
        self._changing = threading.Lock()

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
        self.sweep(lambda there: set(there).intersection(unfinished))

    def sweep(self, unfinished_among: Callable[[Collection[str]], Collection[str]]) -> None:
        """Remove what is there of tasks that are final.

        Args:
            unfinished_among: Returns which of some tasks are not; asked after looking what is there.
        """
        there = [path for path in self._root.iterdir() if path.is_dir()]
        kept = unfinished_among([path.name for path in there]) if there else ()
        for path in there:
            if path.name not in kept:
                remove_tree(path)

    def close(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def of_task(self, token: str) -> Path:
        """Make the folder of a task, if it is not there.

        Raises:
            TokenNotFoundError: The task is final.
        """
        return self._made(token, self._root / token)

    def source(self, token: str) -> Path:
        """Return where a task's copy of its source is, or would be, as `of_task`."""
        return self.of_task(token) / "source"

    def has_source(self, token: str) -> bool:
        """Check whether a task's copy of its source is here."""
        return (self._root / token / "source").exists()

    def of_probe(self, token: str) -> Path:
        """Make the folder in which a task's source is probed, apart from its copy of it, as `of_task`."""
        return self._made(token, self.of_task(token) / "probe")

    def of_output(self, token: str, index: int) -> Path:
        """Make the folder of an output, if it is not there, as `of_task`."""
        return self._made(token, self.of_task(token) / "outputs" / str(index))

    def copies_of(self, token: str, index: int) -> Path:
        """Return where it is written down which files of an output are at one of several destinations (`copies`)."""
        return self._root / token / "outputs" / f"{index}.copies"

    def empty_task(self, token: str) -> None:
        """Remove a task's folder with everything in it."""
        folder = self._root / token
        with self._changing:
            aside = next(path for path in self._names_aside(token) if not path.exists())
            try:
                folder.rename(aside)
            except OSError:
                aside = folder  # it is not there, or cannot be renamed
        remove_tree(aside)

    def empty_output(self, token: str, index: int) -> None:
        """Remove an output's folder with everything in it."""
        remove_tree(self._root / token / "outputs" / str(index))
        (self._root / token / "outputs" / f"{index}.kept").unlink(missing_ok=True)

    def _names_aside(self, token: str) -> Iterator[Path]:
        return (self._root / f"{_ENDED_PREFIX}{token}-{number}" for number in count())

    def _made(self, token: str, folder: Path) -> Path:
        if not folder.is_dir():
            with self._changing:
                if not self._is_open(token):
                    raise TokenNotFoundError("The task has ended")
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
