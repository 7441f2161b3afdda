"""Settings from the command line, the environment and a TOML file, in this order of precedence."""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from filmstrip.settings.catalog import PREFIX, all_settings, show
from filmstrip.settings.mistakes import SettingsError
from filmstrip.settings.settings import Settings, join_settings
from filmstrip.settings.values import parse_value

CONFIG_VARIABLE = f"{PREFIX}CONFIG"
"""The environment variable that names the configuration file."""

COMMAND_VARIABLES = frozenset({f"{PREFIX}DESTINATION_KEY", f"{PREFIX}DESTINATION_SECRET"})
"""Variables that commands read, and that are no settings."""

_MOST_CONFIG_BYTES = 1 << 20

# What Kubernetes sets in every container for a service that is named "filmstrip".
_OF_ORCHESTRATORS = re.compile(r"_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?$")


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A value that was set.

    Attributes:
        value: As it was found: text of a variable, or a TOML value.
        origin: Where it was found, such as "FILMSTRIP_PORT" or "port in filmstrip.toml".
    """

    value: object
    origin: str


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting as it is, for people.

    Attributes:
        name: Its name in the configuration file.
        shown: Its value; "(hidden)" for a secret.
        origin: Where it was set; "default" if nowhere.
    """

    name: str
    shown: str
    origin: str


def read_settings(
    config: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Read all settings.

    Args:
        config: The configuration file; None takes the one that FILMSTRIP_CONFIG names, if it names one.
        environ: The environment.
        overrides: Values by the setting's name that win over everything, as from the command line; None is not given.

    Raises:
        SettingsError: With every mistake: the setting's name where it was set, the value, and what is allowed.
    """
    return join_settings(_parse(_given(config, environ, overrides or {})))


def describe_settings(
    config: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    overrides: Mapping[str, object] | None = None,
) -> tuple[SettingValue, ...]:
    """Return every setting's value and where it was set, without secrets.

    Raises:
        SettingsError: As from `read_settings`.
    """
    given = _given(config, environ, overrides or {})
    values = _parse(given)
    return tuple(
        SettingValue(
            name,
            "(hidden)" if setting.is_secret and name in values else show(values.get(name, setting.default)),
            given[name].origin if name in given else "default",
        )
        for name, setting in all_settings().items()
    )


def unknown_variables(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Name the variables that begin like settings but are none, in alphabetical order: most likely slips."""
    known = {setting.variable for setting in all_settings().values()} | {CONFIG_VARIABLE} | COMMAND_VARIABLES
    ours = {name for name in environ if name.startswith(PREFIX) and _OF_ORCHESTRATORS.search(name) is None}
    return tuple(sorted(ours - known))


def misspelt_variables(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return a sentence for each variable that is no setting, with the setting that was most likely meant."""
    return tuple(f"{name} is no setting{_variable_hint(name)}" for name in unknown_variables(environ))


def _variable_hint(variable: str) -> str:
    close = difflib.get_close_matches(variable.removeprefix(PREFIX).lower(), list(all_settings()), n=1)
    return f"; did you mean {all_settings()[close[0]].variable}?" if close else " and was ignored"


def _given(config: Path | None, environ: Mapping[str, str], overrides: Mapping[str, object]) -> dict[str, GivenValue]:
    named = environ.get(CONFIG_VARIABLE, "").strip()
    path = config or (Path(named) if named else None)
    given = _from_file(path) if path else {}
    for name, setting in all_settings().items():
        if setting.variable in environ:
            given[name] = GivenValue(environ[setting.variable], setting.variable)
        if overrides.get(name) is not None:
            given[name] = GivenValue(overrides[name], f"--{name.replace('_', '-')}")
    return given


def _from_file(path: Path) -> dict[str, GivenValue]:
    try:
        document = tomllib.loads(_small_text(path))
    except OSError as error:
        raise SettingsError(f"The configuration file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"The configuration file {path} is not text in UTF-8") from None
    except ValueError as error:
        raise SettingsError(f"The configuration file {path} is not TOML: {error}") from None
    unknown = [name for name in document if name not in all_settings()]
    if unknown:
        raise SettingsError("\n".join(f"{name} in {path}: is no setting{_hint(name)}" for name in unknown))
    return {name: GivenValue(value, f"{name} in {path}") for name, value in document.items()}


def _small_text(path: Path) -> str:
    """Read a text file; a device, a pipe or a film that was named by mistake would be read for ever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SettingsError(f"The configuration file {path} is not an ordinary file")
        data = file.read(_MOST_CONFIG_BYTES + 1)
    if len(data) > _MOST_CONFIG_BYTES:
        raise SettingsError(f"The configuration file {path} is larger than {_MOST_CONFIG_BYTES >> 10} KiB")
    return data.decode()


def _hint(name: str) -> str:
    close = difflib.get_close_matches(name, list(all_settings()), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _parse(given: Mapping[str, GivenValue]) -> dict[str, object]:
    values: dict[str, object] = {}
    mistakes: list[str] = []
    for name, found in given.items():
        try:
            values[name] = parse_value(all_settings()[name], found.value)
        except ValueError as error:
            mistakes.append(f"{found.origin}: {error}")
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return values
