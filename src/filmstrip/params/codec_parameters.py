"""What the settings of all video encoders have in common, and in which forms clients write them.

Flags come as "+a-b", and as " a-b" if a form decoder has made a space of the plus sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, model_validator

from filmstrip.params.parameters import Parameters
from filmstrip.params.values import mistake, number

SCALERS = (
    *("fast_bilinear", "bilinear", "bicubic", "neighbor", "area", "bicublin", "gauss", "sinc", "lanczos", "spline"),
    *("accurate_rnd", "full_chroma_int", "full_chroma_inp"),
)
_LONGEST = 500
_SIGNED = re.compile(r"([+-]?)([a-z0-9_]+)")

Switches = dict[str, bool]
"""Flags that are named, and whether each is switched on or off; the others keep their default."""


def _show_switches(switches: Switches) -> str:
    return "".join(f"{'+' if is_on else '-'}{name}" for name, is_on in switches.items())


def _bounded(value: object, expectation: str) -> str:
    text = str(value)
    if len(text) > _LONGEST:
        raise mistake(value, expectation)
    return text


def switches(allowed: Collection[str]) -> tuple[BeforeValidator, PlainSerializer]:
    """Accept a list of flags, each switched on or off; what validates them, and what writes them as JSON again."""
    expectation = f"a list such as +{next(iter(allowed))}, of {', '.join(allowed)}"

    def parse(value: object) -> Switches:
        text = re.sub(r"[\s,|]+", "+", _bounded(value, expectation).strip().lower())
        text = re.sub(r"\+(?=[+-])", "", text)
        found = _SIGNED.findall(text)
        if "".join(sign + name for sign, name in found) != text or not {name for _, name in found} <= set(allowed):
            raise mistake(value, expectation)
        return {name: sign != "-" for sign, name in found}

    return BeforeValidator(_unless_parsed(dict, parse)), PlainSerializer(_show_switches)


def words(allowed: Collection[str]) -> BeforeValidator:
    """Accept one or more words of some, with anything usual between them."""

    def parse(value: object) -> str:
        text = _bounded(value, f"one or more of {', '.join(allowed)}").strip().lower()
        found = [word for word in re.split(r"[\s,|+]+", text) if word]
        if not found or not set(found) <= set(allowed):
            raise mistake(value, f"one or more of {', '.join(allowed)}")
        return "+".join(found)

    return BeforeValidator(parse)


def _unless_parsed(kind: type, parse: Callable[[object], Any]) -> Callable[[object], Any]:
    return lambda value: value if isinstance(value, kind) else parse(value)


class CodecParameters(Parameters):
    """Settings of a video encoder.

    Attributes:
        sws_flags: Scaler such as bicubic (the default) or lanczos.
    """

    sws_flags: Annotated[str, words(SCALERS)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_object(cls, document: Any) -> Any:
        if document == []:  # PHP writes an empty object so
            return {}
        if not isinstance(document, dict | cls):
            raise mistake(document, 'an object such as {"preset": "slow"}')
        return document


Kilobits = Annotated[Fraction, number("a number of kbit/s above 0 and at most 2000000", above=0, most=2 * 10**6)]


class RateLimits(CodecParameters):
    """Limits of the bitrate, of encoders that count in kbit/s.

    Attributes:
        max_rate: Highest bitrate in kbit/s, as an average over `bufsize`.
        min_rate: Lowest bitrate in kbit/s.
        bufsize: Size of the decoder's buffer in kbit; twice `max_rate` if absent.
    """

    max_rate: Kilobits | None = None
    min_rate: Kilobits | None = None
    bufsize: Kilobits | None = None
