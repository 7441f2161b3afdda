"""`filmstrip demo`: run the first real job on this machine, and check it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click
from rich.console import Console

from filmstrip.cli.demo.display import Display, how_to_ask, what_to_open, what_to_type
from filmstrip.cli.demo.run import Killing, judge, make_source, run_job
from filmstrip.cli.demo.stage import Stage, running_stage
from filmstrip.domain.errors import FilmstripError
from filmstrip.testing.filmstrip_server import filmstrip_program


@click.command("demo")
@click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="demo-output",
    show_default=True,
    help="Folder that the results are left in.",
)
@click.option("--keep", is_flag=True, help="Let both servers run on after the job, until Ctrl-C.")
@click.option("--fleet", is_flag=True, help="Let an API process and two workers share a database, and kill a worker.")
def command(folder: Path, *, keep: bool, fleet: bool) -> int:
    """Run the first real job on this machine and check what it makes.

    Makes a sample video, starts a real S3 server (SeaweedFS) and the service on free ports of this machine, sends the
    job that Qencode's documentation shows (an mp4 clip, and a thumbnail every 30 seconds with a WebVTT track), reads
    the results back from S3 and checks them. Nothing but the output folder stays. The exit code is 0 only if
    everything is right.

    With --fleet it starts PostgreSQL too, an API process and two workers, and kills one of them in the middle of the
    job: the other one goes on with what it had begun.
    """
    # Ending it by SIGTERM stops the servers too, as Ctrl-C does: they run in sessions of their own.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    display = Display(Console())
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "source.mp4"
    with display.step("Making a sample video, 3 minutes") as on_progress:
        make_source(source, on_progress)
    with _stage(source, folder / "filmstrip.log", display, is_fleet=fleet) as stage:
        what = "Running the job, mp4 and thumbnails" + (", and killing a worker" if fleet else "")
        with display.step(what) as on_progress:
            state = run_job(stage, Killing(stage, on_progress))
        with display.waiting("Reading the results back from S3"):
            checks = judge(stage, state, source, folder)
        display.show_checks(checks)
        is_right = all(check.is_kept for check in checks)
        verdict = "All of it is right." if is_right else "Not all of it is right!"
        display.say(f"{verdict} It took {time.monotonic() - began:.0f} s.")
        if keep:
            display.say(f"\n{how_to_ask(stage)}")
            _wait_for_interrupt()
    display.say(f"\nTo look at:\n\n{what_to_open(folder)}\n\nTo go on:\n\n{what_to_type(folder, _program_here())}")
    return 0 if is_right else 1


@contextmanager
def _stage(source: Path, log: Path, display: Display, *, is_fleet: bool) -> Iterator[Stage]:
    with ExitStack() as stack:
        try:
            names = "SeaweedFS, PostgreSQL, an API process and two workers" if is_fleet else "SeaweedFS and Filmstrip"
            with display.waiting(f"Starting {names}"):
                stage = stack.enter_context(running_stage(source, log, is_fleet=is_fleet))
        except RuntimeError as error:
            # A server that does not start says why.
            raise FilmstripError(str(error)) from error
        yield stage


def _wait_for_interrupt() -> None:
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _program_here() -> str:
    """Name this program as it can be typed: short if it lies below the current folder."""
    program = Path(filmstrip_program())
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else str(program)
