"""Finds the command that the arguments name, runs it, and says in one sentence what went wrong."""

from __future__ import annotations

import ast
import difflib
import gc
import importlib
import importlib.util
import os
import pkgutil
import sys
import threading
from collections.abc import Sequence
from enum import IntEnum
from types import ModuleType

import click
from click.shell_completion import CompletionItem

from filmstrip import __version__
from filmstrip.cli import commands
from filmstrip.cli.shell import (
    drop_foreign_settings,
    drop_unwritten,
    end_as_interrupted,
    explain,
    interruption,
    open_closed_streams,
)
from filmstrip.domain.errors import FilmstripError, QueryError
from filmstrip.settings.mistakes import SettingsError


class ExitCode(IntEnum):
    """What the program tells the shell."""

    DONE = 0
    FAILED = 1
    """It was understood, but could not be done."""
    MISUSED = 2
    """The command line, a setting or a query is not what it may be."""
    SIGNALLED = 128
    """Less than what it says when a signal ended it: this and the signal's number."""


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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.purpose_of(name)) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command without loading any."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        return [CompletionItem(name, help=self.purpose_of(name)) for name in names] + click.Command.shell_complete(
            self, ctx, incomplete
        )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named first, or say which one was most likely meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not close:
                raise
            raise click.UsageError(f"{error.message.rstrip('.')}. Did you mean '{close[0]}'?", ctx) from None

    def purpose_of(self, name: str) -> str:
        """Read what a command is for out of its module's docstring, which begins with the command's name."""
        spec = importlib.util.find_spec(f"{self._package.__name__}.{name}")
        # Asked for like this, as the class of such loaders takes as long to load as click.
        get_source = getattr(spec and spec.loader, "get_source", None)
        source: str | None = get_source(f"{self._package.__name__}.{name}") if get_source else None
        text = ast.get_docstring(ast.parse(source or "")) or ""
        purpose = text.partition("\n")[0].partition(": ")[2]
        return purpose[:1].upper() + purpose[1:]


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
        words, code = interruption()
        click.echo(f"filmstrip: {words}", err=True)
        return code
    except (QueryError, SettingsError) as error:
        return _complain(error, ExitCode.MISUSED)
    except FilmstripError as error:
        return _complain(error, ExitCode.FAILED)
    except OSError as error:
        return _complain(FilmstripError(explain(error)), ExitCode.FAILED)
    return code if isinstance(code, int) else ExitCode.DONE


def _complain(error: FilmstripError, code: ExitCode) -> ExitCode:
    sentences = [str(mistake) for mistake in error.mistakes] if isinstance(error, QueryError) else [str(error)]
    for sentence in sentences:
        click.echo(f"filmstrip: {sentence}", err=True)
    return code


_GARBAGE_THRESHOLD = 200_000
"""New objects before a search for garbage: loading modules makes more than 100,000, and no garbage."""


def main() -> None:
    """Run the program as the shell calls it."""
    open_closed_streams()
    drop_foreign_settings()
    end_as_interrupted()
    gc.set_threshold(_GARBAGE_THRESHOLD)
    # Else pydantic looks through the metadata of every installed package for plugins.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    code = run(sys.argv[1:])
    drop_unwritten()
    # Threads of what was interrupted may wait for a server that says nothing. And if there is none, all is done:
    # taking everything apart that was loaded would take a tenth of the time of a short command.
    if code > ExitCode.SIGNALLED or threading.active_count() == 1:
        os._exit(code)
    sys.exit(code)
