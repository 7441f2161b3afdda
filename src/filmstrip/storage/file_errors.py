"""What the file system's refusal means: its error number in words that say what stands in the way."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

_REASONS = {
    errno.EACCES: "permission is missing",
    errno.EPERM: "permission is missing",
    errno.EROFS: "its file system is read-only",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOENT: "there is no such place, and it cannot be made",
    errno.ENOTDIR: "it lies below a file",
    errno.ELOOP: "its symbolic links lead in a circle",
    errno.EIO: "the disk reports an error",
    errno.ESTALE: "its file server no longer knows it",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
)


def is_refusal(error: OSError) -> bool:
    """Check whether it is known in words what stood in the way."""
    return error.errno in _REASONS


def reason_of(error: OSError) -> str:
    """Say in words, as the end of a sentence, why the file system refused."""
    return _REASONS.get(error.errno or 0) or (error.strerror or type(error).__name__).lower()


def other_kind(path: Path) -> str | None:
    """Say what is at a path if it is no plain file, such as "a folder"; None if it is one.

    It is not opened, which waits for ever if it is a pipe without a writer.

    Raises:
        OSError: It cannot be found out.
    """
    mode = path.stat().st_mode
    return next((words for is_kind, words in _KINDS if is_kind(mode)), None)
