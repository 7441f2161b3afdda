"""Makes the plan of a playlist: reads it, and what of the lists that it names is needed."""

from __future__ import annotations

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.storage.playlist_kind import PlaylistKind, playlist_kind
from filmstrip.storage.playlists.addresses import resolved
from filmstrip.storage.playlists.hls_choice import choose_variant, sound_of
from filmstrip.storage.playlists.hls_list import HlsList, parse_hls
from filmstrip.storage.playlists.hls_runs import clocks_of
from filmstrip.storage.playlists.mpd_plan import dash_plan
from filmstrip.storage.playlists.plan import Plan, Run, Section
from filmstrip.storage.playlists.reading import Reader, Text

Clocks = list[tuple[Run, ...]]


def make_plan(url: str, reader: Reader, short_side: int | None = None) -> Plan:
    """Decide what is fetched of a playlist.

    Args:
        url: Where it is, with the client's credentials.
        reader: Reads it.
        short_side: Pixels of the smaller side that are enough, None for the best picture.

    Raises:
        SourceError: It cannot be read, is not finished, is encrypted in a way that is not for us, or is malformed.
        LimitExceededError: It is longer than that of any film.
        HostNotAllowedError: It names something that may not be read.
    """
    text = reader.read_text(url)
    if playlist_kind(text.data) is PlaylistKind.DASH:
        return dash_plan(text, short_side)
    return _hls_plan(text, reader, short_side)


def _hls_plan(text: Text, reader: Reader, short_side: int | None) -> Plan:
    found = parse_hls(text.data, text.label)
    if not found.variants:
        return Plan(text.label, tuple(Section(runs) for runs in clocks_of(found, text.base, text.label)))
    variant = choose_variant(found, text.label, short_side)
    sound = sound_of(found, variant)
    pictures = _clocks_at(resolved(text.base, variant.uri), reader)
    # Of a film without pictures, the sound is the variant itself.
    if sound is None or resolved(text.base, sound) == resolved(text.base, variant.uri):
        return Plan(text.label, tuple(Section(runs) for runs in pictures))
    return Plan(text.label, _beside(pictures, _clocks_at(resolved(text.base, sound), reader)))


def _clocks_at(url: str, reader: Reader) -> Clocks:
    text = reader.read_text(url)
    if playlist_kind(text.data) is not PlaylistKind.HLS:
        raise SourceUnreadableError(f'"{text.label}" is named by a playlist of HLS, and is none')
    found: HlsList = parse_hls(text.data, text.label)
    if found.variants:
        raise SourceUnreadableError(f'"{text.label}" is named as a playlist of segments, and names playlists')
    return clocks_of(found, text.base, text.label)


def _beside(pictures: Clocks, sound: Clocks) -> tuple[Section, ...]:
    if len(pictures) == len(sound):
        return tuple(Section(runs, heard) for runs, heard in zip(pictures, sound, strict=True))
    raise SourceUnreadableError("The sound of the playlist has other discontinuities than its pictures")
