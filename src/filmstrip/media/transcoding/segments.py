"""Makes segments of a video, and looks at each of them as it ends: decoded to its end, with the right pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer

from filmstrip.domain.errors import FilmstripError, OutputInvalidError
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.transcoding.ffmpeg_command import transcode_arguments
from filmstrip.media.transcoding.ffmpeg_failure import explain_failure, is_damaged
from filmstrip.media.transcoding.ffmpeg_process import WaitingFfmpeg, run_ffmpeg
from filmstrip.media.transcoding.promise import PromisedAudio, PromisedVideo
from filmstrip.media.transcoding.transcode import Rendition, SourceClip, Transcode
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
    """

    video: PromisedVideo
    tick: Fraction
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


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment, or the sound of a whole clip, on its way.

    Attributes:
        rendition: What is made, of pictures or of sound.
        expected: What a segment has to be.
        sound: What sound has to be, if it is that.
        begins_seconds: When it begins, in time of the clip.
        span_seconds: How long it is.
        on_progress: Told how far it is.
    """

    rendition: Rendition
    expected: ExpectedSegment | None
    sound: tuple[PromisedAudio, ...]
    begins_seconds: Fraction
    span_seconds: Fraction
    on_progress: ProgressListener

    def tell(self, written: Fraction) -> None:
        """Report how far it is, by what is written, in time of the clip."""
        share = (written - self.begins_seconds) / self.span_seconds if self.span_seconds else Fraction(0)
        self.on_progress(_ENCODING_SHARE * float(min(Fraction(1), max(Fraction(0), share))))

    def verify(self, threads: int) -> None:
        """Complete its file, and check it.

        Raises:
            OutputInvalidError: It is not what it has to be.
        """
        path = self.rendition.target
        self.rendition.muxer.complete(path)
        if self.expected is not None:
            verify_segment(path, self.expected, threads=threads)
        else:
            expectation = Expectation((), self.sound, Fraction(0), None)
            verify_file(path, expectation, threads=threads, on_progress=lambda _fraction: None)
        self.on_progress(1.0)


def make_pieces(
    program: str | WaitingFfmpeg, clip: SourceClip, pieces: Sequence[Piece]
) -> Iterator[FilmstripError | None]:
    """Encode pieces of several videos in one run of ffmpeg, and yield what is the matter with each, None for nothing.

    Raises:
        FilmstripError: ffmpeg failed; which one tells whose fault it is.
        OutputInvalidError: The source is damaged there.
    """
    job = Transcode(clip, tuple(piece.rendition for piece in pieces))
    targets = [piece.rendition.target for piece in pieces]

    def on_time(written: Fraction) -> None:
        for piece in pieces:
            piece.tell(written)

    run = run_ffmpeg(program, transcode_arguments(job), targets, on_time)
    if run.exit_code != 0:
        raise explain_failure(run)
    if is_damaged(run.messages):
        raise OutputInvalidError("The source is damaged in a piece, which the result would show otherwise")
    for piece in pieces:
        try:
            piece.verify(clip.threads)
        except FilmstripError as error:
            yield error
        else:
            yield None


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
