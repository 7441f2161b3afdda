"""Which flags does a command have for the parameters of an output?"""

from collections.abc import Mapping
from typing import Any

import click
from click.testing import CliRunner, Result

from filmstrip.cli.commands import thumbnails
from filmstrip.cli.flag_groups import GroupedCommand
from filmstrip.cli.parameter_flags import given, parameter_flags
from filmstrip.params.clip import Clip
from filmstrip.params.destination import Destination
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.image import ImageEncoding
from filmstrip.params.values import Flag


class _Parameters(FrameSizing, Clip, ImageEncoding):
    """Parameters.

    Attributes:
        upside_down: Whether the picture is turned.
    """

    upside_down: Flag = False


def _run(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
    @click.command()
    @parameter_flags(_Parameters, without={"resolution"})
    @parameter_flags(Destination, without={"url"}, secrets={"secret": "THE_SECRET"})
    def command(**flags: Any) -> None:
        click.echo(given(flags))

    return CliRunner().invoke(command, arguments, env=env, terminal_width=200)


def test_every_field_is_a_flag_with_its_description() -> None:
    """A field of an output is a flag of the command, described by the field's own docstring."""
    text = _run("--help").output
    for name in set(_Parameters.model_fields) - {"resolution"}:
        assert f"--{name.replace('_', '-')}" in text
    assert "Where it begins, in seconds of the source" in text
    assert "scale|crop" in text


def test_help_is_in_groups() -> None:
    """Flags stand below what they are about, those of the command itself below the usual heading."""

    @click.command(cls=GroupedCommand)
    @parameter_flags(_Parameters)
    @click.option("--config", help="A file.")
    def command(**_flags: Any) -> None:
        """Do something."""

    headings: dict[str, list[str]] = {}
    for line in CliRunner().invoke(command, ["--help"], terminal_width=200).output.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            headings[line] = []
        elif line.startswith("  --"):
            headings[list(headings)[-1]].append(line.split()[0])
    assert headings["A part of the source:"] == ["--start-time", "--duration"]
    assert headings["Other options:"] == ["--config", "--help"]
    assert list(headings)[:2] == ["Parameters:", "The size of a picture:"]


def test_help_says_what_is_typed() -> None:
    """Lists are shown with commas, and other flags by the names that they have here."""
    text = CliRunner().invoke(thumbnails.command, ["--help"], terminal_width=400).output
    assert "such as 320x180,160x90" in text
    assert "if --start-time is given" in text
    assert '["' not in text


def test_fields_can_be_left_out() -> None:
    """A field that makes no sense for a command has no flag there."""
    assert "--resolution" not in _run("--help").output


def test_only_given_flags_reach_the_query() -> None:
    """A flag that is not given is absent, so that the default of the output counts."""
    assert _run("--width", "320", "--upside-down").output == "{'width': '320', 'upside_down': True}\n"


def test_a_secret_may_come_from_the_environment() -> None:
    """Nobody has to type a secret into a command line that other users of the machine can read."""
    assert "s3cr3t" in _run(env={"THE_SECRET": "s3cr3t"}).output
