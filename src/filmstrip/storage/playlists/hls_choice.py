"""Which variant of an HLS film is taken, and which sound goes with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.storage.playlists.hls_list import Attributes, HlsList, Variant
from filmstrip.storage.playlists.picture_choice import Picture, best_picture

_RESOLUTION = re.compile(r"(\d{1,5})x(\d{1,5})")
_NUMBER = re.compile(r"\d{1,15}")
_SOUND_CODECS = ("mp4a", "ac-3", "ec-3", "ac-4", "opus", "flac", "mp3", "alac", "dts")
_DOLBY_VISION = ("dvh1", "dvhe", "dav1", "dvav", "dva1")
_TEXT_CODECS = ("stpp", "wvtt")


def choose_variant(found: HlsList, label: str, short_side: int | None) -> Variant:
    """Choose a variant stream.

    Args:
        found: The multivariant playlist.
        label: It, as it is shown.
        short_side: Pixels of the smaller side that are enough; None for the best.

    Raises:
        SourceUnreadableError: There is none.
    """
    variants = [variant for variant in found.variants if not _is_text(variant)]
    if not variants:
        raise SourceUnreadableError(f'The playlist "{label}" names no film')
    return variants[best_picture([_picture_of(variant) for variant in variants], short_side)]


def sound_of(found: HlsList, variant: Variant) -> str | None:
    """Return the playlist, as it is named, of the sound of a variant stream; None if that is in the variant itself."""
    group = variant.attributes.get("AUDIO")
    sounds = [sound for sound in found.renditions if sound.get("TYPE") == "AUDIO" and sound.get("GROUP-ID") == group]
    if group is None or not sounds:
        return None
    return _default(sounds).get("URI") or None


def _default(sounds: Sequence[Attributes]) -> Attributes:
    return max(sounds, key=lambda sound: (sound.get("DEFAULT") == "YES", sound.get("AUTOSELECT") == "YES"))


def _codecs(variant: Variant) -> list[str]:
    return [codec.strip().lower() for codec in variant.attributes.get("CODECS", "").split(",") if codec.strip()]


def _is_text(variant: Variant) -> bool:
    codecs = _codecs(variant)
    return bool(codecs) and all(codec.startswith(_TEXT_CODECS) for codec in codecs)


def _picture_of(variant: Variant) -> Picture:
    match = _RESOLUTION.match(variant.attributes.get("RESOLUTION", ""))
    bandwidth = _NUMBER.match(variant.attributes.get("BANDWIDTH", ""))
    codecs = _codecs(variant)
    has_pictures = match is not None or not codecs or any(not codec.startswith(_SOUND_CODECS) for codec in codecs)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    return Picture(
        width,
        height,
        int(bandwidth[0]) if bandwidth else 0,
        has_pictures=has_pictures,
        has_usual_colors=not any(codec.startswith(_DOLBY_VISION) for codec in codecs),
    )
