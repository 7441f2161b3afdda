"""`filmstrip encode`: run a whole query without a server."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from filmstrip.cli.flag_groups import GroupedCommand
from filmstrip.cli.picture_names import with_named_formats
from filmstrip.cli.s3_places import S3Flags, s3_flags
from filmstrip.cli.s3_query import with_manners
from filmstrip.cli.setting_flags import config_flag
from filmstrip.outputs.registry import parse_query
from filmstrip.settings.reading import read_settings

_MOST_BYTES = 16 << 20


@click.command("encode", cls=GroupedCommand)
@click.argument("query", type=click.File("rb"))
@s3_flags
@config_flag
def command(query: BinaryIO, config: Path | None, s3: S3Flags) -> None:
    """Run a query without a server.

    QUERY is a file with the JSON that clients send as `query`, "-" for standard input. Every output needs a
    destination. Sources and destinations may be s3:// and file:// URLs, sources http(s):// too; hosts and paths that
    the query names may be used, also private ones. s3://BUCKET/KEY is on the server that --endpoint names, with the
    credentials of the environment or a profile if the query has none. A picture has the format that the
    name of its file ends in. Prints where each output's main file is.
    """
    from filmstrip.cli.local_run import run_locally  # noqa: PLC0415 - not for --help, and before the fork, which shares it
    from filmstrip.cli.media_server import media_server, modules_for  # noqa: PLC0415 - as above

    text, settings, lender = with_manners(with_named_formats(_read(query)), read_settings(config), s3)
    parsed = parse_query(text)
    with media_server(*modules_for(parsed), holds_secrets=True) as server:
        run_locally(parsed, settings, server, lender)


def _read(file: BinaryIO) -> str:
    data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise click.BadParameter(f"It has more than {_MOST_BYTES >> 20} MiB, so it is no query", param_hint="QUERY")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise click.BadParameter(
            f"It is not text in UTF-8 (byte {error.start} is 0x{data[error.start]:02x}), so it is no query",
            param_hint="QUERY",
        ) from None
