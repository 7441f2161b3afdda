"""A source as another process is told of it, and how it is known that it is still the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceVersion:
    """What tells two states of a source apart; None if its server does not say.

    Attributes:
        size_bytes: Its length.
        etag: Its entity tag, as sent (RFC 9110, 8.8.3).
        last_modified: Its date, as sent (RFC 9110, 8.8.2).
    """

    size_bytes: int | None = None
    etag: str | None = None
    last_modified: str | None = None

    def is_same(self, other: SourceVersion) -> bool:
        """Return whether nothing that both know differs; the date counts only if there are no tags."""
        if self.etag and other.etag:
            return _opaque(self.etag) == _opaque(other.etag) and _agree(self.size_bytes, other.size_bytes)
        return _agree(self.size_bytes, other.size_bytes) and _agree(self.last_modified, other.last_modified)


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")


def _agree(one: object, other: object) -> bool:
    return one is None or other is None or one == other


@dataclass(frozen=True, slots=True)
class SourceReference:
    """A source as another process of ours opens it: without the credentials of the client.

    Attributes:
        url: `http(s)://` or `file://`. It may carry a signature that hands out this one object for some hours, so it
            is kept out of logs and tables.
        version: The state that is expected, None for any.
        host: Host and port that may be used for this source though they are private, None for no more than the
            settings allow.
    """

    url: str
    version: SourceVersion | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What a source's server tells before any of it is read.

    Attributes:
        version: Its present state.
        supports_ranges: Whether parts of it can be fetched; else only the whole, from the beginning.
        region: Region of its bucket that the server named, None where the URL was right or names none.
        is_playlist: Whether it is a playlist of HLS or DASH: then what it names is the source (`storage.playlists`).
    """

    version: SourceVersion
    supports_ranges: bool
    region: str | None = None
    is_playlist: bool = False
