"""A playlist as a source, and the state that it is in: that of what it names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filmstrip.storage.lender import Lender
from filmstrip.storage.source_reference import SourceVersion

_MARK = "playlist "
"""Begins the entity tag that we give to a playlist; a server's begins with a quotation mark, or with "W/"."""


@dataclass(frozen=True, slots=True)
class PlaylistSource:
    """A playlist.

    Attributes:
        url: The client's URL of it.
        lender: Whose credentials sign if a place has none.
        region: Region of its bucket that the server named.
        short_side: Pixels of the smaller side that are enough, None for the best picture.
    """

    url: str
    lender: Lender
    region: str | None = None
    short_side: int | None = None


@dataclass(frozen=True, slots=True)
class FetchedTracks:
    """What has one clock, fetched.

    Attributes:
        pictures: File with the pictures.
        sound: File with the sound, None if that is in the same, or if there is none.
    """

    pictures: Path
    sound: Path | None


@dataclass(frozen=True, slots=True)
class PlaylistCopy:
    """What came of a playlist.

    Attributes:
        fingerprint: Digest of what it names.
        tracks: What is still to be joined, in order; empty if all is in the one file already.
    """

    fingerprint: str
    tracks: tuple[FetchedTracks, ...] = ()

    def version(self, size_bytes: int) -> SourceVersion:
        """Return the state of the playlist, with the size of the file that was made of it."""
        return SourceVersion(size_bytes, _MARK + self.fingerprint)


def is_of_playlist(version: SourceVersion | None) -> bool:
    """Check whether a state is that of a playlist, which its server knows nothing of."""
    return version is not None and (version.etag or "").startswith(_MARK)


def is_other_list(fingerprint: str, expected: SourceVersion | None) -> bool:
    """Check whether a playlist names something else than in the expected state; None expects nothing."""
    return expected is not None and is_of_playlist(expected) and expected.etag != _MARK + fingerprint
