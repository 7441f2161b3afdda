"""`python -m benchmarks.png`: our PNG writer against Pillow's, on frames of a source at thumbnail size."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.sources import CUT
from filmstrip.media.pictures.png import encode_png

_PICTURES, _ROUNDS = 12, 20


def main() -> None:
    """Print time and size of both, and the ratios."""
    pictures = list(_pictures())
    ours, pillow = (_measure(encode, pictures) for encode in (encode_png, _pillow))
    print(f"ours   {ours[0] * 1e3:7.3f} ms  {ours[1]:8.0f} bytes a picture")
    print(f"Pillow {pillow[0] * 1e3:7.3f} ms  {pillow[1]:8.0f} bytes a picture")
    print(f"time {ours[0] / pillow[0]:.3f} of Pillow's (bar: 0.1), size {ours[1] / pillow[1]:.3f} (bar: 1.15)")


def _pictures() -> Iterator[npt.NDArray[np.uint8]]:
    with av.open(str(CUT.path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % 60 == 0:
                yield np.asarray(frame.to_image(width=320, height=240))
            if index >= 60 * _PICTURES:
                return


def _pillow(picture: npt.NDArray[np.uint8]) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(picture).save(packed, "PNG")
    return packed.getvalue()


def _measure(
    encode: Callable[[npt.NDArray[np.uint8]], bytes], pictures: list[npt.NDArray[np.uint8]]
) -> tuple[float, float]:
    """Return seconds and bytes a picture."""
    began_at, size = time.process_time(), 0
    for _ in range(_ROUNDS):
        size += sum(len(encode(picture)) for picture in pictures)
    count = _ROUNDS * len(pictures)
    return (time.process_time() - began_at) / count, size / count


if __name__ == "__main__":
    main()
