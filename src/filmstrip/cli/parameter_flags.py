"""Flags for the parameters of an output: one for each field; there is no second list."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import Enum
from fractions import Fraction
from types import NoneType
from typing import Any, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from filmstrip.cli.flag_groups import GroupedOption
from filmstrip.params.field_texts import field_texts
from filmstrip.params.parameters import Parameters

# A command's function, or the command that click made of it.
Decorated = Callable[..., Any] | click.Command


def parameter_flags(
    kind: type[Parameters], *, without: Collection[str] = (), secrets: Mapping[str, str] | None = None
) -> Callable[[Decorated], Decorated]:
    """Decorate a click command with a flag for each field of a group of parameters.

    Values stay text: the same parser that reads queries judges them.

    Args:
        kind: The class whose fields become flags.
        without: Fields that get none.
        secrets: Environment variables that fields may come from instead, so that they need not be typed.
    """
    options = list(_options(kind, without, secrets or {}))

    def decorate(function: Decorated) -> Decorated:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def given(flags: Mapping[str, object]) -> dict[str, object]:
    """Keep the flags that were given, as a query's JSON has them."""
    return {name: value for name, value in flags.items() if value is not None}


def value_form(field: FieldInfo) -> str:
    """Return in a word what is to be written for a field: "NUMBER", "TEXT", "FLAG" or the allowed words, "png|jpg"."""
    value_type = _value_type(field.annotation)
    if isinstance(value_type, type) and issubclass(value_type, Enum):
        return "|".join(str(member.value) for member in value_type)
    if value_type is bool:
        return "FLAG"
    return "NUMBER" if value_type in (int, Fraction) else "TEXT"


def is_list(field: FieldInfo) -> bool:
    """Check whether a field takes several values, which the command line separates by commas."""
    return get_origin(_first_kind(field.annotation)) is tuple


def _first_kind(annotation: object) -> object:
    """Look through what says that a value may be absent."""
    while get_origin(annotation) is not None and get_origin(annotation) is not tuple:
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    return annotation


def _value_type(annotation: object) -> object:
    while get_origin(annotation) is not None:
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    return annotation


def _options(
    kind: type[Parameters], without: Collection[str], secrets: Mapping[str, str]
) -> Iterator[Callable[[Decorated], Decorated]]:
    texts, homes = field_texts(kind), kind.__mro__
    # What a class adds itself says most about it, so it comes first; then what it takes over, as it names it.
    for name in sorted(kind.model_fields, key=lambda name: homes.index(_home(kind, name))):
        field = kind.model_fields[name]
        if name in without:
            continue
        form = value_form(field)
        flag = name.replace("_", "-")
        yield click.option(
            f"--{flag}/--no-{flag}" if form == "FLAG" else f"--{flag}",
            name,
            cls=GroupedOption,
            heading=_heading(_home(kind, name)),
            default=None,
            envvar=secrets.get(name),
            show_envvar=name in secrets,
            metavar=None if form == "FLAG" else f"{form},..." if is_list(field) else form,
            help=_as_typed(_help(texts[name], field), kind.model_fields.keys() - set(without)),
        )


def _home(kind: type[Parameters], name: str) -> type:
    """Find the class that says last what a field is."""
    return next(each for each in kind.__mro__ if name in vars(each).get("__annotations__", {}))


def _heading(home: type) -> str:
    """Take what a group of fields is about from the beginning of its docstring."""
    return re.split(r"[.:]", (home.__doc__ or "").strip().partition("\n")[0])[0]


def _as_typed(text: str, names: Collection[str]) -> str:
    """Name other fields as the flags that they are here."""
    return re.sub(
        r"`([a-z_]+)`", lambda found: f"--{found[1].replace('_', '-')}" if found[1] in names else found[0], text
    )


def _help(text: str, field: FieldInfo) -> str:
    if is_list(field):
        # What is a list of JSON in a query is typed with commas.
        text = re.sub(r"\[([^\]]+)\]", lambda found: found[1].replace('"', "").replace(", ", ","), text)
        text = f"{text} Several are separated by commas."
    if field.is_required() or field.default is None or isinstance(field.default, bool | tuple) or "default" in text:
        return text
    return f"{text}  [default: {field.default}]"
