"""How does a command run a query without a server, with bars that show how far it is?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from filmstrip.cli.progress_bars import progress_bars
from filmstrip.domain.artifact import Warned
from filmstrip.media.fork_server import ForkServer
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query
from filmstrip.service.local import LocalListener, MadeOutput, run_query
from filmstrip.settings.reading import read_settings


def run_locally(query: Query[Output], config: Path | None, server: ForkServer) -> None:
    """Run a query, and print where the main file of each output is.

    Raises:
        FilmstripError: It fails.
    """
    settings = read_settings(config)
    with progress_bars(Console(stderr=True)) as progress:
        made = asyncio.run(run_query(query, settings, _listener(query, progress), server))
    for url in _main_urls(made):
        Console(soft_wrap=True).print(url, markup=False, highlight=False)


def _listener(query: Query[Output], progress: Progress) -> LocalListener:
    fetching = progress.add_task("source", total=1.0, visible=False)
    bars = [progress.add_task(output.label or type(output).output_name, total=1.0) for output in query.formats]

    def warn(warned: Warned) -> None:
        progress.console.print(f"warning: {warned.message}", markup=False, highlight=False)

    return LocalListener(
        on_fetch=lambda fraction: progress.update(fetching, completed=fraction, visible=True),
        on_output=lambda index, fraction: progress.update(bars[index], completed=fraction),
        warn=warn,
    )


def _main_urls(made: Sequence[MadeOutput]) -> Iterator[str]:
    for output in made:
        for location in output.locations:
            yield f"/{location.key}" if location.kind == "local" else location.url
