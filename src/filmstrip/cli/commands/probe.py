"""`filmstrip probe`: tell what a source holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from filmstrip.cli.flag_groups import GroupedCommand
from filmstrip.cli.place import holds_credentials, source_url
from filmstrip.cli.s3_places import S3Flags, manners_for, s3_flags
from filmstrip.cli.setting_flags import config_flag
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.settings.reading import read_settings

_NAME_WIDTH = len("container")


@click.command("probe", cls=GroupedCommand)
@click.argument("source")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; times are exact fractions of seconds.")
@s3_flags
@config_flag
def command(source: str, config: Path | None, s3: S3Flags, *, as_json: bool) -> None:
    """Show what a source holds, as every output sees it.

    SOURCE is a file, or an http://, https:// or s3:// URL, of which only the parts that matter are read.
    """
    from filmstrip.cli.event_loop import run_to_end  # noqa: PLC0415 - as below
    from filmstrip.cli.media_server import media_server  # noqa: PLC0415 - as below
    from filmstrip.service.local import probe_source  # noqa: PLC0415 - not for --help, and before the fork, which shares it

    manners, settings = manners_for((source,), read_settings(config), s3)
    with media_server(holds_secrets=holds_credentials(source)) as server:
        info = run_to_end(probe_source(manners.spelled_out(source_url(source)), settings, server, manners))
    if as_json:
        from pydantic import TypeAdapter  # noqa: PLC0415 - takes its time, and only this needs it

        click.echo(TypeAdapter(MediaInfo).dump_json(info, indent=2).decode())
        return
    for name, value in _facts(info):
        click.echo(f"{click.style(f'{name:<{_NAME_WIDTH}}', dim=True)}  {value}")


def _facts(info: MediaInfo) -> Iterator[tuple[str, str]]:
    yield "container", info.container.replace(",", ", ")
    yield "duration", f"{float(info.duration_seconds):.3f} s"
    if info.size_bytes is not None:
        yield "size", f"{info.size_bytes / 1e6:.3f} MB"
    yield "video", "none" if info.video is None else _video(info.video)
    for stream in info.audio:
        # "und" is how ISO 639-2 writes that it is not known.
        language = "" if stream.language in {None, "und"} else f", {stream.language}"
        channels = "1 channel" if stream.channels == 1 else f"{stream.channels} channels"
        yield "audio", f"{stream.codec}, {stream.sample_rate} Hz, {channels}{language}"
    for warning in info.warnings:
        yield "warning", warning


def _video(stream: VideoStream) -> str:
    words = [stream.codec, str(stream.display_size)]
    if stream.frame_rate is not None:
        words.append(f"{float(stream.frame_rate):.3f} frames a second")
    if stream.orientation.clockwise_degrees:
        words.append(f"turned by {stream.orientation.clockwise_degrees} degrees")
    if stream.color.bit_depth > 8:  # noqa: PLR2004 - what is usual need not be said
        words.append(f"{stream.color.bit_depth} bit")
    return ", ".join(words)
