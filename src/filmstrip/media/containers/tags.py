"""What a recording tells of itself: title, artist and the like, by FFmpeg's names for all formats."""

from __future__ import annotations

import re
from collections.abc import Mapping

from filmstrip.media.containers.opening import open_container
from filmstrip.media.source.media_source import MediaSource

# Nothing that tells of persons and places beyond the work: a phone tells where it was, an encoder who ran it.
_KEPT = (
    *("title", "artist", "album", "album_artist", "composer", "performer", "genre", "date", "track", "disc"),
    *("publisher", "copyright", "compilation", "grouping"),
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LONGEST = 1000


def read_tags(source: MediaSource, sound_index: int) -> Mapping[str, str]:
    """Read the tags of a source: those of the whole, or of its sound where a format has them there (Ogg).

    Control characters become spaces; of a very long text the beginning is kept.

    Args:
        source: The bytes.
        sound_index: Number of the audio stream.
    """
    with open_container(source) as container:
        told = {**container.streams[sound_index].metadata, **container.metadata}
    plain = {name.lower(): _CONTROLS.sub(" ", value).strip()[:_LONGEST] for name, value in told.items()}
    return {name: plain[name] for name in _KEPT if plain.get(name)}
