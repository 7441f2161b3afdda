"""How several videos of one clip are made: by one run of ffmpeg, which decodes the source once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import FilmstripError
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.media.transcoding.transcode import Transcode
from filmstrip.media.transcoding.transcoder import Transcoder
from filmstrip.outputs._encoded import EncodedOutput
from filmstrip.outputs._encoding import artifact_of, clip_of, delivery_of, render, rendition_of
from filmstrip.outputs._rendering import Workbench

# Alone, each might use a thread at the same time as others. With one for all, encoders would wait for one another.
LEAST_THREADS = 2

Part = tuple[EncodedOutput, Workbench]


def render_together(parts: Sequence[Part]) -> Iterator[tuple[int, Artifact | FilmstripError]]:
    """Make several videos, verify each and only then name it; one that is not what it has to be fails alone."""
    missing = [position for position, part in enumerate(parts) if _is_missing(*part)]
    for position, part in enumerate(parts):
        if position not in missing:
            yield from ((position, artifact) for artifact in render(*part))
    if len(missing) == 1:
        yield from ((missing[0], artifact) for artifact in render(*parts[missing[0]]))
    elif missing:
        yield from _encode([(position, *parts[position]) for position in missing])


def _is_missing(output: EncodedOutput, bench: Workbench) -> bool:
    del output
    (name,) = bench.rendering.group.artifact_names
    return name not in bench.rendering.finished and not bench.path(name).exists()


def _encode(parts: Sequence[tuple[int, EncodedOutput, Workbench]]) -> Iterator[tuple[int, Artifact | FilmstripError]]:
    _, first, bench = parts[0]
    transcoder = Transcoder(bench.ffmpeg or find_ffmpeg(bench.settings))
    paths = [each.path(each.rendering.group.artifact_names[0]).absolute() for _, _, each in parts]
    with ExitStack() as files:
        clip = files.enter_context(clip_of(first, paths[0], bench))
        renditions = tuple(
            files.enter_context(rendition_of(output, path, each))
            for (_, output, each), path in zip(parts, paths, strict=True)
        )
        threads = clip.threads and max(LEAST_THREADS, clip.threads)
        deliveries = [
            delivery_of(output, rendition, each) for (_, output, each), rendition in zip(parts, renditions, strict=True)
        ]
        for made in transcoder.make(Transcode(replace(clip, threads=threads), renditions), deliveries):
            position, output, each = parts[made.position]
            name = each.rendering.group.artifact_names[0]
            yield position, made.error or artifact_of(output, name, paths[made.position])
