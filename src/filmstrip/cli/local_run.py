"""Runs a query without a server, for a command, with bars that show how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from filmstrip.cli.event_loop import run_to_end
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.jobs.making.local_task import LocalListener, MadeOutput
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query
from filmstrip.service.local import run_query
from filmstrip.settings.settings import Settings
from filmstrip.storage.lender import Lender


def run_locally(query: Query[Output], settings: Settings, server: ForkServer, lender: Lender) -> None:
    """Run a query, and print where the main file of each output is that was made, also if another one fails.

    Raises:
        FilmstripError: It fails.
    """
    made: list[MadeOutput] = []
    try:
        with _watching(query, made.append) as listener:
            run_to_end(run_query(query, settings, listener, server, lender))
            listener.on_end(tuple(output.index for output in made))
    finally:
        for url in _main_urls(made):
            click.echo(url)


@contextmanager
def _watching(query: Query[Output], on_made: Callable[[MadeOutput], None]) -> Iterator[LocalListener]:
    """Print warnings, each in a line of its own, and show bars if a person watches."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield LocalListener(lambda warned: click.echo(f"warning: {warned.message}", err=True), on_made=on_made)
        return
    from rich.console import Console  # noqa: PLC0415 - takes its time, and only a terminal shows bars

    from filmstrip.cli.output_bars import output_bars  # noqa: PLC0415 - as above

    console = Console(stderr=True)
    names = [output.label or type(output).output_name for output in query.formats]
    with output_bars(console, names) as bars:
        yield LocalListener(
            on_fetch=bars.on_fetch,
            on_output=bars.on_output,
            on_files=bars.on_files,
            on_end=bars.finish,
            on_made=on_made,
            # The terminal breaks lines, so that names in them can be copied whole.
            warn=lambda warned: console.print(
                f"warning: {warned.message}", markup=False, highlight=False, soft_wrap=True
            ),
        )


def _main_urls(made: Sequence[MadeOutput]) -> Iterator[str]:
    for output in made:
        for location in output.locations:
            yield f"/{location.key}" if location.kind == "local" else location.url
