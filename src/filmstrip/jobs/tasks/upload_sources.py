"""Uploads as the sources of tasks: `tus:ID`, of the API key that the task belongs to."""

from __future__ import annotations

from pathlib import Path

from filmstrip.domain.errors import Mistake, QueryError, SourceError
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.schemes import is_upload
from filmstrip.jobs.tasks.fetching import ignore
from filmstrip.uploads.uploads import Uploads


def find_upload(url: str, uploads: Uploads | None, key_id: int | None) -> str | None:
    """Return the identity of the upload that is a task's source, when its query arrives; None for another source.

    Raises:
        QueryError: There is no such upload of the key, or it is not complete.
    """
    if not is_upload(url):
        return None
    try:
        return _of_service(uploads).check_source(url, key_id)
    except SourceError as error:
        raise QueryError([Mistake("source", str(error))]) from None


def take_up(url: str, uploads: Uploads | None, path: Path, on_progress: ProgressListener = ignore) -> None:
    """Make the upload that is a task's source readable at a path, if it is one; blocking.

    Raises:
        SourceNotFoundError: It is gone.
        DiskFullError: There is no room for a copy.
    """
    if is_upload(url) and not path.exists():
        _of_service(uploads).hand_out(url, path, on_progress)


def _of_service(uploads: Uploads | None) -> Uploads:
    if uploads is None:
        raise QueryError([Mistake("source", "nothing can be uploaded here: name a file or a URL")])
    return uploads
