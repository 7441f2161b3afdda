"""What a source on a server is, whatever protocol it is asked by, and what its answers have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from filmstrip.domain.errors import SourceChangedError, SourceUnreadableError
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion


class RemoteAnswer(Protocol):
    """An answer that is the source, or a part of it, with its bytes still to be read."""

    @property
    def is_partial(self) -> bool:
        """Whether it is the range that was asked for, else the whole."""

    @property
    def version(self) -> SourceVersion:
        """State of the source."""

    @property
    def length_bytes(self) -> int | None:
        """How many bytes of a range it says that it has, None for as many as were asked for."""

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes as they arrive."""


class RemoteSource(Protocol):
    """A source on a server; may be used by several threads at once.

    Attributes:
        label: The source, as it is shown.
        settings: How patient to be, and what the operator allows.
    """

    label: str
    settings: StorageSettings

    def get(
        self, start: int | None = None, end: int | None = None, expected: SourceVersion | None = None
    ) -> AbstractContextManager[RemoteAnswer]:
        """Ask for a half-open byte range, or for the whole; the answer can be read within the block.

        Raises:
            SourceError: The answer is not the source; `SourceUnreachableError` if that may be better a little
                later, `SourceChangedError` if the source is not in the expected state.
            HostNotAllowedError: The operator does not allow the host.
        """

    def close(self) -> None:
        """Close the connections."""


OpensRemote = Callable[[str, StorageSettings], RemoteSource]
"""Prepares to ask for the source that a URL names."""


def refuse_other_state(version: SourceVersion, label: str, expected: SourceVersion | None) -> None:
    """Refuse a source that is empty, or not in the expected state.

    Raises:
        SourceChangedError: It is in another state.
        SourceUnreadableError: It is empty.
    """
    if expected is not None and not version.is_same(expected):
        raise SourceChangedError(f'The source "{label}" changed while it was read')
    if version.size_bytes == 0:
        raise SourceUnreadableError(f'The source "{label}" is empty')
