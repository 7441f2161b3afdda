"""Films whose every frame has its number drawn in, with a beep two seconds in, of any kind: what is stitched."""

from __future__ import annotations

import shlex
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assets.recipes import FFMPEG, QUIET, Film, run, tags
from pictures import Look

X264 = "-c:v libx264 -preset ultrafast -crf 15 -g 25"
_BEEP = "sine=frequency=880:duration=3:sample_rate={rate},volume=0:enable='not(between(t,2,2.2))',volume=8"


def film(
    path: Path, first: int, options: str, *, fps: str = "25", size: tuple[int, int] = (320, 180), sound: int = 48000
) -> Path:
    """Make three seconds with a bar code and, two seconds in, a beep."""
    rate = Fraction(fps)
    drawn = Film(round(3 * rate), rate, Look(size), first)
    heard = ("-f", "lavfi", "-i", _BEEP.format(rate=sound)) if sound else ()
    words = (*options.split(), *shlex.split(tags(drawn.look)), str(path))
    run([FFMPEG, *QUIET, *drawn.input_options(), *heard, *words], drawn.frames())
    return path


def beeps(sound: npt.NDArray[np.float64], rate: int = 44_100) -> list[float]:
    """Return when beeps begin, in seconds."""
    level = np.convolve(np.abs(sound[0]), np.ones(441) / 441, "same") > 0.02
    return [float(at) / rate for at in np.flatnonzero(np.diff(level.astype(int)) > 0)]
