"""`filmstrip doctor`: check whether the service can work here."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from filmstrip.cli.setting_flags import config_flag
from filmstrip.cli.tables import print_table, table_of
from filmstrip.service.checkup import Finding, check_up
from filmstrip.settings.reading import describe_settings


@click.command("doctor")
@config_flag
@click.option("--settings", "shows_settings", is_flag=True, help="Show every setting's value and where it is set.")
def command(config: Path | None, *, shows_settings: bool) -> int:
    """Check whether the service can work here, and say how to fix what is wrong.

    Looks at Python, the decoders, the settings, the ffmpeg program, the data folder and its disk, the database, and
    makes and reads a small video. The exit code is 0 if the service can work.
    """
    console = Console()
    if shows_settings:
        _show_settings(config)
        return 0
    findings = list(check_up(config))
    for finding in findings:
        _show(console, finding)
    return 1 if any(finding.is_grave for finding in findings) else 0


def _show(console: Console, finding: Finding) -> None:
    mark = "[green]✓[/]" if finding.remedy is None else "[bold red]✗[/]" if finding.is_grave else "[yellow]![/]"
    console.print(f"{mark} {finding.name:<12} {escape(finding.found)}", highlight=False, soft_wrap=True)
    if finding.remedy is not None:
        console.print(f"  {'':<12} [dim]{escape(finding.remedy)}[/]", highlight=False, soft_wrap=True)


def _show_settings(config: Path | None) -> None:
    table = table_of("setting", "value", "set by")
    for setting in describe_settings(config):
        table.add_row(setting.name, escape(setting.shown), f"[dim]{escape(setting.origin)}[/]")
    print_table(table)
