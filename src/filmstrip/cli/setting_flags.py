"""Flags that change the most common settings for one call; all others have a variable or a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from filmstrip.cli.parameter_flags import Decorated
from filmstrip.settings.catalog import all_settings
from filmstrip.settings.reading import CONFIG_VARIABLE, misspelt_variables


def config_flag(function: Decorated) -> Decorated:
    """Decorate a command with the flag for the configuration file."""
    return click.option(
        "--config",
        callback=_tell_slips,
        is_eager=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"TOML file with settings.  [env var: {CONFIG_VARIABLE}]",
    )(function)


def _tell_slips(context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """Say which variables are no settings; the service says it in its log, and `filmstrip doctor` in its findings."""
    if context.info_name not in {"serve", "doctor"} and not context.resilient_parsing:
        for sentence in misspelt_variables():
            click.echo(f"filmstrip: {sentence}", err=True)
    return path


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
