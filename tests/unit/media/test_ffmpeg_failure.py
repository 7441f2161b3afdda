"""Whose fault is it when ffmpeg fails?"""

import signal
from fractions import Fraction

import pytest

from filmstrip.domain.errors import (
    DiskFullError,
    FilmstripError,
    LimitExceededError,
    MediaProcessKilledError,
    OutputError,
    SourceUnreadableError,
)
from filmstrip.media.containers.unreadable import DAMAGED, NO_INDEX
from filmstrip.media.transcoding.ffmpeg_failure import explain_failure, is_damaged
from filmstrip.media.transcoding.ffmpeg_process import FfmpegRun

_GARBAGE = (
    "[in#0 @ 0x564ee92e1080] [warning] Format mov,mp4,m4a,3gp,3g2,mj2 detected only with low score of 1",
    "[in#0 @ 0x564ee92e1080] [error] moov atom not found",
    "[in#0 @ 0x564ee92e0d00] [error] Error opening input: Invalid data found when processing input",
    "[error] Error opening input file file:/srv/work/job/source.",
    "[fatal] Error opening input files: Invalid data found when processing input",
)


def _explain(*messages: str, code: int = 1) -> FilmstripError:
    return explain_failure(FfmpegRun(code, Fraction(0), messages))


@pytest.mark.parametrize(
    ("messages", "kind", "sentence"),
    [
        (_GARBAGE, SourceUnreadableError, f"The source cannot be read as media: {NO_INDEX}"),
        (
            ("[in#0 @ 0x5] [error] Format not on whitelist 'matroska'",),
            SourceUnreadableError,
            f"The source cannot be read as media: {DAMAGED}",
        ),
        (
            ("[out#0/mp4 @ 0x5] [error] Error writing trailer: No space left on device",),
            DiskFullError,
            "The disk that work is done on is full",
        ),
        (
            ("[h264 @ 0x5] [IMGUTILS @ 0x7] [error] Picture size 9x9 exceeds specified max pixel count 8, see",),
            LimitExceededError,
            "The source's pictures are larger than this service allows (max_pixels)",
        ),
        (
            ("[libx264 @ 0x5] [error] malloc of size 99 failed", "[error] Cannot allocate memory"),
            LimitExceededError,
            "Encoding needs more memory than this service allows (memory_limit_mb)",
        ),
        (
            ("[libx264 @ 0x5] [error] baseline profile doesn't support interlacing",),
            OutputError,
            'The output cannot be encoded as asked; ffmpeg says "baseline profile doesn\'t support interlacing"',
        ),
        (
            (
                "Svt[error]: The maximum allowed frame rate is 240 fps",
                "[libsvtav1 @ 0x5] [error] Error setting encoder parameters: bad parameter (0x80001005)",
            ),
            OutputError,
            'The output cannot be encoded as asked; ffmpeg says "The maximum allowed frame rate is 240 fps"',
        ),
        (
            (
                "x265 [error]: Picture size must be at least one CTU",
                "[libx265 @ 0x5] [error] Cannot open libx265 encoder.",
                "[vf#0:0 @ 0x5] [error] Error sending frames to consumers: Invalid data found when processing input",
            ),
            OutputError,
            'The output cannot be encoded as asked; ffmpeg says "Picture size must be at least one CTU"',
        ),
        ((), OutputError, "The output cannot be encoded as asked, and ffmpeg gives no reason"),
    ],
)
def test_the_reason_is_found_in_the_messages(messages: tuple[str, ...], kind: type, sentence: str) -> None:
    """The user reads one sentence with the first cause; the error's class tells whose fault it is."""
    error = _explain(*messages)
    assert type(error) is kind
    assert str(error) == sentence


@pytest.mark.parametrize(
    ("number", "kind", "word"),
    [
        (signal.SIGXFSZ, LimitExceededError, "file_limit_mb"),
        (signal.SIGXCPU, LimitExceededError, "cpu_limit_seconds"),
        (signal.SIGKILL, MediaProcessKilledError, "memory"),
        (signal.SIGSEGV, MediaProcessKilledError, "SIGSEGV"),
    ],
)
def test_signals_are_explained(number: signal.Signals, kind: type, word: str) -> None:
    """A limit of the service that was reached is named, and so is a crash."""
    error = _explain(code=-number)
    assert type(error) is kind
    assert word in str(error)


def test_paths_of_the_machine_stay_in_the_log() -> None:
    """Nobody outside learns where files lie; the log gets everything that ffmpeg said."""
    error = _explain("[error] file:/srv/secret/output.part: Permission denied")
    assert str(error) == 'The output cannot be encoded as asked; ffmpeg says "(file): Permission denied"'
    assert "/srv/secret/output.part" in error.__notes__[0]


def test_damage_is_noticed_even_if_ffmpeg_goes_on() -> None:
    """Messages about damaged data are told from chatter."""
    assert is_damaged(["[in#0/mov @ 0x5] [error] stream 1, offset 0x269b2: partial file"])
    assert is_damaged(["[in#0/matroska,webm @ 0x5] [error] File ended prematurely"])
    assert not is_damaged(["[mp4 @ 0x5] [warning] Using AVStream.codec to pass codec parameters"])
