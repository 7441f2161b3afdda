"""Copies a playlist: what it names, fetched into one file, or where sound is for itself into two for each clock."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from filmstrip.domain.errors import SourceChangedError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.playlist_source import FetchedTracks, PlaylistCopy, PlaylistSource, is_other_list
from filmstrip.storage.playlists.fetching import Fetching
from filmstrip.storage.playlists.plan import Plan, Section
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
) -> PlaylistCopy:
    """Fetch what a playlist names into a file, as `sources.copy_playlist`."""
    with closing(Reader(settings, source.lender, source.region, on_progress)) as reader:
        plan = make_plan(source.url, reader, source.short_side)
        if is_other_list(plan.fingerprint, expected):
            raise SourceChangedError(f'The playlist "{plan.label}" changed while it was read')
        tracks = _fetch(plan, Fetching(plan, reader, on_progress), path)
    on_progress(1.0)
    return PlaylistCopy(plan.fingerprint, tracks)


def _fetch(plan: Plan, fetching: Fetching, path: Path) -> tuple[FetchedTracks, ...]:
    if not any(section.sound for section in plan.sections):
        fetching.write([run for section in plan.sections for run in section.pictures], path)
        return ()
    return tuple(_fetch_tracks(section, fetching, path, number) for number, section in enumerate(plan.sections))


def _fetch_tracks(section: Section, fetching: Fetching, path: Path, number: int) -> FetchedTracks:
    pictures, sound = path.with_name(f"{path.name}-pictures-{number}"), path.with_name(f"{path.name}-sound-{number}")
    fetching.write(section.pictures, pictures)
    if not section.sound:
        return FetchedTracks(pictures, None)
    fetching.write(section.sound, sound)
    return FetchedTracks(pictures, sound)
