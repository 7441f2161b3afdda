"""The destinations of an output while its files are put: what one of them refuses, the others still get.

Which copies of a file that waits are at their destinations already lies beside the output's work folder, as the list of
such files does (`kept_files`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from threading import Lock

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import FilmstripError
from filmstrip.jobs.making.assignment import Assignment
from filmstrip.jobs.making.media_child import made_file
from filmstrip.storage._base import Store

Place = tuple[int, Store, str]
"""A destination: its number, its store and its host."""


class Copies:
    """The destinations of one output in one attempt; may be used by several threads."""

    def __init__(self, assignment: Assignment) -> None:
        """Begin with all of them."""
        self._assignment = assignment
        self._places: tuple[Place, ...] = tuple(
            (number, store, host)
            for number, (store, host) in enumerate(zip(assignment.stores, assignment.hosts, strict=True))
        )
        self._failures: dict[int, FilmstripError] = {}
        self._lock = Lock()
        self._there: dict[tuple[object, ...], set[int]] | None = None
        folder = assignment.folder
        self._list = folder.with_name(f"{folder.name}.copies")

    @property
    def are_several(self) -> bool:
        """Whether there is more than one destination."""
        return len(self._places) > 1

    @property
    def is_whole(self) -> bool:
        """Whether no destination was left out."""
        return not self._failures

    def wanting(self, artifact: Artifact) -> list[Place]:
        """Return the destinations that still take files and lack this one; it reads the disk if there are several."""
        there = self._numbers_with(artifact) if self.are_several else ()
        return [place for place in self._places if place[0] not in {*there, *self._failures}]

    def note_put(self, artifact: Artifact, number: int) -> None:
        """Write down that a copy is at its destination: it is not put there again."""
        if self.are_several:
            with self._lock, self._list.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps([*self._identity(artifact), number]) + "\n")

    def fail(self, number: int, error: FilmstripError) -> None:
        """Leave a destination out from now on.

        Raises:
            FilmstripError: None is left.
        """
        with self._lock:
            self._failures.setdefault(number, error)
        if len(self._failures) == len(self._places):
            raise self._told()

    def demand_all(self) -> None:
        """Make sure that no destination was left out.

        Raises:
            FilmstripError: Some were; the sentence says what became of each.
        """
        if self._failures:
            raise self._told()

    def _told(self) -> FilmstripError:
        """Return why it is not at all destinations: for good, if that is so for one of them, else for now."""
        failures = [self._failures[number] for number in sorted(self._failures)]
        final = [failure for failure in failures if not failure.is_retryable]
        error = (final or failures)[0]
        if len(self._places) == 1 or not final:
            return error
        sentences = [str(failure).rstrip(".") for failure in failures]
        whole = [store.locate("").url for number, store, _host in self._places if number not in self._failures]
        if whole:
            sentences.append(f"What was made is at {' and '.join(whole)}")
        told = type(error)(". ".join(sentences))
        told.host = error.host
        return told

    def _numbers_with(self, artifact: Artifact) -> Collection[int]:
        with self._lock:
            if self._there is None:
                self._there = self._read()
        return self._there.get(tuple(self._identity(artifact)), ())

    def _read(self) -> dict[tuple[object, ...], set[int]]:
        there: dict[tuple[object, ...], set[int]] = {}
        with suppress(FileNotFoundError, ValueError):
            for line in self._list.read_text(encoding="utf-8").splitlines():
                *identity, number = json.loads(line)
                there.setdefault(tuple(identity), set()).add(number)
        return there

    def _identity(self, artifact: Artifact) -> list[object]:
        """Return what differs between a file and one that is made anew under its name."""
        found = made_file(self._assignment.folder, artifact.name).stat()
        return [artifact.name, found.st_size, found.st_mtime_ns]
