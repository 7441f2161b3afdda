"""Which pictures and which sound of a period of a DASH manifest are taken (ISO/IEC 23009-1, 5.3.3 and 5.3.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.storage.playlists.mpd import Element, descriptors
from filmstrip.storage.playlists.picture_choice import Picture, best_picture

_SOUND_CODECS = ("mp4a", "ac-3", "ec-3", "opus", "vorbis", "flac", "mp3", "alac", "dts")
_NUMBER = re.compile(r"\d{1,15}")
_TRICK_MODE = "http://dashif.org/guidelines/trickmode"
_ROLE = "urn:mpeg:dash:role:2011"
_PROTECTION = {
    "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed": "Widevine",
    "urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95": "PlayReady",
    "urn:uuid:94ce86fb-07ff-4f43-adb8-93d2fa968ca2": "FairPlay",
    "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e": "ClearKey",
}


@dataclass(frozen=True, slots=True)
class Representation:
    """A representation, with what it takes over from the elements around it.

    Attributes:
        levels: Its period, its adaptation set, and its own element.
    """

    levels: tuple[Element, Element, Element]

    def told(self, name: str) -> str:
        """Return an attribute of its own or else of its set, "" if neither has it."""
        _, adaptation_set, own = self.levels
        return own.attributes.get(name) or adaptation_set.attributes.get(name) or ""

    @property
    def codecs(self) -> tuple[str, ...]:
        """The codecs in it, in lower case."""
        return tuple(codec.strip().lower() for codec in self.told("codecs").split(",") if codec.strip())

    @property
    def content(self) -> str:
        """What it holds: "video", "audio", or another word; with both it is "video"."""
        told = self.told("contentType") or self.told("mimeType").partition("/")[0]
        return told.strip().lower()

    @property
    def has_sound(self) -> bool:
        """Whether there is sound in it, as far as it tells."""
        return any(codec.startswith(_SOUND_CODECS) for codec in self.codecs)

    @property
    def protection(self) -> str:
        """By what it is encrypted, "" if by nothing."""
        schemes = [scheme for level in self.levels[1:] for scheme, _ in descriptors(level, "ContentProtection")]
        names = [_PROTECTION[scheme] for scheme in schemes if scheme in _PROTECTION]
        return ", ".join(dict.fromkeys(names)) or ("Common Encryption" if schemes else "")

    @property
    def bits_per_second(self) -> int:
        """What it takes to fetch, 0 if it is not told."""
        return _number(self.told("bandwidth"))

    @property
    def picture(self) -> Picture:
        """What is told of its pictures."""
        return Picture(_number(self.told("width")), _number(self.told("height")), self.bits_per_second)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken of a period.

    Attributes:
        pictures: The pictures, or the sound where there are none.
        sound: Sound for itself, None if there is none.
    """

    pictures: Representation
    sound: Representation | None = None


def choose(period: Element, label: str, short_side: int | None) -> Choice | None:
    """Choose what is taken of a period, None if it is empty.

    Args:
        period: The period.
        label: The manifest, as it is shown.
        short_side: Pixels of the smaller side that are enough; None for the best.

    Raises:
        SourceUnreadableError: All of it is encrypted.
    """
    sets = [each for each in period.all("AdaptationSet") if not _is_for_seeking(each)]
    found = [Representation((period, each, own)) for each in sets for own in each.all("Representation")]
    films = _readable([each for each in found if each.content == "video"], label)
    sounds = _readable([each for each in found if each.content == "audio"], label)
    if not films:
        return Choice(_best_sound(sounds)) if sounds else None
    film = films[best_picture([each.picture for each in films], short_side)]
    return Choice(film, None if film.has_sound or not sounds else _best_sound(sounds))


def _is_for_seeking(adaptation_set: Element) -> bool:
    names = ("EssentialProperty", "SupplementalProperty")
    return any(scheme == _TRICK_MODE for name in names for scheme, _ in descriptors(adaptation_set, name))


def _readable(found: Sequence[Representation], label: str) -> list[Representation]:
    plain = [each for each in found if not each.protection]
    if found and not plain:
        raise SourceUnreadableError(
            f'The playlist "{label}" is encrypted ({found[0].protection}), and cannot be shown without its key: send '
            "it without DRM"
        )
    return plain


def _best_sound(sounds: Sequence[Representation]) -> Representation:
    """Return the sound that is the main one, else the first, at the most bits."""
    first = max(sounds, key=_is_main)
    return max((each for each in sounds if each.levels[1] is first.levels[1]), key=lambda each: each.bits_per_second)


def _is_main(sound: Representation) -> bool:
    return (_ROLE, "main") in descriptors(sound.levels[1], "Role")


def _number(text: str) -> int:
    match = _NUMBER.fullmatch(text.strip())
    return int(match[0]) if match else 0
