"""Which pictures and which sound of a period of a DASH manifest are taken (ISO/IEC 23009-1, 5.3.3 and 5.3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.storage.playlists.mpd import Element, descriptors
from filmstrip.storage.playlists.picture_choice import Picture, best_picture

_SOUND_CODECS = ("mp4a", "ac-3", "ec-3", "opus", "vorbis", "flac", "mp3", "alac", "dts")
_NUMBER = re.compile(r"\d{1,15}")
_TRICK_MODE = "http://dashif.org/guidelines/trickmode"
_ROLE = "urn:mpeg:dash:role:2011"
_ANY_PROTECTION = "Common Encryption"
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
        set_protection: By what its adaptation set is encrypted: read once for all that are in it, which may be many.
        is_main: Whether its adaptation set is the main one.
    """

    levels: tuple[Element, Element, Element]
    set_protection: frozenset[str] = frozenset()
    is_main: bool = False

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
        found = self.set_protection | _protection(self.levels[2])
        return ", ".join(sorted(found - {_ANY_PROTECTION})) or "".join(found)

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
    found = [each for one in sets for each in _representations(period, one)]
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
    first = max(sounds, key=lambda each: each.is_main)
    return max((each for each in sounds if each.levels[1] is first.levels[1]), key=lambda each: each.bits_per_second)


def _representations(period: Element, adaptation_set: Element) -> Iterator[Representation]:
    protection, is_main = _protection(adaptation_set), (_ROLE, "main") in descriptors(adaptation_set, "Role")
    for own in adaptation_set.all("Representation"):
        yield Representation((period, adaptation_set, own), protection, is_main)


def _protection(element: Element) -> frozenset[str]:
    """Return by what an element says that it is encrypted: one of the few names that we know, or another one's."""
    schemes = (scheme for scheme, _ in descriptors(element, "ContentProtection"))
    return frozenset(_PROTECTION.get(scheme, _ANY_PROTECTION) for scheme in schemes)


def _number(text: str) -> int:
    match = _NUMBER.fullmatch(text.strip())
    return int(match[0]) if match else 0
