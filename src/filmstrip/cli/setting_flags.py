"""Which flags change settings for one call? Those of the most common settings; all others have a variable or a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from filmstrip.cli.parameter_flags import Decorated
from filmstrip.settings.catalog import all_settings
from filmstrip.settings.reading import CONFIG_VARIABLE


def config_flag(function: Decorated) -> Decorated:
    """Decorate a command with the flag for the configuration file."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"TOML file with settings.  [env var: {CONFIG_VARIABLE}]",
    )(function)


def setting_flag(name: str) -> Callable[[Decorated], Decorated]:
    """Decorate a command with a flag for a setting, in the setting's own words."""
    setting = all_settings()[name]
    default = setting.default_text or "none"
    return click.option(
        f"--{name.replace('_', '-')}",
        name,
        metavar=name.rpartition("_")[2].upper(),
        help=f"{setting.text}  [env var: {setting.variable}; default: {default}]",
    )
