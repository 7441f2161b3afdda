"""The demo's steps: make a source, start the servers, run the job, fetch the results, check them, draw them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from filmstrip.cli.demo.api_client import ApiClient, TaskState
from filmstrip.cli.demo.checks import Check, check_results
from filmstrip.cli.demo.job import INTERVAL_SECONDS, query
from filmstrip.cli.demo.results import StoredFile, fetch_results
from filmstrip.cli.demo.stage import Stage
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.pictures.contact_picture import CaptionedPicture, draw_contact_picture
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.sample_video import make_sample

_JOB_SECONDS = 300.0
_KILLED_AT = 0.1
_AT_WORK = "source_fetched"
"""What a worker logs that has taken a task."""


def make_source(path: Path, on_progress: ProgressListener) -> None:
    """Make the video that the job is about."""
    make_sample(path, MediaSettings(), on_progress)


def run_job(stage: Stage, on_progress: ProgressListener) -> TaskState:
    """Run the job as a client does, until it is completed.

    Raises:
        FilmstripError: It fails.
    """
    client = ApiClient(stage.service_url)
    task_token = client.create_token(client.access_token(stage.api_key))
    client.start_encode2(task_token, query(stage.source_url, stage.bucket))
    for state in client.states(task_token, _JOB_SECONDS):
        on_progress(state.percent / 100)
    if state.error:
        raise FilmstripError(f"The job failed: {state.error_description}")
    return state


class Killing:
    """Kills the worker of a fleet that is at the job, once it is under way."""

    def __init__(self, stage: Stage, on_progress: ProgressListener) -> None:
        """Prepare it.

        Args:
            stage: With the workers.
            on_progress: Told the progress as well.
        """
        self._workers = list(stage.workers)
        self._on_progress = on_progress

    def __call__(self, fraction: float) -> None:
        """Hear of the progress."""
        if fraction >= _KILLED_AT and self._workers:
            at_work = [worker for worker in self._workers if _AT_WORK in worker.log.read_text()]
            (at_work or self._workers)[0].program.kill()
            self._workers.clear()
        self._on_progress(fraction)


def judge(stage: Stage, state: TaskState, source: Path, folder: Path) -> tuple[Check, ...]:
    """Fetch the results of a completed job into a folder, check them, and draw all pictures on one.

    Raises:
        FilmstripError: The results are not there at all.
    """
    results = fetch_results(state, stage.names_in_bucket(), folder)
    draw_pictures(results.pictures, folder / "contact.png")
    return tuple(check_results(results, probe(LocalFile(source), MediaSettings()).duration_seconds))


def draw_pictures(pictures: Sequence[StoredFile], path: Path) -> None:
    """Draw all thumbnails on one picture, each with its time."""
    captioned = [
        CaptionedPicture(picture.path, f"{seconds // 60}:{seconds % 60:02}")
        for picture, seconds in zip(pictures, range(0, len(pictures) * INTERVAL_SECONDS, INTERVAL_SECONDS), strict=True)
    ]
    draw_contact_picture(captioned, path)
