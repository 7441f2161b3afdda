"""`filmstrip serve`: run the service."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import structlog

from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.service.logs import configure_logs
from filmstrip.settings.reading import misspelt_variables, read_settings


@click.command("serve")
@config_flag
@setting_flag("host")
@setting_flag("port")
@setting_flag("data_dir")
@setting_flag("public_url")
@setting_flag("log_level")
def command(config: Path | None, **overrides: str | None) -> None:
    """Run the service until Ctrl-C or SIGTERM.

    It keeps everything in its data folder: tasks that a crash or a stop interrupted are resumed at the next start.
    Every setting is an environment variable FILMSTRIP_... or a line of the configuration file; `filmstrip doctor`
    shows what they are and where they come from.
    """
    settings = read_settings(config, overrides=overrides)
    configure_logs(settings.service)
    for sentence in misspelt_variables():
        structlog.get_logger(__name__).warning("unknown_variable", problem=sentence)
    # Help, and what is wrong with a setting, are told without the second that all of the service takes to load.
    from filmstrip.service.serve import serve  # noqa: PLC0415

    asyncio.run(serve(settings))
