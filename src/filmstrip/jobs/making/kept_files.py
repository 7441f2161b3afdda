"""Files that were made and could not be put yet: they are put after the outage instead of being made again."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from filmstrip.domain.artifact import Artifact
from filmstrip.jobs.making.media_child import made_file
from filmstrip.outputs._rendering import work_path

# Pieces of one output may have something to keep at the same time.
_KEEPING = threading.Lock()
_artifacts: TypeAdapter[tuple[Artifact, ...]] = TypeAdapter(tuple[Artifact, ...])


class KeptFiles:
    """The list of an output's files that are whole and wait for their destination; blocking.

    It lies beside the output's work folder, in which the media process may write, and goes with the task's folder.
    """

    def __init__(self, folder: Path) -> None:
        """Name the list.

        Args:
            folder: The output's work folder, where the files are.
        """
        self._folder = folder
        self._list = folder.with_name(f"{folder.name}.kept")

    def keep(self, artifacts: Iterable[Artifact]) -> None:
        """Add files to the list, once they are on the disk itself: a power cut must not leave them full of zeros."""
        with _KEEPING:
            kept = {artifact.name: artifact for artifact in (*self.read(), *artifacts)}
            for name in kept:
                _sync(made_file(self._folder, name))
            partial = self._list.with_suffix(".partial")
            partial.write_bytes(_artifacts.dump_json(tuple(kept.values())))
            _sync(partial)
            partial.replace(self._list)

    def read(self) -> tuple[Artifact, ...]:
        """Return the files that are there and have the size that they should have."""
        try:
            listed = _artifacts.validate_json(self._list.read_bytes())
        except (FileNotFoundError, ValidationError):
            return ()
        return tuple(artifact for artifact in listed if self._is_whole(artifact))

    def _is_whole(self, artifact: Artifact) -> bool:
        try:
            return work_path(self._folder, artifact.name).stat().st_size == artifact.size_bytes
        except OSError:
            return False


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
