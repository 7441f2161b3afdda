"""Makes a video that shows what Filmstrip does: it moves, it sounds, and every frame tells its time and number.

The time is written in large digits for people. Below it, white boxes spell the frame's number in binary for programs,
most significant bit first. Nothing of it needs a font: the digits are those that ffmpeg's `testsrc2` has built in.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from PIL import Image

from filmstrip.domain.errors import MediaProcessError
from filmstrip.domain.progress import ProgressListener
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.ffmpeg_process import run_ffmpeg
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg

FRAME_RATE = Fraction(25)
DURATION_SECONDS = 185
"""A little more than 3 minutes, so that the last interval of 30 seconds is a short one."""

# Large enough for pictures of usual sizes, and encoded in some seconds.
_WIDTH, _HEIGHT = 640, 360
_PANEL_LEFT, _PANEL_TOP, _PANEL_WIDTH = 120, 256, 400
_CLOCK_HEIGHT, _NUMBER_HEIGHT = 56, 24
_BITS = 13
_BIT_PITCH, _BIT_WIDTH, _BIT_HEIGHT, _BIT_MARGIN = 30, 26, 12, 5
_BIT_TOP = _PANEL_TOP + _CLOCK_HEIGHT + (_NUMBER_HEIGHT - _BIT_HEIGHT) // 2
_WHITE_ABOVE = 128

_BALL = (
    f"gradients=size=160x90:rate={FRAME_RATE}:type=radial:nb_colors=5:seed=7:speed=0.012:x0=80:y0=30:x1=130:y1=50"
    ":c0=0xffd166:c1=0xef476f:c2=0x8338ec:c3=0x118ab2:c4=0x073b4c"
)
_CLOCK = f"testsrc2=size=640x36:rate={FRAME_RATE}"
_BEEPS = "sine=frequency=330:beep_factor=4:sample_rate=48000"


def make_sample(
    path: Path, settings: MediaSettings, on_progress: ProgressListener, duration_seconds: int = DURATION_SECONDS
) -> None:
    """Make the sample: an MP4 file of H.264 and AAC, 640x360.

    Raises:
        MediaProcessError: There is no ffmpeg program, or it fails.
    """
    arguments = _arguments(path, duration_seconds)
    run = run_ffmpeg(
        find_ffmpeg(settings), arguments, [path], lambda written: on_progress(float(written / duration_seconds))
    )
    if run.exit_code != 0:
        raise MediaProcessError(
            f"The ffmpeg program cannot make the sample: {' '.join(run.messages[-1:]) or 'no reason'}"
        )


def shown_frame_number(picture: Path) -> int:
    """Read the number of the frame, from 0, that a picture of the sample shows, whatever the picture's size."""
    with Image.open(picture) as opened:
        gray = opened.convert("L")
    number = 0
    for index in range(_BITS):
        x = (_bit_left(index) + _BIT_WIDTH // 2) * gray.width // _WIDTH
        y = (_BIT_TOP + _BIT_HEIGHT // 2) * gray.height // _HEIGHT
        number = number * 2 + int(_brightness(gray, x, y) > _WHITE_ABOVE)
    return number


def _arguments(path: Path, duration_seconds: int) -> list[str]:
    return [
        *("-hide_banner", "-loglevel", "warning", "-nostdin", "-nostats", "-progress", "pipe:1"),
        *_generated(_BALL),
        *_generated(_CLOCK),
        *_generated(_BEEPS),
        *("-filter_complex", _filter_graph(), "-map", "[picture]", "-map", "2:a", "-t", str(duration_seconds)),
        # The fastest preset, but with frames that are stored in another order than they are shown, as real files have.
        *("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"),
        *("-c:a", "aac", "-ac", "2", "-b:a", "96k"),
        *("-movflags", "+faststart", "-y", f"file:{path.absolute()}"),
    ]


def _generated(source: str) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", source)


def _filter_graph() -> str:
    bits = "".join(
        f",drawbox=x={_bit_left(index)}:y={_BIT_TOP}:w={_BIT_WIDTH}:h={_BIT_HEIGHT}:color=white:t=fill"
        f":enable='mod(floor(n/{2 ** (_BITS - 1 - index)}),2)'"
        for index in range(_BITS)
    )
    return (
        f"[0]scale={_WIDTH}:{_HEIGHT}:flags=bicubic,format=yuv420p[ball];"
        # The time code of testsrc2 is 100x14 pixels at 3,4; it becomes crisp white on dark, four times as large.
        "[1]crop=100:14:3:4,format=gray,lut=y=if(gt(val\\,80)\\,235\\,24),"
        f"scale={_PANEL_WIDTH}:{_CLOCK_HEIGHT}:flags=neighbor,format=yuv420p[clock];"
        f"[ball][clock]overlay=x={_PANEL_LEFT}:y={_PANEL_TOP},"
        f"drawbox=x={_PANEL_LEFT}:y={_PANEL_TOP + _CLOCK_HEIGHT}:w={_PANEL_WIDTH}:h={_NUMBER_HEIGHT}"
        f":color=0x181818:t=fill{bits}[picture]"
    )


def _bit_left(index: int) -> int:
    return _PANEL_LEFT + _BIT_MARGIN + index * _BIT_PITCH


def _brightness(gray: Image.Image, x: int, y: int) -> float:
    value = gray.getpixel((x, y))
    return float(value) if isinstance(value, int | float) else 0.0
