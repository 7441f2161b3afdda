"""A source on a server, read by ranges or whole; `storage.sources` is the door."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from filmstrip.domain.errors import RangesNotSupportedError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.http.source import HttpSource
from filmstrip.storage.http.source_copy import copy_ranges, copy_stream, refuse_large
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.retries import retried
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference, SourceVersion


def _allowing(reference: SourceReference, settings: StorageSettings) -> StorageSettings:
    if reference.host is None:
        return settings
    return replace(settings, private_hosts=(*settings.private_hosts, reference.host))


def check_remote(reference: SourceReference, settings: StorageSettings) -> SourceFacts:
    """Ask for one byte of a source, as `sources.check_source`."""
    settings = _allowing(reference, settings)
    with closing(HttpSource(reference.url, settings)) as http:
        return retried(lambda: _ask(http, reference.version), settings)


def _ask(http: HttpSource, expected: SourceVersion | None) -> SourceFacts:
    with http.get(0, 1, expected) as answer:
        refuse_large(answer.version.size_bytes or 0, http.label, http.settings)
        return SourceFacts(answer.version, answer.is_partial and answer.version.size_bytes is not None)


def open_remote(reference: SourceReference, settings: StorageSettings) -> SourceRanges:
    """Open a source for random access, as `sources.open_source`."""
    settings = _allowing(reference, settings)
    http = HttpSource(reference.url, settings)
    try:
        return SourceRanges(http, settings, reference.version)
    except BaseException:
        http.close()
        raise


def copy_remote(
    reference: SourceReference, settings: StorageSettings, path: Path, on_progress: ProgressListener
) -> None:
    """Copy a whole source to `path`, as `sources.copy_source`."""
    settings = _allowing(reference, settings)
    with closing(HttpSource(reference.url, settings)) as http:
        try:
            ranges = SourceRanges(http, settings, reference.version)
        except RangesNotSupportedError:
            copy_stream(http, path, on_progress, settings, reference.version)
        else:
            copy_ranges(ranges, path, on_progress, settings)
