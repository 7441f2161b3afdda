"""`filmstrip encode`: run a whole query without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from filmstrip.cli.media_server import media_server, renderers
from filmstrip.cli.setting_flags import config_flag
from filmstrip.outputs.registry import parse_query


@click.command("encode")
@click.argument("query", type=click.File(encoding="utf-8"))
@config_flag
def command(query: TextIO, config: Path | None) -> None:
    """Run a query without a server.

    QUERY is a file with the JSON that clients send as `query`, "-" for standard input. Every output needs a
    destination. Sources and destinations may be s3:// and file:// URLs, sources http(s):// too; hosts and paths that
    the query names may be used, also private ones. Prints where each output's main file is.
    """
    from filmstrip.cli.local_run import run_locally  # noqa: PLC0415 - not for --help, and before the fork, which shares it

    parsed = parse_query(query.read())
    with media_server(*renderers(parsed), holds_secrets=True) as server:
        run_locally(parsed, config, server)
