"""What a process is asked that fetches a remote source. Its module, `fetcher`, is loaded in that process alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from filmstrip.media.settings import MediaSettings
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference

FETCHER = "filmstrip.outputs.child.fetcher"
"""The module that fetching processes run."""


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What is fetched.

    Attributes:
        source: The source.
        media: The limits of the process.
        storage: Which hosts may be read from, and how patiently.
    """

    source: SourceReference
    media: MediaSettings
    storage: StorageSettings


@cache
def fetch_requests() -> TypeAdapter[FetchRequest]:
    """Return what reads and writes such requests; it is built when it is first needed, which many jobs never do."""
    return TypeAdapter(FetchRequest)
