"""How is a video made that can be relied on? ffmpeg encodes it, then it is verified, and only then it gets its name."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from filmstrip.domain.clocks import ASSUMED_FRAME_RATE
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.timing import TimeRange
from filmstrip.media.containers.mp4_boxes import is_faststart
from filmstrip.media.transcoding.ffmpeg_command import (
    Transcode,
    first_pass_arguments,
    second_pass_arguments,
    transcode_arguments,
)
from filmstrip.media.transcoding.ffmpeg_failure import explain_failure, is_damaged
from filmstrip.media.transcoding.ffmpeg_process import FfmpegRun, WaitingFfmpeg, run_ffmpeg
from filmstrip.media.transcoding.mp4_length import complete_length
from filmstrip.media.transcoding.verify import Expectation, verify_video

_ENCODING_SHARE = 0.9
# What ffmpeg calls written ends with the last decode time, up to four frames before the last picture's end, and AAC
# comes in blocks of 1024 samples with up to three of silence around: half a second holds all of it at 8 kHz.
_TOLERANCE_SECONDS = Fraction(1, 2)
_TOLERANCE_PER_JOINT = Fraction(1, 2)
_TOLERANCE_FRAMES = 4


@dataclass(frozen=True, slots=True)
class Promise:
    """What is known of a result before it is made.

    Attributes:
        span: The part of the source that it covers, by the source's header.
        ends_early: Whether its end is cut, so that it cannot be longer.
        source_seconds: Length of the source, by its header.
        frame_rate: Frames per second, None if unknown.
        size: Coded size of its pictures.
        video_codec: FFmpeg's name of its video codec.
        audio_codec: FFmpeg's name of its audio codec, None for no sound.
        joints: How often the source's clock jumps; each is less sure by a part of a second.
    """

    span: TimeRange
    ends_early: bool
    source_seconds: Fraction
    frame_rate: Fraction | None
    size: FrameSize
    video_codec: str
    audio_codec: str | None
    joints: int = 0

    @property
    def tolerance_seconds(self) -> Fraction:
        """How far lengths may differ without meaning anything."""
        frames = _TOLERANCE_FRAMES / (self.frame_rate or ASSUMED_FRAME_RATE)
        return _TOLERANCE_SECONDS + frames + self.joints * _TOLERANCE_PER_JOINT


@dataclass(frozen=True, slots=True)
class Transcoder:
    """What transcoding is done with.

    Attributes:
        program: Path of the ffmpeg program, or what waits to become it.
        on_progress: Told how far it is, from encoding to verifying.
        warn: Told of what had to give, one sentence each.
    """

    program: str | WaitingFfmpeg
    on_progress: ProgressListener
    warn: Callable[[str], None]

    def make(self, job: Transcode, promise: Promise, *, two_pass: bool) -> None:
        """Make a file. It is under its name only when it is whole and verified.

        Raises:
            FilmstripError: ffmpeg failed; which one tells whose fault it is.
            SourceUnreadableError: The source is damaged and breaks off.
            OutputInvalidError: ffmpeg was content, but the file is not what it has to be.
        """
        part = job.target.with_name(f"{job.target.name}.part")
        run = self._encode(replace(job, target=part), promise.span.duration, two_pass=two_pass)
        if is_faststart(part):
            # ffmpeg counts decoding times, which say little where pictures stay for different times, and believes
            # whatever a source says of the length of its last one.
            believed = min(run.written_seconds, promise.span.duration)
            run = replace(run, written_seconds=max(believed, complete_length(part)))
        self._judge_source(run, promise)
        verify_video(part, _expectation(run, promise), threads=job.threads, on_progress=self._on_verified)
        _keep(part, job.target)

    def _encode(self, job: Transcode, expected_seconds: Fraction, *, two_pass: bool) -> FfmpegRun:
        statistics = job.target.with_suffix(".pass")
        passes = [transcode_arguments(job)]
        if two_pass:
            passes = [first_pass_arguments(job, statistics), second_pass_arguments(job, statistics)]
        for number, arguments in enumerate(passes):
            on_time = partial(self._on_written, number, len(passes), expected_seconds)
            run = run_ffmpeg(self.program, arguments, job.target, on_time)
            if run.exit_code != 0:
                raise explain_failure(run)
        for leftover in statistics.parent.glob(f"{statistics.name}-*"):
            leftover.unlink()
        return run

    def _judge_source(self, run: FfmpegRun, promise: Promise) -> None:
        """Tell whether the source was what its header promised."""
        damaged = is_damaged(run.messages)
        end, promised = float(promise.span.start + run.written_seconds), float(promise.source_seconds)
        if run.written_seconds >= promise.span.duration - promise.tolerance_seconds:
            if damaged and promise.joints:
                self.warn("The source is damaged in places, be it only where its pieces meet, which the video may show")
            elif damaged:
                self.warn("The source is damaged in places, which the video may show")
        elif damaged:
            error = SourceUnreadableError(
                f"The source is damaged: it breaks off at {end:.1f} of {promised:.1f} seconds"
            )
            error.add_note("\n".join(run.messages))
            raise error
        else:
            self.warn(
                f"The video ends at {end:.1f} s of the source, which promises {promised:.1f} s but has no more there"
            )

    def _on_written(self, finished: int, count: int, expected: Fraction, written: Fraction) -> None:
        share = float(min(Fraction(1), written / expected)) if expected else 0.0
        self.on_progress(_ENCODING_SHARE * (finished + share) / count)

    def _on_verified(self, share: float) -> None:
        self.on_progress(_ENCODING_SHARE + (1 - _ENCODING_SHARE) * share)


def _expectation(run: FfmpegRun, promise: Promise) -> Expectation:
    tolerance = promise.tolerance_seconds
    return Expectation(
        video_codec=promise.video_codec,
        audio_codec=promise.audio_codec,
        size=promise.size,
        least_seconds=run.written_seconds - tolerance,
        most_seconds=promise.span.duration + tolerance if promise.ends_early else None,
    )


def _keep(part: Path, path: Path) -> None:
    """Give a finished file its name, so that what has the name is whole even after a power cut."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
