"""`python -m benchmarks.picture_quality`: how large, how good and how costly are our pictures, beside those of others?

Photos, slides of text and drawings are made by the same commands each time. The others are Pillow and, where it can be
imported, libvips (`pip install pyvips pyvips-binary`), both as they are without wishes but for the quality. As sizes
differ, each of ours is compared with what the other one reaches at that size, between its two nearest qualities.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.media.pictures.picture_bytes import encode_pixels

try:
    import pyvips
except ImportError:
    pyvips = None

RgbArray = npt.NDArray[np.uint8]
Encode = Callable[[RgbArray, int], bytes]

RESULTS = Path(__file__).parent / "results" / "pictures.md"
_QUALITIES = (30, 45, 60, 75, 85, 95)
_OURS = {ImageFormat.JPG: 85, ImageFormat.WEBP: 75, ImageFormat.AVIF: 60}
_WINDOW = 7
_ROUNDS = 3
_SIZE = (320, 180)


@dataclass(frozen=True, slots=True)
class Made:
    """One file: its length, its likeness to the original (SSIM of luma, 0 to 1), and the CPU time of making it."""

    size_bytes: int
    ssim: float
    cpu_ms: float


def contents(width: int, height: int) -> Iterator[tuple[str, RgbArray]]:
    """Draw one picture of each kind."""
    yield "photo", _photo(width, height)
    yield "text", _text(width, height)
    yield "drawing", _drawing(width, height)


def _photo(width: int, height: int) -> RgbArray:
    """Make detail at all scales, whose amplitude falls a little faster than one over the frequency, as footage has."""
    random = np.random.default_rng(5)
    y, x = np.meshgrid(np.fft.fftfreq(height), np.fft.rfftfreq(width), indexing="ij")
    falling = 1 / np.maximum(np.hypot(x, y), 1 / max(width, height)) ** 1.45
    planes = []
    for share in (1.0, 0.35, 0.25):
        spectrum = np.fft.rfft2(random.standard_normal((height, width))) * falling
        plane = np.fft.irfft2(spectrum, (height, width))
        planes.append(share * plane / plane.std() * 45)
    luma, one, other = planes
    rgb = np.stack([luma + one, luma - one / 2 - other / 2, luma + other], axis=-1)
    return np.clip(rgb + 118 + random.normal(0, 1.5, rgb.shape), 0, 255).astype(np.uint8)


def _text(width: int, height: int) -> RgbArray:
    image = Image.new("RGB", (width, height), (250, 250, 246))
    draw, line = ImageDraw.Draw(image), height // 12
    draw.text((line, line // 2), "Results of the third quarter", (20, 40, 120), ImageFont.load_default(line * 1.2))
    words = "All figures are in thousands and were checked twice before they were shown here to anybody "
    for number in range(7):
        sentence = (2 * words)[7 * number :][: width // (line // 2)]
        draw.text((line, line * (2.4 + 1.3 * number)), sentence, (30, 30, 30), ImageFont.load_default(line * 0.8))
    return np.asarray(image)


def _drawing(width: int, height: int) -> RgbArray:
    image = Image.new("RGB", (width * 2, height * 2), (120, 190, 235))
    draw, random = ImageDraw.Draw(image), np.random.default_rng(9)
    draw.rectangle((0, height * 1.3, width * 2, height * 2), (90, 170, 80))
    for _ in range(24):
        x, y, side = random.integers(0, width * 2), random.integers(0, height * 2), random.integers(20, height // 2)
        fill = tuple(int(value) for value in random.integers(40, 255, 3))
        draw.ellipse((int(x), int(y), int(x + side), int(y + side)), fill, (20, 20, 20), 5)
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))


def ssim(one: RgbArray, other: RgbArray) -> float:
    """Compute the mean structural similarity of the luma of two pictures, in windows of 7 x 7 (Wang et al., 2004)."""
    a, b = (np.asarray(Image.fromarray(each).convert("L"), np.float64) for each in (one, other))
    mean_a, mean_b = _means(a), _means(b)
    variance_a, variance_b = _means(a * a) - mean_a**2, _means(b * b) - mean_b**2
    covariance = _means(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return float((alike / ((mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2))).mean())


def _means(plane: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    sums = np.pad(plane, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    n = _WINDOW
    return np.asarray((sums[n:, n:] - sums[:-n, n:] - sums[n:, :-n] + sums[:-n, :-n]) / n**2)


def measure(rgb: RgbArray, encode: Encode, quality: int, rounds: int = _ROUNDS) -> Made:
    """Make a file some times, and look at it."""
    times = []
    for _ in range(rounds):
        before = time.process_time()
        data = encode(rgb, quality)
        times.append(time.process_time() - before)
    shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    return Made(len(data), ssim(rgb, shown), 1000 * statistics.median(times))


def encoders(image_format: ImageFormat) -> dict[str, Encode]:
    """Name who makes files of a format, ourselves first."""
    found: dict[str, Encode] = {
        "Filmstrip": lambda rgb, quality: encode_pixels(rgb, PictureEncoding(image_format, quality)),
        "Pillow": lambda rgb, quality: _pillow(rgb, quality, image_format),
    }
    if pyvips is not None:
        found["libvips"] = lambda rgb, quality: _vips(rgb, quality, image_format)
    return found


def _pillow(rgb: RgbArray, quality: int, image_format: ImageFormat) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG" if image_format is ImageFormat.JPG else image_format.name, quality=quality)
    return file.getvalue()


def _vips(rgb: RgbArray, quality: int, image_format: ImageFormat) -> bytes:
    return bytes(pyvips.Image.new_from_array(rgb).write_to_buffer(f".{image_format.value}", Q=quality))


def at_size(curve: list[Made], size_bytes: int) -> float | None:
    """Tell which likeness is reached at a size, between the two nearest qualities; None beyond all of them."""
    ordered = sorted(curve, key=lambda made: made.size_bytes)
    sizes = [made.size_bytes for made in ordered]
    if not sizes[0] <= size_bytes <= sizes[-1]:
        return None
    return float(np.interp(np.log(size_bytes), np.log(sizes), [made.ssim for made in ordered]))


def rows(width: int, height: int) -> Iterator[str]:
    """Measure all kinds in all formats at one size."""
    for image_format, quality in _OURS.items():
        for kind, rgb in contents(width, height):
            by_name = encoders(image_format)
            ours = measure(rgb, by_name.pop("Filmstrip"), quality)
            cells = [image_format.value, kind, f"{width}x{height}", _cell(ours)]
            for encode in by_name.values():
                alike = measure(rgb, encode, quality)
                reached = at_size([measure(rgb, encode, each, 1) for each in _QUALITIES], ours.size_bytes)
                cells += [_cell(alike), "-" if reached is None else f"{reached:.4f}"]
            yield f"| {' | '.join(cells)} |"


def _cell(made: Made) -> str:
    return f"{made.size_bytes:,} B, {made.ssim:.4f}, {made.cpu_ms:.1f} ms"


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS)
    output: Path = parser.parse_args().output
    others = [name for name in encoders(ImageFormat.JPG) if name != "Filmstrip"]
    titles = ["format", "content", "size", "Filmstrip"]
    titles += [title for name in others for title in (f"{name}, same quality", f"{name} at our size")]
    lines = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    for row in rows(*_SIZE):
        print(row, flush=True)
        lines.append(row)
    output.write_text(_HEAD + "\n".join(lines) + "\n")


_HEAD = """# Pictures: size, likeness and cost

Made by `python -m benchmarks.picture_quality` (its text says how). Each cell has the length of the file, the SSIM of
its luma and the CPU time of making it at the default quality of Filmstrip (JPEG 85, WebP 75, AVIF 60); "at our size" is
the SSIM that the other one reaches with as many bytes as ours.

"""

if __name__ == "__main__":
    main()
