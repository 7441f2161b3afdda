"""What does `filmstrip` do with its arguments? Finds the command, runs it, and says in one sentence what went wrong."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from enum import IntEnum
from types import ModuleType

import click

from filmstrip import __version__
from filmstrip.cli import commands
from filmstrip.domain.errors import FilmstripError, QueryError
from filmstrip.settings.reading import SettingsError


class ExitCode(IntEnum):
    """What the program tells the shell."""

    DONE = 0
    FAILED = 1
    """It was understood, but could not be done."""
    MISUSED = 2
    """The command line, a setting or a query is not what it may be."""
    INTERRUPTED = 130


class CommandFolder(click.Group):
    """A group that finds its commands by looking into a package, and loads only the one that is asked for."""

    def __init__(self, package: ModuleType, **attributes: object) -> None:
        """Look for commands in a package."""
        super().__init__(**attributes)  # type: ignore[arg-type]  # whatever click.group() passes on
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands, in alphabetical order."""
        del ctx
        return sorted(module.name for module in pkgutil.iter_modules(self._package.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command, None if there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{self._package.__name__}.{cmd_name}").command
        return command


program = CommandFolder(
    commands,
    name="filmstrip",
    help="A self-hosted video API: exact interval thumbnails, WebVTT and MP4, in your own bucket.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            help="Show the version and exit.",
            callback=lambda context, _option, asked: _show_version(context, asked=bool(asked)),
        )
    ],
)


def _show_version(context: click.Context, *, asked: bool) -> None:
    if asked:
        click.echo(f"filmstrip {__version__}")
        context.exit()


def run(arguments: Sequence[str]) -> int:
    """Run the program with some arguments and tell its exit code."""
    try:
        code = program.main(list(arguments), prog_name="filmstrip", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("filmstrip: interrupted", err=True)
        return ExitCode.INTERRUPTED
    except (QueryError, SettingsError) as error:
        return _complain(error, ExitCode.MISUSED)
    except FilmstripError as error:
        return _complain(error, ExitCode.FAILED)
    return code if isinstance(code, int) else ExitCode.DONE


def _complain(error: FilmstripError, code: ExitCode) -> ExitCode:
    sentences = [str(mistake) for mistake in error.mistakes] if isinstance(error, QueryError) else [str(error)]
    for sentence in sentences:
        click.echo(f"filmstrip: {sentence}", err=True)
    return code


def main() -> None:
    """Run the program as the shell calls it."""
    sys.exit(run(sys.argv[1:]))
