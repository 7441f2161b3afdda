"""`filmstrip lint`: tell which players will fail on a set of thumbnails."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from filmstrip.cli.event_loop import run_to_end
from filmstrip.cli.flag_groups import GroupedCommand
from filmstrip.cli.media_server import media_server
from filmstrip.cli.place import holds_credentials, source_url
from filmstrip.cli.s3_places import S3Flags, manners_for, s3_flags
from filmstrip.cli.setting_flags import config_flag
from filmstrip.manifest.lint.finding import Finding, Level
from filmstrip.service.linting import Page, Report, lint
from filmstrip.service.local import probe_source
from filmstrip.settings.reading import read_settings
from filmstrip.settings.settings import Settings

_MOST_PLACES = 3
_STYLES = {Level.ERROR: "bold red", Level.WARNING: "yellow"}


@click.command("lint", cls=GroupedCommand)
@click.argument("place")
@click.option("--video", metavar="SOURCE", help="The video that is played: the thumbnails have to reach its end.")
@click.option(
    "--origin",
    default="https://player.example",
    show_default=True,
    help="Origin of the page that plays it; another one than that of PLACE needs CORS headers.",
)
@click.option("--track-src", metavar="ADDRESS", help="The track's address as the page writes it.")
@click.option("--crossorigin", is_flag=True, help="The page writes <video crossorigin>.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@s3_flags
@config_flag
def command(  # noqa: PLR0913 - a flag each
    place: str,
    video: str | None,
    origin: str,
    track_src: str | None,
    config: Path | None,
    s3: S3Flags,
    *,
    crossorigin: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Show which player or device will fail on a set of thumbnails, on what, and by which rule.

    PLACE is a manifest or a folder of them, or the http:// or https:// URL of a manifest: a WebVTT track, an HLS
    playlist, a DASH MPD or a BIF file. The pictures that it points at are looked at too. The exit code is 0 if no
    player fails.
    """
    settings = read_settings(config)
    reports = lint(place, Page(origin, track_src, crossorigin), _duration(video, settings, s3), settings.storage)
    if as_json:
        click.echo(json.dumps([asdict(report) for report in reports], indent=2))
    else:
        _show_all(Console(), reports)
    failing = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    return 1 if any(finding.level in failing for report in reports for finding in report.findings) else 0


def _duration(video: str | None, settings: Settings, s3: S3Flags) -> Fraction | None:
    if video is None:
        return None
    manners, settings = manners_for((video,), settings, s3)
    with media_server(holds_secrets=holds_credentials(video)) as server:
        return run_to_end(
            probe_source(manners.spelled_out(source_url(video)), settings, server, manners)
        ).duration_seconds


def _show_all(console: Console, reports: list[Report]) -> None:
    for report in reports:
        mark = "[green]✓[/]" if not report.findings else " "
        pictures = f", {report.pictures} {'picture' if report.pictures == 1 else 'pictures'}" if report.pictures else ""
        console.print(f"{mark} [bold]{escape(report.address)}[/] [dim]{report.kind}{pictures}[/]", soft_wrap=True)
        for finding in report.findings:
            _show(console, finding)


def _show(console: Console, finding: Finding) -> None:
    style = _STYLES[finding.level]
    console.print(f"  [{style}]{finding.level}[/] {finding.rule}: {escape(finding.reason)}", soft_wrap=True)
    console.print(f"    [dim]who:[/] {escape(', '.join(finding.breaks))}", highlight=False, soft_wrap=True)
    if finding.places != ("",):
        console.print(f"    [dim]where:[/] {escape(_places(finding))}", highlight=False, soft_wrap=True)


def _places(finding: Finding) -> str:
    named = ", ".join(finding.places[:_MOST_PLACES])
    further = len(finding.places) - _MOST_PLACES
    return f"{named} and {further} more" if further > 0 else named
