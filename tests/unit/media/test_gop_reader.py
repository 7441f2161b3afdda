"""Is a wanted keyframe reached even if reading on towards it breaks off?"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from filmstrip.media.containers.approach import Access
from filmstrip.media.containers.opening import open_container, select_stream
from filmstrip.media.sampling.gop_reader import GopReader
from filmstrip.media.sampling.keyframe_index import read_index
from filmstrip.media.sampling.packet_cursor import PacketCursor
from filmstrip.media.sampling.targets import SamplingCost
from filmstrip.media.source.media_source import LocalFile

_FRAMES = 20


class BreakingCursor(PacketCursor):
    """A cursor whose packets end after the first few, until it seeks again."""

    def packets(self):  # noqa: ANN201 - as in the class above
        for number, shown in enumerate(super().packets()):
            if number == 2 and self._cost.seeks == 1:
                return
            yield shown


def make_film(path: Path) -> Path:
    """Write twenty pictures that are all keyframes."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuvj420p"
        for number in range(_FRAMES):
            picture = np.full((64, 64, 3), number * 10, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))
    return path


def test_a_keyframe_behind_a_damaged_place_is_sought(tmp_path: Path) -> None:
    """Where reading on ends before the keyframe that was meant, it is reached by a seek and not taken for the end."""
    cost = SamplingCost()
    with open_container(LocalFile(make_film(tmp_path / "film.mov"))) as container:
        stream = select_stream(container, 0)
        reader = GopReader(BreakingCursor(container, stream, cost), read_index(container, stream), Access.INDEX)
        step = int(Fraction(1, 25) / (stream.time_base or 1))
        reader.seek(0)
        assert reader.approach(0).shown is not None
        assert not reader.must_seek(4 * step)
        shown = reader.approach(4 * step).shown
    assert shown is not None
    assert shown.start == 4 * step
    assert cost.seeks == 2
