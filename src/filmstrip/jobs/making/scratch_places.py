"""Where the pieces of outputs lie that are no results, and what is done with them beside being put."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from filmstrip.jobs.settings import JobSettings
from filmstrip.outputs._base import Group
from filmstrip.outputs._rendering import work_path
from filmstrip.storage.own.scratch import Scratch, open_scratch
from filmstrip.storage.settings import StorageSettings


@contextmanager
def open_pieces(
    storage: StorageSettings, settings: JobSettings, token: str, index: int, begins_at: datetime, folder: Path
) -> Iterator[Scratch]:
    """Open the place of the pieces of an output until the end of the block; blocking.

    Args:
        storage: Which places may be used.
        settings: How long work may last, which pieces are kept for.
        token: Token of the task.
        index: Place of the output in the task.
        begins_at: When the task began.
        folder: Where the output is made on this machine.

    Raises:
        CredentialsError: What signs for the place cannot be read.
    """
    # Fetched, made and put, each as long as it may be; what a crash leaves is removed then.
    expires_at = begins_at + timedelta(hours=3 * settings.work_hours)
    with closing(open_scratch(storage, token, index, expires_at, folder)) as scratch:
        yield scratch


def clear_pieces(storage: StorageSettings, settings: JobSettings, token: str, index: int, begins_at: datetime) -> None:
    """Remove the pieces of an output that lie in the bucket of all machines; blocking.

    Raises:
        FilmstripError: The bucket cannot be used.
    """
    if storage.temporary_url is not None:
        with open_pieces(storage, settings, token, index, begins_at, Path()) as scratch:
            scratch.clear()


def fetch_joined(scratch: Scratch, group: Group, folder: Path) -> None:
    """Fetch what a group is made of to where it is made; blocking.

    Raises:
        FileNotFoundError: A piece is lost.
        FilmstripError: They cannot be fetched.
    """
    for name in group.joins:
        scratch.fetch(name, work_path(folder, name))
