"""`filmstrip thumbnails`: make a picture every so many seconds and a WebVTT track."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from filmstrip.cli.flag_groups import GroupedCommand
from filmstrip.cli.parameter_flags import given, parameter_flags
from filmstrip.cli.place import holds_credentials, place_url, source_url
from filmstrip.cli.s3_places import S3Flags, S3Manners, manners_for, s3_flags
from filmstrip.cli.setting_flags import config_flag
from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.outputs._base import Output
from filmstrip.outputs.registry import output_types, parse_query
from filmstrip.params.customs import names_a_picture
from filmstrip.params.destination import Destination
from filmstrip.params.format_parameters import FormatParameters
from filmstrip.params.query import Query
from filmstrip.settings.reading import read_settings

_PREFIX = "format[0]."
_EXAMPLES = """\b
Examples:
  filmstrip thumbnails film.mp4 thumbs/ --interval 10 --width 320
  filmstrip thumbnails film.mp4 thumbs/ --sizes 320x180,160x90 --manifests vtt,json
  filmstrip thumbnails film.mp4 sheet.jpg --interval 10 --width 160 --sprite
  filmstrip thumbnails https://example.com/film.mp4 s3://my-bucket/thumbs/
"""
_SECRETS = {"key": "FILMSTRIP_DESTINATION_KEY", "secret": "FILMSTRIP_DESTINATION_SECRET"}


@click.command("thumbnails", cls=GroupedCommand, epilog=_EXAMPLES)
@click.argument("source")
@click.argument("dest")
@parameter_flags(output_types()["thumbnails"], without=FormatParameters.model_fields)
@parameter_flags(Destination, without={"url", "region"}, secrets=_SECRETS)
@s3_flags
@config_flag
def command(source: str, dest: str, config: Path | None, s3: S3Flags, **flags: Any) -> None:
    """Make a thumbnail every so many seconds, and the WebVTT track that shows them on a player's seek bar.

    SOURCE is a file, or an http://, https:// or s3:// URL. DEST is a folder, which is made if it is missing, or an
    s3://BUCKET/FOLDER/ or s3://HOST/BUCKET/FOLDER/ URL. Credentials that are not typed come from AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or a profile. Prints where the track is.
    """
    from filmstrip.cli.local_run import run_locally  # noqa: PLC0415 - not for --help, and before the fork, which shares it
    from filmstrip.cli.media_server import media_server, modules_for  # noqa: PLC0415 - as above

    manners, settings = manners_for((source, dest), read_settings(config), s3)
    query = _query(source, dest, given(flags), manners)
    holds_secrets = holds_credentials(source) or holds_credentials(dest)
    with media_server(*modules_for(query), holds_secrets=holds_secrets) as server:
        run_locally(query, settings, server, manners)


def _query(source: str, dest: str, flags: dict[str, object], manners: S3Manners) -> Query[Output]:
    _check(dest, flags)
    destination = {name: flags.pop(name) for name in Destination.model_fields if name in flags}
    destination["url"] = place_url(dest, is_folder=not names_a_picture(dest))
    entry = {"output": "thumbnails", "destination": manners.destination(destination), **flags}
    try:
        return parse_query(
            json.dumps({"query": {"source": manners.spelled_out(source_url(source)), "format": [entry]}})
        )
    except QueryError as error:
        raise QueryError([Mistake(_as_typed(mistake.field), mistake.problem) for mistake in error.mistakes]) from None


def _check(dest: str, flags: Mapping[str, object]) -> None:
    """Refuse what would be done otherwise than it is meant, without a word."""
    mistakes = []
    if names_a_picture(dest) and not flags.get("sprite"):
        problem = (
            f'"{dest}" names one picture, and this makes a folder of them with a track: name a folder, or add --sprite '
            "for one picture of all; a single one is the output `thumbnail` of `filmstrip encode`"
        )
        mistakes.append(Mistake("DEST", problem))
    if "size" in flags and flags.keys() & {"width", "height"}:
        mistakes.append(Mistake("--size", "says the same as --width and --height: give one or the other"))
    if mistakes:
        raise QueryError(mistakes)


def _as_typed(field: str) -> str:
    """Name a field of the query as the command line does."""
    if field == "source":
        return "SOURCE"
    name = field.removeprefix(_PREFIX).removeprefix("destination[0].").removeprefix("destination.")
    return "DEST" if name in {"url", "destination"} else f"--{name.replace('_', '-')}"
