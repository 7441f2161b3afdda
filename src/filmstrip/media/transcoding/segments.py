"""Makes segments of a video, and looks at each of them as it ends: decoded to its end, with the right pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.transcoding.ffmpeg_command import transcode_arguments
from filmstrip.media.transcoding.ffmpeg_failure import explain_failure, is_damaged
from filmstrip.media.transcoding.ffmpeg_process import WaitingFfmpeg, run_ffmpeg
from filmstrip.media.transcoding.promise import Promise, PromisedVideo
from filmstrip.media.transcoding.transcode import Transcode
from filmstrip.media.transcoding.verify import Expectation, check_video_alone, decode_all, verify_file

_ENCODING_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class ExpectedSegment:
    """What a segment has to be.

    Attributes:
        video: Its stream.
        tick: Seconds per unit of its times.
        known_first: When its first picture is shown, None if that is not known.
        behind: When the picture behind its last one would be shown at a constant rate, None if that is not known.
        times: When each picture is shown, in the same units; None at a constant rate, at which each unit has one.
        span_seconds: For how long it is shown, for progress.
    """

    video: PromisedVideo
    tick: Fraction
    span_seconds: Fraction
    known_first: int | None = None
    behind: int | None = None
    times: Sequence[int] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no picture appears in its time: one that appeared before is still shown."""
        return self.times is not None and not self.times

    @property
    def first(self) -> int:
        """When its first picture is shown; 0 if that is not known."""
        return self.times[0] if self.times else self.known_first or 0


def make_segment(
    program: str | WaitingFfmpeg, job: Transcode, expected: ExpectedSegment, on_progress: ProgressListener
) -> None:
    """Encode the only rendition of a stretch; it is under its name only when it is whole.

    Raises:
        FilmstripError: ffmpeg failed; which one tells whose fault it is.
        OutputInvalidError: It is not what it has to be, or the source is damaged there.
    """
    (rendition,) = job.renditions
    stretch = job.clip.stretch
    begins = Fraction(0) if stretch is None or stretch.start_seconds is None else stretch.start_seconds

    def on_time(written: Fraction) -> None:
        share = (written - begins) / expected.span_seconds if expected.span_seconds else 0
        on_progress(_ENCODING_SHARE * float(min(Fraction(1), max(Fraction(0), Fraction(share)))))

    run = run_ffmpeg(program, transcode_arguments(job), [rendition.target], on_time)
    if run.exit_code != 0:
        raise explain_failure(run)
    if is_damaged(run.messages):
        raise OutputInvalidError("The source is damaged in a segment, which the result would show otherwise")
    rendition.muxer.complete(rendition.target)
    verify_segment(rendition.target, expected, threads=job.clip.threads)
    on_progress(1.0)


def make_sound(program: str | WaitingFfmpeg, job: Transcode, promise: Promise, on_progress: ProgressListener) -> None:
    """Encode the sound of a whole clip alone.

    Raises:
        FilmstripError: ffmpeg failed; which one tells whose fault it is.
        OutputInvalidError: It is not what it has to be, or the source is damaged.
    """
    (rendition,) = job.renditions

    def on_time(written: Fraction) -> None:
        expected = promise.span.duration
        on_progress(_ENCODING_SHARE * float(min(Fraction(1), written / expected)) if expected else 0.0)

    run = run_ffmpeg(program, transcode_arguments(job), [rendition.target], on_time)
    if run.exit_code != 0:
        raise explain_failure(run)
    if is_damaged(run.messages):
        raise OutputInvalidError("The source's sound is damaged")
    rendition.muxer.complete(rendition.target)
    expectation = Expectation((), promise.audio, Fraction(0), None)
    verify_file(rendition.target, expectation, threads=job.clip.threads, on_progress=lambda _fraction: None)
    on_progress(1.0)


def verify_segment(path: Path, expected: ExpectedSegment, *, threads: int) -> None:
    """Check a segment: its stream, that it decodes to its end, and which pictures it has.

    Raises:
        OutputInvalidError: It is not what it has to be.
    """
    try:
        with av.open(f"file:{path.absolute()}", metadata_errors="replace") as container:
            check_video_alone(container, expected.video)
            decode_all(container, threads, lambda _fraction: None)
        with av.open(f"file:{path.absolute()}", metadata_errors="replace") as container:
            _check_times(shown_times(container, expected.tick), expected)
    except av.error.FFmpegError as error:
        raise OutputInvalidError("A segment does not decode to its end") from error


def shown_times(container: InputContainer, tick: Fraction) -> list[int]:
    """List when the pictures of a file are shown, ascending.

    Raises:
        OutputInvalidError: A time is no whole number of units.
    """
    exact = sorted(
        packet.pts * packet.time_base / tick
        for packet in container.demux(video=0)
        if packet.pts is not None and packet.size
    )
    if any(time.denominator != 1 for time in exact):
        raise OutputInvalidError("A segment's times are not those of the source")
    return [int(time) for time in exact]


def _check_times(times: Sequence[int], expected: ExpectedSegment) -> None:
    if not times or len(set(times)) != len(times):
        raise OutputInvalidError("A segment has no pictures, or two at one time")
    if expected.times is not None:
        is_right = list(times) == list(expected.times)
    else:
        is_right = (
            times[-1] - times[0] == len(times) - 1
            and expected.known_first in (None, times[0])
            and expected.behind in (None, times[-1] + 1)
        )
    if not is_right:
        raise OutputInvalidError(f"A segment shows {len(times)} pictures, not those of its time")
