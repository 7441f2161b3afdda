"""What the demo shows while it runs, and at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from filmstrip.cli.demo.checks import Check
from filmstrip.cli.demo.job import query
from filmstrip.cli.demo.stage import Stage
from filmstrip.cli.progress_bars import progress_bars
from filmstrip.domain.progress import ProgressListener


class Display:
    """Writes to a console."""

    def __init__(self, console: Console) -> None:
        """Take the console to write to."""
        self._console = console

    @contextmanager
    def step(self, words: str) -> Iterator[ProgressListener]:
        """Show a bar while the block runs, moved by the listener that it is given."""
        if not self._console.is_terminal:
            self.say(words)
        with progress_bars(self._console) as progress:
            bar = progress.add_task(words, total=1.0)
            yield lambda fraction: progress.update(bar, completed=fraction)
            progress.update(bar, completed=1.0)

    @contextmanager
    def waiting(self, words: str) -> Iterator[None]:
        """Show that something goes on while the block runs, whose end cannot be known."""
        if not self._console.is_terminal:
            self.say(words)
        with self._console.status(words):
            yield

    def say(self, words: str = "") -> None:
        """Write a line, as it is."""
        self._console.print(words, markup=False, highlight=False, soft_wrap=True)

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show every promise, what was found, and whether that is right."""
        table = Table(box=None, show_header=False, padding=(0, 1))
        for check in checks:
            mark = "[green]✓[/]" if check.is_kept else "[bold red]✗[/]"
            table.add_row(mark, check.promise, f"[dim]{check.found}[/]")
        self._console.print(table, soft_wrap=True)


def what_to_open(folder: Path) -> str:
    """Name the files that the demo leaves."""
    files = {
        "contact.png": "all thumbnails at once, each with its time",
        "thumbnails/": "the thumbnails and their WebVTT track, as players load them",
        "bbb.mp4": "the clip",
        "source.mp4": "the source, made for this demo",
        "filmstrip.log": "what the service logged",
    }
    width = max(len(name) for name in files) + len(str(folder)) + 2
    return "\n".join(f"  {f'{folder}/{name}':<{width}} {text}" for name, text in files.items())


def what_to_type(folder: Path, program: str) -> str:
    """Write commands that go on from here and can be pasted as they are."""
    return f"""\
  # thumbnails of a video of your own, without a server
  {program} thumbnails {folder}/source.mp4 my-thumbnails/ --interval 10 --width 320

  # the service, and from another terminal the first of the requests that README.md explains
  FILMSTRIP_API_KEYS=my-first-api-key FILMSTRIP_LOCAL_ROOTS="{folder.absolute()}" {program} serve
  curl http://127.0.0.1:8080/v1/access_token -d api_key=my-first-api-key"""


def how_to_ask(stage: Stage) -> str:
    """Write the requests of the job as curl commands for the running servers."""
    return f"""\
Both servers run on until Ctrl-C. The same job by hand:

  BASE={stage.service_url}/v1
  TOKEN=$(curl -s $BASE/access_token -d api_key={stage.api_key} | sed 's/.*"token": *"\\([^"]*\\)".*/\\1/')
  TASK=$(curl -s $BASE/create_task -d token=$TOKEN | sed 's/.*"task_token": *"\\([^"]*\\)".*/\\1/')
  curl $BASE/start_encode2 -d task_token=$TASK --data-urlencode query='{query(stage.source_url, stage.bucket)}'
  curl $BASE/status -d task_tokens=$TASK"""
