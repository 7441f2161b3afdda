"""`filmstrip worker`: run tasks, beside others on one database."""

from __future__ import annotations

from pathlib import Path

import click

from filmstrip.cli.running import replace_flag, run_role
from filmstrip.cli.setting_flags import config_flag, setting_flag


@click.command("worker")
@config_flag
@setting_flag("database_url")
@setting_flag("data_dir")
@setting_flag("slots")
@setting_flag("queues")
@setting_flag("executor_name")
@setting_flag("log_level")
@replace_flag
def command(config: Path | None, *, replace: bool, **overrides: str | None) -> None:
    """Run tasks until Ctrl-C or SIGTERM, and answer no clients.

    Any number of workers share a PostgreSQL database, one on each machine. What one leaves unfinished, as it was
    stopped or has died, the others go on with.
    """
    run_role("worker", config, overrides, replace=replace)
