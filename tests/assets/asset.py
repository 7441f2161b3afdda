"""What is an asset? A generated source, its true numbers, and the recipe that makes it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pictures import Look

CACHE_VARIABLE = "FILMSTRIP_TEST_ASSETS"
_DEFAULT_CACHE = Path(__file__).parents[2] / ".cache" / "assets"


class Recipe(Protocol):
    """How a file is made."""

    def __call__(self, path: Path) -> object:
        """Write the file."""

    def describe(self) -> str:
        """Tell everything that the bytes of the file depend on; another text makes a new file."""


def evenly(count: int, rate: Fraction | int, time_base: Fraction | None = None) -> tuple[Fraction, ...]:
    """Times of `count` pictures at a constant rate, in seconds.

    Args:
        count: How many.
        rate: Pictures a second.
        time_base: Unit of the container's timestamps in seconds; times are rounded to it as muxers do.
    """
    times = (Fraction(index) / rate for index in range(count))
    return tuple(times if time_base is None else (round(time / time_base) * time_base for time in times))


@dataclass(frozen=True, slots=True)
class Asset:
    """One source with its truth.

    Attributes:
        name: File name.
        trap: What is hard about it, in a sentence.
        recipe: Writes the file at a path.
        times: When each picture is shown, in presentation order, in seconds from the first shown picture.
        end: When the last picture ends, on the same clock.
        numbers: The bar codes of the pictures at `times`; by default 0, 1, 2 ...
        damaged: Numbers whose picture may be missing or spoilt in the file; all others are whole.
        start: Container time of the first shown picture in seconds, as libav counts.
        lead_in: For how many seconds the presentation (sound) runs before the first picture.
        look: How the pictures are drawn, with the coded size and the turn.
        sample_aspect_ratio: Width of a pixel by its height.
        codec: FFmpeg's name of the video codec, None without video.
        audio: FFmpeg's name of the audio codec, None without sound.
        stream_index: Number of the right video stream in the container.
        rate: Nominal pictures a second, None if it varies.
        transfer: TransferCharacteristics of ITU-T H.273, 2 is "unspecified".
        primaries: ColourPrimaries of ITU-T H.273.
        matrix: MatrixCoefficients of ITU-T H.273.
        dolby_vision_profile: Profile in the Dolby Vision configuration record.
        alpha: Whether pictures are transparent in parts.
        margins: What the container says not to show of the coded picture: pixels left, top, right, bottom.
        opens: Whether libav can open it and finds a picture.
        timestamps: Whether the container stores a presentation time for each picture.
        frame: The size that pictures of different sizes fit in, None where all are alike.
    """

    name: str
    trap: str
    recipe: Recipe
    times: tuple[Fraction, ...] = ()
    end: Fraction = Fraction(0)
    numbers: Sequence[int] = ()
    damaged: frozenset[int] = frozenset()
    start: Fraction = Fraction(0)
    lead_in: Fraction = Fraction(0)
    look: Look = field(default_factory=Look)
    sample_aspect_ratio: Fraction = Fraction(1)
    codec: str | None = "h264"
    audio: str | None = None
    stream_index: int = 0
    rate: Fraction | None = None
    transfer: int = 2
    primaries: int = 2
    matrix: int = 2
    dolby_vision_profile: int | None = None
    alpha: bool = False
    margins: tuple[int, int, int, int] = (0, 0, 0, 0)
    opens: bool = True
    timestamps: bool = True
    frame: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not self.numbers:
            object.__setattr__(self, "numbers", range(len(self.times)))
        if len(self.numbers) != len(self.times):
            raise ValueError(f"{self.name}: {len(self.numbers)} numbers for {len(self.times)} times")

    @property
    def frame_count(self) -> int:
        """How many pictures are shown."""
        return len(self.times)

    @property
    def coded_size(self) -> tuple[int, int]:
        """Width and height that the decoder gives."""
        left, top, right, bottom = self.margins
        return self.look.size[0] + left + right, self.look.size[1] + top + bottom

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height that a viewer sees: square pixels, upright; the side that SAR would shrink stays."""
        if self.frame is not None:
            return self.frame
        width, height = (Fraction(side) for side in self.look.size)
        if self.sample_aspect_ratio > 1:
            width *= self.sample_aspect_ratio
        else:
            height /= self.sample_aspect_ratio
        upright = (int(width + Fraction(1, 2)), int(height + Fraction(1, 2)))
        return (upright[1], upright[0]) if self.look.turn.clockwise_degrees in (90, 270) else upright

    @property
    def path(self) -> Path:
        """The file; made when it is first asked for."""
        target = cache_folder() / f"{Path(self.name).stem}.{self._fingerprint()}" / self.name
        if not target.exists():
            self._make(target)
        return target

    def _make(self, target: Path) -> None:
        """Write the file into a folder of its own and move it into place when it is whole."""
        target.parent.mkdir(parents=True, exist_ok=True)
        # Whoever else wants it waits, instead of making the same once more.
        with (target.parent / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not target.exists():
                self._write(target)

    def _write(self, target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=cache_folder(), prefix=".making-") as folder:
            unfinished = Path(folder) / self.name
            self.recipe(unfinished)
            unfinished.replace(target)

    def _fingerprint(self) -> str:
        return hashlib.sha256(self.recipe.describe().encode()).hexdigest()[:12]


def cache_folder() -> Path:
    """The folder of generated files; the environment variable FILMSTRIP_TEST_ASSETS names another one."""
    return Path(os.environ.get(CACHE_VARIABLE, _DEFAULT_CACHE))
