"""Explains a failure of ffmpeg: its exit code and last messages as one of our errors, in a sentence for the user."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence

from filmstrip.domain.errors import (
    DiskFullError,
    FilmstripError,
    LimitExceededError,
    MediaProcessKilledError,
    OutputError,
    SourceUnreadableError,
)
from filmstrip.media.containers.unreadable import DAMAGED, NO_INDEX
from filmstrip.media.transcoding.ffmpeg_process import FfmpegRun

# "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5586] [error] moov atom not found": where it was said, how bad it is, what it is.
_MESSAGE = re.compile(r"(?:\[[^\]]* @ 0x[0-9a-f]+\] )*\[(?P<level>\w+)\] (?P<text>.*)")
# "Svt[error]: The maximum allowed frame rate is 240 fps", "x265 [error]: …": what encoders say past ffmpeg.
_ENCODER_ERROR = re.compile(r"(?:Svt|x265) ?\[error\]: *(?P<text>.*)")
_PATH = re.compile(r"(?:file:)?/[^\s'\":]+")

_CUT_OFF = ("partial file", "ended prematurely", "error during demuxing")
_DAMAGE = (
    *_CUT_OFF,
    "packet corrupt",
    "corrupt input packet",
    "error submitting packet to decoder",
    "decoding error",
    "corrupt decoded frame",
    "error while decoding",
)
_UNREADABLE = (
    "invalid data found when processing input",
    "not on whitelist",
    "moov atom not found",
    "end of file",
    "error opening input",
    "no decoder",
    "decoder not found",
)
_SIGNALS = {
    signal.SIGXFSZ: "The result grew larger than this service allows (file_limit_mb)",
    signal.SIGXCPU: "Encoding took more CPU time than this service allows (cpu_limit_seconds)",
}
# What is said only because something else went wrong before.
_ECHOES = ("error opening input", "error opening output", "conversion failed", "task finished", "terminating thread")


def is_damaged(messages: Sequence[str]) -> bool:
    """Check whether ffmpeg met damaged places in the source, even if it went on."""
    return _says(messages, _DAMAGE)


def is_cut_off(messages: Sequence[str]) -> bool:
    """Check whether the source broke off before its end."""
    return _says(messages, _CUT_OFF)


def explain_failure(run: FfmpegRun) -> FilmstripError:
    """Make the error for a run that failed. What ffmpeg said last is a note of the exception, for the log."""
    error = _judge(run)
    error.add_note("\n".join(run.messages))
    return error


def _judge(run: FfmpegRun) -> FilmstripError:
    if run.exit_code < 0:
        return _killed(run.exit_code)
    if _says(run.messages, ("no space left on device", "disk quota exceeded")):
        return DiskFullError("The disk that work is done on is full")
    if _says(run.messages, ("cannot allocate memory", "out of memory")):
        return LimitExceededError("Encoding needs more memory than this service allows (memory_limit_mb)")
    if _says(run.messages, ("exceeds specified max pixel count",)):
        return LimitExceededError("The source's pictures are larger than this service allows (max_pixels)")
    own = next((match["text"] for each in run.messages if (match := _ENCODER_ERROR.fullmatch(each))), "")
    # ffmpeg calls what an encoder refuses invalid data of its input.
    if not own and _says(run.messages, _UNREADABLE):
        reason = NO_INDEX if _says(run.messages, ("moov atom not found",)) else DAMAGED
        return SourceUnreadableError(f"The source cannot be read as media: {reason}")
    reason = _plain(own) or _reason(run.messages)
    said = f'; ffmpeg says "{reason}"' if reason else ", and ffmpeg gives no reason"
    return OutputError(f"The output cannot be encoded as asked{said}")


def _killed(exit_code: int) -> FilmstripError:
    number = signal.Signals(-exit_code)
    if number in _SIGNALS:
        return LimitExceededError(_SIGNALS[number])
    if number is signal.SIGKILL:
        return MediaProcessKilledError("The ffmpeg program was killed, probably because the machine ran out of memory")
    return MediaProcessKilledError(f"The ffmpeg program crashed ({number.name})")


def _says(messages: Sequence[str], phrases: Sequence[str]) -> bool:
    return any(phrase in message.lower() for message in messages for phrase in phrases)


def _reason(messages: Sequence[str]) -> str:
    """Pick the first error that is no echo of another one, without where in ffmpeg and on this machine it happened."""
    found = [match["text"] for message in messages if (match := _MESSAGE.fullmatch(message)) and _is_error(match)]
    causes = [text for text in found if not text.lower().startswith(_ECHOES)]
    reason = next(iter(causes or found), "")
    return _plain(reason)


def _plain(reason: str) -> str:
    return _PATH.sub("(file)", reason).rstrip(". ")


def _is_error(match: re.Match[str]) -> bool:
    return match["level"] in ("error", "fatal", "panic")
