"""Reads what a playlist names: whole texts that are bounded, or runs of bytes as they arrive."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.schemes import is_local
from filmstrip.storage.http.source import HttpSource
from filmstrip.storage.http.source_copy import CopyProgress
from filmstrip.storage.lender import Lender
from filmstrip.storage.playlists.addresses import is_web
from filmstrip.storage.retries import retried
from filmstrip.storage.schemes.registry import references_of, sources_of
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.shown_source import shown_source
from filmstrip.storage.source_reference import SourceReference

MOST_TEXT_BYTES = 16 << 20
"""Longest playlist: that of a day in segments of two seconds whose addresses are signed."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was read.

    Attributes:
        data: It.
        base: What names in it are relative to.
        label: Where it was, as it is shown.
    """

    data: bytes
    base: str
    label: str


@dataclass
class Reader:
    """Asks for what one playlist names; safe to use from several threads.

    Attributes:
        settings: What the operator allows.
        lender: Whose credentials sign if a place has none.
        region: Region of its bucket that the server named.
        on_progress: Told now and then while a list arrives; what it raises ends that.
    """

    settings: StorageSettings
    lender: Lender
    region: str | None = None
    on_progress: ProgressListener = field(default=lambda _fraction: None, repr=False)
    _first: dict[str | None, HttpSource] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def close(self) -> None:
        """Close the connections."""
        for source in self._first.values():
            source.close()

    def read_text(self, url: str, most_bytes: int = MOST_TEXT_BYTES) -> Text:
        """Read a whole text.

        Raises:
            LimitExceededError: It is too long, or arrives too slowly.
            SourceError: It cannot be read.
            HostNotAllowedError: The operator does not allow its host or folder.
        """
        if is_local(url):
            path = self.path_of(url)
            with path.open("rb") as file:
                return _bounded(Text(file.read(most_bytes + 1), url, shown_source(url)), most_bytes)
        source = self.source_of(url)
        data = retried(lambda: self._whole(source, most_bytes), self.settings)
        base = source.resolved_url if is_web(url) else url
        return _bounded(Text(data, base, shown_source(url)), most_bytes)

    def path_of(self, url: str) -> Path:
        """Return the path of a file of this machine, once it is known that it can be read."""
        found = sources_of(reference := self._reference(url)).open_source(reference, self.settings)
        if not isinstance(found, Path):
            raise SourceUnreadableError(f'"{shown_source(url)}" is no file of this machine')
        return found

    def source_of(self, url: str) -> HttpSource:
        """Prepare to ask a server; connections, cookies, and credentials for one server are shared."""
        reference = self._reference(url)
        if not is_web(reference.url):
            raise SourceUnreadableError(
                f'The playlist "{shown_source(url)}" is on no web server and in no bucket: only there, or in a folder '
                "of this machine, it is followed"
            )
        with self._lock:
            first = self._first.get(reference.host)
            if first is None:
                first = HttpSource(reference.url, self.settings.allowing(reference.host))
                self._first[reference.host] = first
                return first
        return HttpSource(reference.url, first.settings, beside=first)

    def _whole(self, source: HttpSource, most_bytes: int) -> bytes:
        data, progress = bytearray(), CopyProgress(source.label, None, self.on_progress, self.settings)
        with source.get() as answer:
            for piece in answer.pieces():
                data += piece
                progress.tell(len(data))
                if len(data) > most_bytes:
                    break
        return bytes(data)

    def _reference(self, url: str) -> SourceReference:
        return references_of(url).refer_to_source(url, self.settings, self.lender, self.region)


def _bounded(text: Text, most_bytes: int) -> Text:
    if len(text.data) > most_bytes:
        raise LimitExceededError(f'"{text.label}" is too long (limit {most_bytes} bytes)')
    return text
