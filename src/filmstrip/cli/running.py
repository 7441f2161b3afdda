"""How the commands that run until they are stopped are begun."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click
import structlog

from filmstrip.service.logs import configure_logs
from filmstrip.settings.reading import misspelt_variables, read_settings

replace_flag = click.option(
    "--replace",
    is_flag=True,
    help="Take the place of a process of the same executor_name that still seems alive, as after a machine was lost. "
    "Only with a PostgreSQL database.",
)
"""Decorates a command that runs tasks."""


def run_role(role: str, config: Path | None, overrides: Mapping[str, str | None], *, replace: bool = False) -> None:
    """Run a part of the service until Ctrl-C or SIGTERM.

    Args:
        role: Which part, a value of `service.app.Role`.
        config: The configuration file.
        overrides: Settings of this call.
        replace: Whether to take the place of a process of the same name that is alive.
    """
    settings = read_settings(config, overrides=overrides)
    configure_logs(settings.service)
    for sentence in misspelt_variables():
        structlog.get_logger(__name__).warning("unknown_variable", problem=sentence)
    # Help, and what is wrong with a setting, are told without the second that all of the service takes to load.
    from filmstrip.service.app import Role  # noqa: PLC0415
    from filmstrip.service.serve import serve  # noqa: PLC0415

    asyncio.run(serve(settings, Role(role), replace=replace))
