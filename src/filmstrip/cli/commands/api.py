"""`filmstrip api`: answer clients, and let workers run their tasks."""

from __future__ import annotations

from pathlib import Path

import click

from filmstrip.cli.running import run_role
from filmstrip.cli.setting_flags import config_flag, setting_flag


@click.command("api")
@config_flag
@setting_flag("host")
@setting_flag("port")
@setting_flag("database_url")
@setting_flag("data_dir")
@setting_flag("public_url")
@setting_flag("log_level")
def command(config: Path | None, **overrides: str | None) -> None:
    """Answer clients until Ctrl-C or SIGTERM, and run no tasks.

    Any number of these share a PostgreSQL database with the workers that run the tasks (`filmstrip worker`).
    """
    run_role("api", config, overrides)
