"""How do clients write numbers and flags? Numbers come as strings, flags as 0/1; each type here accepts all forms.

Every type raises an error that shows the value and says what is allowed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

MAX_SIDE = 16384
"""Largest side of a picture in pixels: what common decoders and browsers still show."""


def mistake(value: object, expectation: str) -> PydanticCustomError:
    """Make the error for a value that is not what the field allows, such as `"abc" is not a number above 0`."""
    shown = json.dumps(value, default=str)
    if len(shown) > 80:  # noqa: PLR2004 - enough of a value to recognise it
        shown = shown[:77] + "..."
    return PydanticCustomError("mistake", "{shown} is not {expectation}", {"shown": shown, "expectation": expectation})


def unfit(problem: str) -> PydanticCustomError:
    """Make the error for a value that does not go with others, without showing it: it may hold secrets."""
    return PydanticCustomError("mistake", "{problem}", {"problem": problem})


def parse_exact(value: object) -> Fraction | None:
    """Parse a number or its text without rounding; None for what is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        value = repr(value)
    if not isinstance(value, str) or len(value) > 40:  # noqa: PLR2004 - no honest number is longer
        return None
    try:
        return Fraction(value.strip())
    except (ValueError, ZeroDivisionError):
        return None


def number(
    expectation: str, *, above: int | None = None, least: int | Fraction | None = None, most: int = 10**12
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
            or not -(10**12) <= exact <= most
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
        return value

    return parse


Seconds = Annotated[Fraction, number("a number of seconds, 0 or above", least=0)]
PositiveNumber = Annotated[Fraction, number("a number above 0", above=0)]
Pixels = Annotated[int, whole_number(1, MAX_SIDE)]
Flag = Annotated[bool, BeforeValidator(_parse_flag)]
Text = Annotated[str, BeforeValidator(_parse_text(1000))]
LongText = Annotated[str, BeforeValidator(_parse_text(4000))]
