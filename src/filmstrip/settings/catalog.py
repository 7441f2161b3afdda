"""The settings that exist: the fields of each package's settings class, with their types and docstrings.

There is no second list: the reference in the docs, `filmstrip doctor` and the reading of values use this one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from filmstrip.api.settings import ApiSettings
from filmstrip.jobs.callbacks.settings import CallbackSettings
from filmstrip.jobs.settings import JobSettings
from filmstrip.media.settings import MediaSettings
from filmstrip.params.field_texts import field_texts
from filmstrip.settings.service_settings import ServiceSettings
from filmstrip.storage.settings import StorageSettings
from filmstrip.uploads.settings import UploadSettings

SECTIONS: tuple[type, ...] = (
    ServiceSettings,
    ApiSettings,
    JobSettings,
    MediaSettings,
    StorageSettings,
    UploadSettings,
    CallbackSettings,
)
"""The settings classes; if two have a field of the same name, the first one tells about it."""

PREFIX = "FILMSTRIP_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: Its name in the configuration file.
        kind: Type of its value.
        default: Its value if it is not set.
        text: What it is for.
        section: First line of the class that it belongs to.
        is_secret: Whether its value may not be shown.
    """

    name: str
    kind: Any
    default: object
    text: str
    section: str
    is_secret: bool

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.name.upper()

    @property
    def default_text(self) -> str:
        """Its default in words of a configuration; empty if it has none."""
        return show(self.default)


@cache
def all_settings() -> Mapping[str, Setting]:
    """All settings by their name, section by section."""
    found: dict[str, Setting] = {}
    for section in SECTIONS:
        for setting in _settings_of(section):
            found.setdefault(setting.name, setting)
    return MappingProxyType(found)


def _settings_of(section: type) -> Iterator[Setting]:
    kinds, texts = get_type_hints(section, include_extras=True), field_texts(section)
    title = (section.__doc__ or "").splitlines()[0]
    for field in dataclasses.fields(section):
        # What has no default follows from other settings: it is not set by itself.
        if field.default is not dataclasses.MISSING:
            yield Setting(field.name, kinds[field.name], field.default, texts[field.name], title, not field.repr)


def item_kind(kind: Any) -> Any | None:
    """Return the type of a list's items, None for a type that is no list."""
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def is_table(kind: Any) -> bool:
    """Check whether a type has fields of its own, so that its values are tables of the file."""
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def without_none(kind: Any) -> Any:
    """Return the type of a value that is there, for a type that also allows None."""
    others = [choice for choice in get_args(kind) if choice is not NoneType]
    is_optional = len(others) == 1 and len(get_args(kind)) > 1 and get_origin(kind) is not Annotated
    return others[0] if is_optional and item_kind(kind) is None else kind


def show(value: object) -> str:
    """Write a value as one would write it into an environment variable."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(show(item) for item in value)
    return str(int(value)) if isinstance(value, bool) else str(value)
