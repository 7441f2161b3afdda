"""`filmstrip serve`: run the service."""

from __future__ import annotations

from pathlib import Path

import click

from filmstrip.cli.running import replace_flag, run_role
from filmstrip.cli.setting_flags import config_flag, setting_flag


@click.command("serve")
@config_flag
@setting_flag("host")
@setting_flag("port")
@setting_flag("data_dir")
@setting_flag("public_url")
@setting_flag("log_level")
@replace_flag
def command(config: Path | None, *, replace: bool, **overrides: str | None) -> None:
    """Run the service until Ctrl-C or SIGTERM.

    It keeps everything in its data folder: tasks that a crash or a stop interrupted are resumed at the next start.
    Every setting is an environment variable FILMSTRIP_... or a line of the configuration file; `filmstrip doctor`
    shows what they are and where they come from.
    """
    run_role("serve", config, overrides, replace=replace)
