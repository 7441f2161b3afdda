"""Does everybody read our PNGs as the same pixels, and are they small enough?"""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from filmstrip.media.pictures.png import encode_png


@settings(max_examples=30)
@given(st.integers(1, 70), st.integers(1, 50), st.integers(0, 2**32 - 1))
def test_what_is_written_reads_back(width: int, height: int, seed: int) -> None:
    """Every pixel of every size survives, whatever it holds."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    with Image.open(io.BytesIO(encode_png(pixels))) as image:
        assert image.mode == "RGB"
        assert np.array_equal(np.asarray(image), pixels)


def test_a_view_is_written_as_it_is_seen() -> None:
    """A picture cut out of a larger one need not be copied first."""
    whole = np.arange(40 * 60 * 3, dtype=np.uint8).reshape(40, 60, 3)
    part = whole[5:25, 10:40]
    with Image.open(io.BytesIO(encode_png(part))) as image:
        assert np.array_equal(np.asarray(image), part)


@pytest.mark.parametrize("noise", [0, 4])
def test_a_photograph_is_little_larger_than_by_a_general_encoder(noise: int) -> None:
    """At most 15 % more bytes than Pillow's default on a picture with gradients, edges and grain."""
    rows, columns = np.mgrid[0:240, 0:320].astype(np.float64)
    waves = 128 + 60 * np.sin(rows / 17 + columns / 29) + 50 * np.cos(columns / 11)
    grain = np.random.default_rng(1).normal(0, noise, (240, 320, 3))
    pixels = np.clip(np.stack([waves, waves[::-1], 255 - waves], axis=-1) + grain, 0, 255).astype(np.uint8)
    general = io.BytesIO()
    Image.fromarray(pixels).save(general, "PNG")
    assert len(encode_png(pixels)) <= 1.15 * len(general.getvalue())
