"""What is fetched of a playlist: runs of bytes, one behind the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from filmstrip.storage.playlists.addresses import without_query


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a segment is encrypted: AES-128 in CBC mode with padding (RFC 8216, 4.3.2.4).

    Attributes:
        key_url: Where the key is.
        iv: The initialization vector, 16 bytes.
    """

    key_url: str
    iv: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """A run of bytes that a playlist names.

    Attributes:
        url: Where it is.
        start: Its first byte there; None for the whole of it.
        end: The byte behind its last one; None for all to the end.
        encryption: How it is encrypted, None if it is not.
        may_be_missing: Whether it follows from a rounded length alone that there should be one.
    """

    url: str
    start: int | None = None
    end: int | None = None
    encryption: Encryption | None = None
    may_be_missing: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """What has one clock.

    Attributes:
        pictures: The pictures, and the sound unless that is for itself.
        sound: Sound for itself; empty if there is none.
    """

    pictures: tuple[Run, ...]
    sound: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is fetched.

    Attributes:
        label: The playlist, as it is shown.
        sections: What comes one after the other.
    """

    label: str
    sections: tuple[Section, ...]

    @property
    def fingerprint(self) -> str:
        """What tells two states of a playlist apart: a digest of what it names, without what may be a signature."""
        digest = hashlib.sha256()
        for section in self.sections:
            for run in (*section.pictures, *section.sound):
                digest.update(f"{without_query(run.url)} {run.start} {run.end}\n".encode(errors="surrogatepass"))
        return digest.hexdigest()


def joined_runs(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Join runs that follow each other in one file: each of them would be a request. Those of no bytes are left out."""
    return tuple(_joined(runs))


def _joined(runs: Sequence[Run]) -> Iterator[Run]:
    last: Run | None = None
    for run in runs:
        if run.start is not None and run.start == run.end:
            continue
        if last is not None and _follows(run, last):
            last = replace(last, end=run.end)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def _follows(run: Run, last: Run) -> bool:
    is_plain = run.encryption is None and last.encryption is None
    return is_plain and run.url == last.url and run.start is not None and run.start == last.end
