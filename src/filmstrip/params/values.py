"""Numbers and flags as clients write them: numbers as strings, flags as 0/1; each type here accepts all forms.

Every type raises an error that shows the value and says what is allowed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

MAX_SIDE = 16384
"""Largest side of a picture in pixels: what common decoders and browsers still show."""

_LONGEST_SHOWN = 80


def mistake(value: object, expectation: str) -> PydanticCustomError:
    """Make the error for a value that is not what the field allows, such as `"abc" is not a number above 0`."""
    facts = {"shown": shown(value), "expectation": expectation}
    return PydanticCustomError("mistake", "{shown} is not {expectation}", facts)


def shown(value: object) -> str:
    """Return a value as JSON, cut if it is longer than what one needs to recognise it."""
    text = json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."


def unfit(problem: str) -> PydanticCustomError:
    """Make the error for a value that does not go with others, without showing it: it may hold secrets."""
    return PydanticCustomError("mistake", "{problem}", {"problem": problem})


LARGEST = 10**12
"""What no number exceeds: seconds of 30,000 years, or a terabit."""

# Bounded before any arithmetic: 1e999999999 is ten characters, and 400 megabytes as a number.
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?|[+-]?[0-9]{1,20}/[0-9]{1,20}"
)


def parse_exact(value: object) -> Fraction | None:
    """Parse a number or its text without rounding; None for what is no number, or one beyond `LARGEST`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Fraction):
        return _within(Fraction(value))
    text = repr(value) if isinstance(value, float) else value
    if not isinstance(text, str) or _NUMBER.fullmatch(text.strip()) is None:
        return None
    try:
        exact = Fraction(text.strip())
    except ZeroDivisionError:
        return None
    return _within(exact)


def _within(exact: Fraction) -> Fraction | None:
    return exact if abs(exact) <= LARGEST else None


def number(
    expectation: str, *, above: int | None = None, least: int | Fraction | None = None, most: int = LARGEST
) -> BeforeValidator:
    """Accept an exact number, also as a string ("29.97", "30000/1001").

    Args:
        expectation: What is allowed, as the end of the sentence `"abc" is not ...`.
        above: The number must be greater than this.
        least: The number must not be less than this.
        most: The number must not be greater than this.
    """

    def parse(value: object) -> Fraction:
        exact = parse_exact(value)
        if (
            exact is None
            or (above is not None and exact <= above)
            or (least is not None and exact < least)
            or exact > most
        ):
            raise mistake(value, expectation)
        return exact

    return BeforeValidator(parse)


def whole_number(least: int, most: int) -> BeforeValidator:
    """Accept whole numbers in a closed range, also as a string ("320") or with a zero fraction (320.0)."""

    def parse(value: object) -> int:
        exact = parse_exact(value)
        if exact is None or exact.denominator != 1 or not least <= exact <= most:
            raise mistake(value, f"a whole number from {least} to {most}")
        return int(exact)

    return BeforeValidator(parse)


def accepted(validator: BeforeValidator, value: object) -> object:
    """Return a value as it is if a validator of this module accepts it, which raises what it says otherwise."""
    check: Callable[[Any], object] = validator.func  # type: ignore[assignment]
    check(value)
    return value


def one_of(allowed: Collection[str], aliases: dict[str, str] | None = None) -> BeforeValidator:
    """Accept one of some words, whatever the case."""
    names = {word.lower(): word for word in allowed} | (aliases or {})

    def parse(value: object) -> str:
        word = names.get(str(value).strip().lower())
        if word is None:
            raise mistake(value, f"one of {', '.join(allowed)}")
        return word

    return BeforeValidator(parse)


def _parse_flag(value: object) -> bool:
    flag = {"0": False, "1": True, "false": False, "true": True}.get(str(value).strip().lower())
    if flag is None:
        raise mistake(value, "0 or 1")
    return flag


def _parse_text(limit: int) -> Callable[[Any], str]:
    def parse(value: object) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise mistake(value, "text")
        if len(value) > limit:
            raise mistake(value, f"text of at most {limit} characters")
        if not is_printable_text(value):
            raise mistake(value, "text without line ends and other control characters")
        return value

    return parse


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_printable_text(text: str) -> bool:
    """Check whether a text may become a header, a name or an argument.

    It holds no control character (Unicode's Cc), no separator of lines or paragraphs, and no half of a surrogate pair.
    """
    return _CONTROLS.search(text) is None


def _is_header_value(value: str) -> str:
    if not value.isascii():
        raise mistake(value, "text of ASCII characters, as a header of HTTP has it")
    return value


def list_of(most: int) -> Callable[[object], object]:
    """Accept a list of so many items at most, also as a text with commas."""

    def parse(value: object) -> object:
        items = [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            raise mistake(value, "a list")
        if len(items) > most:
            raise unfit(f"has {len(items)} items; at most {most} are allowed")
        return items

    return parse


Seconds = Annotated[Fraction, number("a number of seconds, 0 or above", least=0)]
PositiveNumber = Annotated[Fraction, number("a number above 0", above=0)]
Pixels = Annotated[int, whole_number(1, MAX_SIDE)]
Flag = Annotated[bool, BeforeValidator(_parse_flag)]
Text = Annotated[str, BeforeValidator(_parse_text(1000))]
HeaderText = Annotated[str, AfterValidator(_is_header_value), BeforeValidator(_parse_text(1000))]
"""What becomes a header of a request, or a part of one (RFC 9110, 5.5)."""
LongText = Annotated[str, BeforeValidator(_parse_text(16_000))]
"""Long enough for URLs that are signed with session tokens."""
