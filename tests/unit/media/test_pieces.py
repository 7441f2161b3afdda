"""How is a job shared out over the recordings that a source is made of?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, Piece, VideoStream
from filmstrip.media.sampling.jobs_of_pieces import jobs_of_pieces
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Target
from filmstrip.media.source.media_source import LocalFile

COUNT = 300
VIDEO = VideoStream(0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)


class Looked(list[Target]):
    """Targets that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[Target]:
        self.times += 1
        return super().__iter__()


def job() -> SampleJob[Any]:
    pieces = tuple(Piece(number, number + 1, Fraction(7), Fraction(2), 0) for number in range(COUNT))
    info = MediaInfo("mpegts", Fraction(2 * COUNT), Fraction(7), COUNT, VIDEO, pieces=pieces)
    return SampleJob(LocalFile(Path("film.ts")), info, lambda _video: lambda sample: sample)


def test_each_target_goes_to_the_piece_that_shows_it() -> None:
    """A moment belongs to the piece that begins at it; what lies behind the end belongs to the last one."""
    moments = [Fraction(0), Fraction(2), Fraction(3), Fraction(2 * COUNT - 1), Fraction(2 * COUNT + 5)]
    told = []
    for share, inside in jobs_of_pieces(job(), [Target(index, moment) for index, moment in enumerate(moments)]):
        assert isinstance(share.source, LocalFile)
        told.append((share.source.part, [(target.index, target.seconds) for target in inside]))
    last = COUNT - 1
    assert told == [((0, 1), [(0, 0)]), ((1, 2), [(1, 0), (2, 1)]), ((last, last + 1), [(3, 1), (4, 7)])]


def test_targets_are_gone_through_once() -> None:
    """Hundreds of pieces with thousands of targets are shared out in one pass, not in one for each piece."""
    targets = Looked(Target(index, Fraction(index, 10)) for index in range(20 * COUNT))
    assert sum(len(inside) for _, inside in jobs_of_pieces(job(), targets)) == len(targets)
    assert targets.times == 1
