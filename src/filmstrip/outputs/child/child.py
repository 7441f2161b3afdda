"""What runs inside a child process: probe a source, or make one group of one output, or of each of several.

`isolation.forking` calls `load`, and in each child `main`; the request comes on standard input (`isolation.sandbox`).
"""

from __future__ import annotations

import errno
import importlib
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TextIO

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import DiskFullError, FilmstripError, LimitExceededError, MediaProcessError
from filmstrip.domain.progress import SparseProgress, portion
from filmstrip.isolation.sandbox_child import confine, out_of_memory, read_request, take_stdout, watch_parent
from filmstrip.isolation.trial import try_walls
from filmstrip.isolation.walls import readable_for_everybody
from filmstrip.media.probing.probe import probe
from filmstrip.media.seclusion import Seclusion, seclude
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.source.media_source import LocalFile, MediaSource
from filmstrip.media.transcoding.joined_tracks import join_tracks
from filmstrip.outputs._base import Output
from filmstrip.outputs._rendering import Rendering, Workbench
from filmstrip.outputs.child.fetched_ranges import FetchedRanges
from filmstrip.outputs.child.limits import check_length
from filmstrip.outputs.child.messages import (
    JOINED_NAME,
    Arriving,
    Failed,
    Fetched,
    Joined,
    LeftOut,
    Made,
    Probed,
    Progressed,
    Report,
    Request,
    Tried,
    Warned,
    reports,
    requests,
)
from filmstrip.outputs.child.no_source import NoSource
from filmstrip.outputs.child.range_protocol import DESCRIPTOR
from filmstrip.outputs.registry import joint_renderer, load_outputs, load_renderers, output_types, renderer
from filmstrip.params.format_entry import parse_entry
from filmstrip.params.parameters import build_parsers
from filmstrip.storage.file_errors import is_refusal, reason_of

_PROGRESS_SECONDS = 0.2
"""Bars move more smoothly than this by the files that are there; a report a picture would cost as much as the file."""


def load(*modules: str) -> None:
    """Load what children need, once for all of them: they are forked from the process that calls this.

    Args:
        modules: What is loaded instead of everything, for a few jobs that need little.
    """
    if not modules:
        load_outputs()
        load_renderers()
    for name in modules:
        importlib.import_module(name)
    # Else each child would find out for itself, and write to memory that it shares with the others.
    build_parsers(Output)
    readable_for_everybody()


def main() -> None:
    """Do what the request says, and report."""
    request = requests.validate_json(read_request())
    reporter = _Reporter(take_stdout())
    try:
        confine(request.media)
        outputs = [parse_entry(rendering.document, output_types()) for rendering in request.renderings]
        seclusion = _shut_off(request, outputs)
        watch_parent()
        for report in _work(request, outputs, reporter, seclusion):
            reporter.send(report)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent wants to know
        explained = explain(error, request.media)
        if explained is not error:
            traceback.print_exc()
        reporter.send(Failed(type(explained).__name__, str(explained)))


class _Reporter:
    """Writes reports, a line each, also when several threads have something to tell."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._lock = threading.Lock()

    def send(self, report: Report) -> None:
        with self._lock:
            self._output.write(reports.dump_json(report).decode() + "\n")


def explain(error: Exception, settings: MediaSettings) -> FilmstripError:
    """Return our own error for one of any kind."""
    if isinstance(error, FilmstripError):
        return error
    number = getattr(error, "errno", None)
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        return out_of_memory(settings)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError("The disk that work is done on is full")
    if number == errno.EFBIG:
        return LimitExceededError(
            f"A file grew too large (limit {settings.file_limit_mb} MiB, or less by the shell or the file system)"
        )
    if isinstance(error, OSError) and is_refusal(error):
        return MediaProcessError(f"The source, or the folder of this work, cannot be used: {reason_of(error)}")
    return MediaProcessError(f"The media process failed ({type(error).__name__})")


def _shut_off(request: Request, outputs: Sequence[Output]) -> Seclusion:
    """Leave this process its source, the folders of its outputs, and as many runs of ffmpeg as they need."""
    read = [request.source.path] if isinstance(request.source, LocalFile) else []
    folders = [rendering.folder for rendering in request.renderings]
    if request.joining is not None:
        read, folders = [*read, request.joining.sound.path], [request.joining.folder]
    # Those that are made together share each run.
    runs = max((output.ffmpeg_runs for output in outputs), default=0)
    return seclude(request.media, read=read, work=folders, ffmpeg_runs=runs)


def _work(request: Request, outputs: Sequence[Output], reporter: _Reporter, seclusion: Seclusion) -> Iterator[Report]:
    if request.source is None and not request.renderings:
        yield Tried(try_walls(seclusion.landlock))
        return
    with _opened(request.source, reporter) as source:
        if request.joining is not None and isinstance(source, LocalFile):
            path = request.joining.folder / JOINED_NAME
            join_tracks(source, request.joining.sound, path, lambda: reporter.send(Progressed(0.0)))
            yield Joined()
            return
        if not request.renderings:
            yield Probed(probe(source, request.media))
            return
        for output, rendering in zip(outputs, request.renderings, strict=True):
            check_length(output, rendering.info, request.media)
        parts = [
            (output, _bench(rendering, position, source, request.media, seclusion, reporter))
            for position, (output, rendering) in enumerate(zip(outputs, request.renderings, strict=True))
        ]
        for position, made in _render(parts):
            if isinstance(made, FilmstripError):
                yield LeftOut(type(made).__name__, str(made), position)
            else:
                yield Made(made, position)


def _render(parts: Sequence[tuple[Output, Workbench]]) -> Iterator[tuple[int, Artifact | FilmstripError]]:
    if len(parts) > 1:
        return joint_renderer(output.output_name for output, _ in parts).render_together(parts)
    ((output, bench),) = parts
    return ((0, artifact) for artifact in _render_parts(output, bench))


def _render_parts(output: Output, bench: Workbench) -> Iterator[Artifact]:
    """Make the parts of one group, each told of the files before it."""
    rendering, finished = bench.rendering, dict(bench.rendering.finished)
    count, whole = 0, len(rendering.group.artifact_names)
    for part in rendering.group.all_parts:
        of_part = replace(
            bench,
            rendering=replace(rendering, group=part, finished=dict(finished)),
            on_progress=portion(bench.on_progress, count / whole, len(part.artifact_names) / whole),
        )
        for artifact in renderer(output.output_name).render(output, of_part):
            finished[artifact.name] = artifact
            yield artifact
        count += len(part.artifact_names)


def _bench(
    rendering: Rendering,
    position: int,
    source: MediaSource,
    settings: MediaSettings,
    seclusion: Seclusion,
    reporter: _Reporter,
) -> Workbench:
    return Workbench(
        rendering,
        source,
        settings,
        on_progress=SparseProgress(lambda fraction: reporter.send(Progressed(fraction, position)), _PROGRESS_SECONDS),
        warn=lambda message: reporter.send(Warned(message, position)),
        ffmpeg=seclusion.ffmpeg,
    )


@contextmanager
def _opened(source: LocalFile | Fetched | None, reporter: _Reporter) -> Iterator[MediaSource]:
    if source is None:
        yield NoSource()
        return
    if isinstance(source, LocalFile):
        yield source
        return
    with closing(FetchedRanges(DESCRIPTOR, lambda: reporter.send(Arriving()))) as ranges:
        yield BlockCache(ranges)
