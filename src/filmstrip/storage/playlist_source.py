"""A playlist as a source, and the state that it is in: that of what it names."""

from __future__ import annotations

from dataclasses import dataclass

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


def version_of_playlist(size_bytes: int, fingerprint: str) -> SourceVersion:
    """Return the state of a playlist by the size of the file that was made of it, and a digest of what it names."""
    return SourceVersion(size_bytes, _MARK + fingerprint)


def is_of_playlist(version: SourceVersion | None) -> bool:
    """Check whether a state is that of a playlist, which its server knows nothing of."""
    return version is not None and (version.etag or "").startswith(_MARK)


def is_other_list(fingerprint: str, expected: SourceVersion | None) -> bool:
    """Check whether a playlist names something else than in the expected state; None expects nothing."""
    return expected is not None and is_of_playlist(expected) and expected.etag != _MARK + fingerprint
