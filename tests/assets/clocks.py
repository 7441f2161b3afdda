"""Recordings put one behind the other, each with the clock that it had: times jump back, or ahead by hours."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from assets.asset import Asset, evenly
from assets.basic import AAC, X264, derived, filmed
from assets.recipes import Encoding, Film, Surgery, tags
from assets.transport import append_to

_MPEG2 = "-c:v mpeg2video -q:v 4 -bf 2 -g 12"
_HOURS_LATER = "-output_ts_offset 30000"
_RATE = 25
_TRANSPORT_START = Fraction(37, 25)


def _part(name: str, first: int, options: str, count: int = 100) -> Asset:
    return filmed(name, "A recording.", Film(count, first=first), options)


def _one_after_the_other(name: str, trap: str, parts: Sequence[Asset], **facts: object) -> Asset:
    numbers = [number for part in parts for number in part.numbers]
    (*before, last) = parts
    truth: dict[str, object] = {
        "times": evenly(len(numbers), _RATE),
        "end": Fraction(len(numbers), _RATE),
        "numbers": numbers,
        "timestamps": False,
        "start": _TRANSPORT_START,
    }
    return derived(last, name, trap, Surgery(last, append_to, tuple(before)), **truth | facts)


_FIRST = _part("first.ts", 0, f"{X264} -g 40")
_SECOND = _part("second.ts", 100, f"{X264} -g 40")
_SHORT = _part("short.ts", 200, f"{X264} -g 40", count=30)
_LATER = _part("later.ts", 300, f"{X264} -g 40 {_HOURS_LATER}")
_SOUND_FILM = Film(75, first=50)
_SOUNDING = filmed(
    "sounding.ts",
    "A recording with sound.",
    _SOUND_FILM,
    "",
    recipe=Encoding(_SOUND_FILM, f"{X264} -g 25 {tags(_SOUND_FILM.look)} {AAC}", sound_seconds=_SOUND_FILM.seconds),
)

ASSETS = (
    _one_after_the_other(
        "clock_back.ts", "Four recordings whose clocks all begin at the same time.", [_FIRST, _SECOND, _SHORT, _FIRST]
    ),
    _one_after_the_other(
        "clock_ahead.ts", "The clock jumps ahead by eight hours, and back again.", [_FIRST, _LATER, _SECOND]
    ),
    _one_after_the_other("clock_often.ts", "Forty recordings of one second, all alike.", [_SHORT] * 40),
    _one_after_the_other(
        "clock_back.m2ts",
        "The same on a Blu-ray, in packets with four bytes more.",
        [
            _part("first.m2ts", 0, f"{X264} -g 40 -mpegts_m2ts_mode 1"),
            _part("second.m2ts", 100, f"{X264} -g 40 -mpegts_m2ts_mode 1"),
        ],
    ),
    _one_after_the_other(
        "clock_back.vob",
        "Two titles of a DVD.",
        [_part("first.vob", 0, _MPEG2), _part("second.vob", 100, _MPEG2)],
        codec="mpeg2video",
        start=Fraction(27, 50),
    ),
    _one_after_the_other(
        "clock_back.mpg",
        "Two MPEG-1 program streams, whose packets have another header.",
        [_part("first.mpg", 0, _MPEG2), _part("second.mpg", 100, _MPEG2)],
        codec="mpeg2video",
        start=Fraction(27, 50),
    ),
    _one_after_the_other(
        "clock_back_sound.ts",
        "Two recordings with sound, which ends a little later than the pictures.",
        [_SOUNDING, _SOUNDING],
        audio="aac",
    ),
)
