"""Copies a playlist: what it names, fetched into one file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from filmstrip.domain.errors import SourceChangedError, SourceUnreadableError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.playlist_source import PlaylistSource, is_other_list, version_of_playlist
from filmstrip.storage.playlists.fetching import Fetching
from filmstrip.storage.playlists.planning import make_plan
from filmstrip.storage.playlists.reading import Reader
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion


def copy_listed(
    source: PlaylistSource,
    settings: StorageSettings,
    path: Path,
    on_progress: ProgressListener,
    expected: SourceVersion | None,
) -> SourceVersion:
    """Fetch what a playlist names into a file, as `sources.copy_playlist`."""
    with closing(Reader(settings, source.lender, source.region)) as reader:
        plan = make_plan(source.url, reader, source.short_side)
        if is_other_list(plan.fingerprint, expected):
            raise SourceChangedError(f'The playlist "{plan.label}" changed while it was read')
        if any(section.sound for section in plan.sections):
            raise SourceUnreadableError(f'The playlist "{plan.label}" has its sound for itself, which is not read yet')
        runs = [run for section in plan.sections for run in section.pictures]
        Fetching(plan, reader, on_progress).write(runs, path)
    on_progress(1.0)
    return version_of_playlist(path.stat().st_size, plan.fingerprint)
