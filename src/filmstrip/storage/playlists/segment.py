"""Fetches one run of bytes to a file, as often as it takes, and goes on where it broke off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filmstrip.domain.errors import RangesNotSupportedError, SourceUnreachableError, SourceUnreadableError
from filmstrip.domain.schemes import is_local
from filmstrip.storage.http.answer import Answer, refuse_web_page
from filmstrip.storage.http.source import HttpSource
from filmstrip.storage.playlist_kind import playlist_kind
from filmstrip.storage.playlists.decryption import Keys, decrypted
from filmstrip.storage.playlists.plan import Run
from filmstrip.storage.playlists.reading import Reader
from filmstrip.storage.retries import retried
from filmstrip.storage.shown_source import shown_source
from filmstrip.storage.source_reference import SourceVersion

_PIECE_BYTES = 1 << 18


@dataclass
class SegmentCopy:
    """The copy of one run.

    Attributes:
        run: What is copied.
        reader: Asks for it.
        keys: Knows the keys.
        count: Told how many bytes arrived with each piece; may end the copy by an exception.
    """

    run: Run
    reader: Reader
    keys: Keys
    count: Callable[[int], None]

    def write_to(self, file: BinaryIO) -> None:
        """Write it to the end of a file.

        Raises:
            SourceError: It cannot be read whole.
            HostNotAllowedError: The operator does not allow its host or folder.
        """
        begin, label = file.tell(), shown_source(self.run.url)
        key = self.keys.key_at(self.run.encryption.key_url, label) if self.run.encryption else None
        if is_local(self.run.url):
            self._write(file, self._read_local(self.reader.path_of(self.run.url)), key, label)
            return
        remote = _Remote(self.reader.source_of(self.run.url), self.run, self.count)

        def again() -> None:
            if key is not None or not remote.can_go_on:
                remote.begin_again()
                file.seek(begin)
                file.truncate()
            self._write(file, remote.pieces(), key, label)

        retried(again, self.reader.settings, progress=lambda: remote.received_bytes)

    def _write(self, file: BinaryIO, pieces: Iterator[bytes], key: bytes | None, label: str) -> None:
        encryption = self.run.encryption
        if key is not None and encryption is not None:
            pieces = decrypted(pieces, key, encryption.iv, label)
        file.writelines(pieces)

    def _read_local(self, path: Path) -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(self.run.start or 0)
            left = None if self.run.end is None else self.run.end - (self.run.start or 0)
            while piece := file.read(_PIECE_BYTES if left is None else min(_PIECE_BYTES, left)):
                left = None if left is None else left - len(piece)
                self.count(len(piece))
                yield piece
            if left:
                raise SourceUnreadableError(f'"{path}" is shorter than its playlist says')


class _Remote:
    """What has arrived of a run from a server."""

    def __init__(self, source: HttpSource, run: Run, count: Callable[[int], None]) -> None:
        self._source = source
        self._run = run
        self._count = count
        self._version: SourceVersion | None = None
        self._done = 0
        self.can_go_on = False
        self.received_bytes = 0

    def begin_again(self) -> None:
        self._done, self._version, self.can_go_on = 0, None, False

    def pieces(self) -> Iterator[bytes]:
        """Yield what is missing.

        Raises:
            SourceUnreachableError: It broke off.
        """
        start, end = self._run.start, self._run.end
        asked = (start or 0) + self._done if start is not None or self._done else None
        with self._source.get(asked, end if asked is not None else None, self._version) as answer:
            if asked is not None and not answer.is_partial:
                raise RangesNotSupportedError(
                    f'The server of "{self._source.label}" does not answer range requests, which its playlist needs'
                )
            length = _length(answer)
            self._version, self.can_go_on = answer.version, length is not None and not answer.is_packed
            begin = self._done
            for piece in answer.pieces():
                if self._done == 0:
                    refuse_web_page(piece, self._source.label)
                    _refuse_list(piece, self._source.label)
                self._done += len(piece)
                self.received_bytes += len(piece)
                self._count(len(piece))
                yield piece
            self._demand_whole(begin, length)

    def _demand_whole(self, begin: int, length: int | None) -> None:
        start, end = self._run.start, self._run.end
        promised = end - start - begin if start is not None and end is not None else length
        if promised is not None and self._done - begin < promised:
            if length is not None and self._done - begin >= length:
                raise SourceUnreadableError(f'"{self._source.label}" is shorter than its playlist says')
            raise SourceUnreachableError(f'The server of "{self._source.label}" ended its answer early')


def _refuse_list(head: bytes, label: str) -> None:
    """Refuse a playlist in place of a segment: between others, decoders would skip it as damaged."""
    if playlist_kind(head) is not None:
        raise SourceUnreadableError(f'"{label}" is named as a segment, and is a playlist')


def _length(answer: Answer) -> int | None:
    return answer.length_bytes if answer.is_partial else answer.version.size_bytes
