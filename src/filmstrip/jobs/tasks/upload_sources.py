"""Uploads as the sources of tasks: `tus:ID`, of the API key that the task belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from filmstrip.domain.errors import Mistake, QueryError, SourceError
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.schemes import is_upload
from filmstrip.jobs.tasks.fetching import ignore
from filmstrip.params.query import NamedSource
from filmstrip.uploads.uploads import Uploads


def find_uploads(sources: Iterable[NamedSource], uploads: Uploads | None, key_id: int | None) -> tuple[str, ...]:
    """Return the identities of the uploads among a task's sources, when its query arrives, each once.

    Raises:
        QueryError: Of some, there is no such upload of the key, or it is not complete.
    """
    found: dict[str, None] = {}
    mistakes = []
    for source in sources:
        if is_upload(source.url):
            try:
                found[_of_service(uploads).check_source(source.url, key_id)] = None
            except SourceError as error:
                mistakes.append(Mistake(source.name, str(error)))
    if mistakes:
        raise QueryError(mistakes)
    return tuple(found)


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
