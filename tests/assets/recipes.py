"""How are asset files made? By the ffmpeg program from drawn frames, from another asset, or by surgery on bytes."""

from __future__ import annotations

import inspect
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path

import imageio_ffmpeg

import barcode
import colors
import hdr
import pictures
from assets.asset import Asset, evenly
from pictures import Look

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
_RANGES = {False: "tv", True: "pc"}
_TRANSFERS = {1: "bt709", 6: "smpte170m", 14: "bt2020-10", 16: "smpte2084", 18: "arib-std-b67"}
_PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020"}


@cache
def drawing_code() -> str:
    """The code that decides what the pictures look like."""
    return "".join(inspect.getsource(module) for module in (barcode, colors, hdr, pictures))


@dataclass(frozen=True, slots=True)
class Film:
    """A run of drawn frames at a constant rate.

    Attributes:
        count: How many frames.
        rate: Frames a second.
        look: How they are drawn.
        first: Number of the first one.
    """

    count: int = 100
    rate: Fraction = Fraction(25)
    look: Look = field(default_factory=Look)
    first: int = 0

    @property
    def numbers(self) -> range:
        """The bar codes."""
        return range(self.first, self.first + self.count)

    @property
    def seconds(self) -> Fraction:
        """How long it runs."""
        return self.count / self.rate

    def input_options(self) -> list[str]:
        """Options of ffmpeg that read the frames from its standard input."""
        width, height = self.look.size
        return [
            *("-f", "rawvideo", "-pixel_format", self.look.pixel_format, "-video_size", f"{width}x{height}"),
            *("-framerate", str(self.rate), "-i", "pipe:0"),
        ]

    def frames(self) -> bytes:
        """All frames as raw video."""
        times = evenly(self.count, self.rate)
        return b"".join(_drawn(number, time, self.look) for number, time in zip(self.numbers, times, strict=True))


@lru_cache(maxsize=400)
def _drawn(number: int, time: Fraction, look: Look) -> bytes:
    """Draw a frame, once for the many films that begin alike."""
    return pictures.raw_frame(pictures.draw(number, time, look), look)


@dataclass(frozen=True, slots=True)
class Encoding:
    """Drawn frames through one run of the ffmpeg program.

    Attributes:
        film: What is drawn.
        options: Options for the output, as in a shell.
        sound_seconds: Length of a tone in the second input, None for silence.
    """

    film: Film
    options: str
    sound_seconds: Fraction | None = None

    def command(self, path: Path) -> list[str]:
        """The command, which wants the raw frames on its standard input."""
        sound = [] if self.sound_seconds is None else ["-f", "lavfi", "-i", _tone(self.sound_seconds)]
        return [FFMPEG, *QUIET, *self.film.input_options(), *sound, *shlex.split(self.options), *REPEATABLE, str(path)]

    def __call__(self, path: Path) -> None:
        run(self.command(path), self.film.frames())

    def describe(self) -> str:
        return drawing_code() + repr(self.film) + shlex.join(self.command(Path(self.film.look.pixel_format)))


@dataclass(frozen=True, slots=True)
class Remux:
    """Another asset (or several) through the ffmpeg program.

    Attributes:
        bases: The inputs, in order.
        options: Options for the output, as in a shell.
        input_options: Options before the first input.
    """

    bases: tuple[Asset, ...]
    options: str
    input_options: str = ""

    def __call__(self, path: Path) -> None:
        inputs = [word for base in self.bases for word in ("-i", str(base.path))]
        before, after = shlex.split(self.input_options), shlex.split(self.options)
        run([FFMPEG, *QUIET, *before, *inputs, *after, *REPEATABLE, str(path)])

    def describe(self) -> str:
        bases = "".join(base.recipe.describe() for base in self.bases)
        return f"{bases} {self.input_options} -i {self.options} {REPEATABLE}"


@dataclass(frozen=True, slots=True)
class Surgery:
    """A function that makes the file from another asset.

    Attributes:
        base: The asset to cut.
        operation: Takes the path of the base, the path to write, and `arguments`.
        arguments: What else it takes.
    """

    base: Asset
    operation: Callable[..., object]
    arguments: tuple[object, ...] = ()

    def __call__(self, path: Path) -> None:
        self.operation(self.base.path, path, *self.arguments)

    def describe(self) -> str:
        return f"{self.base.recipe.describe()} {_source_of(self.operation)} {self.arguments}"


@dataclass(frozen=True, slots=True)
class Writing:
    """A function that writes the file from nothing.

    Attributes:
        operation: Takes the path to write, and `arguments`.
        arguments: What else it takes.
    """

    operation: Callable[..., object]
    arguments: tuple[object, ...] = ()

    def __call__(self, path: Path) -> None:
        self.operation(path, *self.arguments)

    def describe(self) -> str:
        return f"{drawing_code()} {_source_of(self.operation)} {self.arguments}"


QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y")
REPEATABLE = ("-fflags", "+bitexact", "-map_metadata", "-1")


def run(command: Sequence[str], data: bytes | None = None) -> None:
    """Run a program to its end.

    Raises:
        RuntimeError: It failed; with the command, ready to paste, and what it said.
    """
    with tempfile.TemporaryFile() as errors:
        result = subprocess.run(command, input=data, stderr=errors, stdout=subprocess.DEVNULL, check=False)
        if result.returncode:
            errors.seek(0)
            raise RuntimeError(f"{shlex.join(command)}\n{errors.read().decode(errors='replace')}")


def tags(look: Look, transfer: int = 1, primaries: int = 1) -> str:
    """Options that say in the stream how its samples are to be read; code points of ITU-T H.273."""
    facts = [
        f"colorspace={look.coding.name}",
        f"color_primaries={_PRIMARIES[primaries]}",
        f"color_trc={_TRANSFERS[transfer]}",
        f"range={_RANGES[look.coding.full_range]}",
    ]
    if look.interlaced:
        facts.append(f"field_mode={look.interlaced}")
    return "-vf setparams=" + ":".join(facts)


def _tone(seconds: Fraction) -> str:
    return f"sine=frequency=440:sample_rate=48000:duration={float(seconds):.6f}"


def _source_of(operation: Callable[..., object]) -> str:
    module = inspect.getmodule(operation)
    return f"{operation.__qualname__} {inspect.getsource(module) if module else operation!r}"
