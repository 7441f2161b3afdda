"""How renditions are made that can be relied on: ffmpeg encodes, each is verified, and only then it gets its name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from filmstrip.domain.errors import FilmstripError, OutputError, OutputInvalidError
from filmstrip.media.transcoding.ffmpeg_command import first_pass_arguments, transcode_arguments
from filmstrip.media.transcoding.ffmpeg_failure import explain_failure, is_cut_off, is_damaged
from filmstrip.media.transcoding.ffmpeg_process import FfmpegRun, WaitingFfmpeg, run_ffmpeg
from filmstrip.media.transcoding.promise import Delivery, Promise, broken_off
from filmstrip.media.transcoding.transcode import Rendition, Transcode, statistics_path
from filmstrip.media.transcoding.verify import Expectation, verify_file

_ENCODING_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a rendition ended.

    Attributes:
        position: Its number among the renditions, from 0.
        error: Why it cannot be relied on, None if it is under its name.
    """

    position: int
    error: FilmstripError | None = None


@dataclass(frozen=True, slots=True)
class Transcoder:
    """What transcoding is done with.

    Attributes:
        program: Path of the ffmpeg program, or what waits to become it.
    """

    program: str | WaitingFfmpeg

    def make(self, job: Transcode, deliveries: Sequence[Delivery]) -> Iterator[Delivered]:
        """Make all renditions of a source in one run, or in two if one with two passes is alone.

        Each is under its name only when it is whole and verified, and is told of as soon as it is. One that is not what
        it has to be fails alone.

        Args:
            job: What is made.
            deliveries: Who waits for each rendition, in their order.

        Raises:
            FilmstripError: ffmpeg failed, and nothing was made; which one tells whose fault it is.
            ValueError: One with two passes is not alone.
        """
        if job.is_two_pass and len(job.renditions) > 1:
            raise ValueError("A rendition with two passes is made alone")
        parts = [replace(rendition, target=_part(rendition.target)) for rendition in job.renditions]
        try:
            run = self._encode(replace(job, renditions=tuple(parts)), deliveries)
        finally:
            _remove_statistics(job)
        for position, (rendition, delivery) in enumerate(zip(job.renditions, deliveries, strict=True)):
            yield Delivered(position, _deliver(rendition, delivery, run, threads=job.clip.threads))

    def make_one(self, job: Transcode, delivery: Delivery) -> None:
        """Make the only rendition of a source.

        Raises:
            FilmstripError: ffmpeg failed; which one tells whose fault it is.
            SourceUnreadableError: The source is damaged and breaks off.
            OutputInvalidError: ffmpeg was content, but the file is not what it has to be.
        """
        (delivered,) = self.make(job, [delivery])
        if delivered.error is not None:
            raise delivered.error

    def _encode(self, job: Transcode, deliveries: Sequence[Delivery]) -> FfmpegRun:
        passes = [transcode_arguments(job)]
        if job.is_two_pass:
            passes.insert(0, first_pass_arguments(job))
        targets = [rendition.target for rendition in job.renditions]
        for number, arguments in enumerate(passes):
            on_time = partial(_tell_written, deliveries, number, len(passes))
            run = run_ffmpeg(self.program, arguments, targets, on_time)
            if run.exit_code != 0:
                raise explain_failure(run)
        return run


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _remove_statistics(job: Transcode) -> None:
    for rendition in job.renditions:
        statistics = statistics_path(rendition.target)
        for leftover in statistics.parent.glob(f"{statistics.name}-*"):
            leftover.unlink()


def _tell_written(deliveries: Sequence[Delivery], finished: int, count: int, written: Fraction) -> None:
    for delivery in deliveries:
        expected = delivery.promise.expected_seconds
        share = float(min(Fraction(1), written / expected)) if expected else 0.0
        delivery.on_progress(_ENCODING_SHARE * (finished + share) / count)


def _deliver(rendition: Rendition, delivery: Delivery, run: FfmpegRun, *, threads: int) -> FilmstripError | None:
    """Verify a rendition and give it its name; return why that cannot be."""
    part, promise = _part(rendition.target), delivery.promise
    try:
        length = rendition.muxer.complete(part)
        if length is not None:
            believed = min(run.written_seconds, promise.span.duration)
            run = replace(run, written_seconds=max(believed, length))
        _judge_source(run, delivery)
        rendition.muxer.check(part)
        expected = _expectation(run, promise)
        verify_file(part, expected, threads=threads, on_progress=partial(_tell_verified, delivery))
    except OutputInvalidError as error:
        return error if promise.video or run.written_seconds else _nothing_heard(promise)
    except FilmstripError as error:
        return error
    make_durable(part)
    part.replace(rendition.target)
    return None


def _nothing_heard(promise: Promise) -> OutputError:
    start = float(promise.span.start)
    return OutputError(f"start_time: {start:g} is not before the end of the source's sound: there is none in the clip")


def _judge_source(run: FfmpegRun, delivery: Delivery) -> None:
    """Judge whether the source was what its header promised.

    Raises:
        SourceUnreadableError: It is damaged, and breaks off.
    """
    promise, damaged = delivery.promise, is_damaged(run.messages)
    end, promised = float(promise.span.start + run.written_seconds), float(promise.source_seconds)
    what = "video" if promise.video else "sound"
    is_short = run.written_seconds < promise.expected_seconds - promise.tolerance_seconds
    if is_short and damaged and (promise.end_is_known or is_cut_off(run.messages)):
        error = broken_off(promise.span.start + run.written_seconds, promise.source_seconds)
        error.add_note("\n".join(run.messages))
        raise error
    if damaged:
        where = "be it only where its pieces meet, " if promise.joints else ""
        delivery.warn(f"The source is damaged in places, {where}which the {what} may show")
    if is_short and promise.end_is_known:
        delivery.warn(
            f"The {what} ends at {end:.1f} s of the source, which promises {promised:.1f} s but has no more there"
        )
    elif is_short:
        delivery.warn(f"The sound ends at {end:.1f} s of the source, which lasts {promised:.1f} s")


def _tell_verified(delivery: Delivery, share: float) -> None:
    delivery.on_progress(_ENCODING_SHARE + (1 - _ENCODING_SHARE) * share)


def _expectation(run: FfmpegRun, promise: Promise) -> Expectation:
    tolerance = promise.tolerance_seconds
    return Expectation(
        video=promise.video,
        audio=promise.audio,
        has_cover=promise.has_cover,
        least_seconds=run.written_seconds - tolerance,
        most_seconds=promise.span.duration + tolerance if promise.ends_early else None,
    )


def make_durable(path: Path) -> None:
    """Make sure that what has the name is whole even after a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
