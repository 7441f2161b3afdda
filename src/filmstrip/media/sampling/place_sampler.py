"""Samples a remote file that no index leads into: each run of near targets from a place before it.

Places are clusters of a Matroska file without cues, fragments of an MP4 without a segment index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from filmstrip.media.containers.approach import Access
from filmstrip.media.containers.decoder import open_decoder
from filmstrip.media.containers.opening import reopen_container, select_stream
from filmstrip.media.sampling.frame_picker import FramePicker
from filmstrip.media.sampling.gop_reader import GopReader, KeyframeMissingError
from filmstrip.media.sampling.keyframe_index import KeyframeIndex
from filmstrip.media.sampling.packet_cursor import PacketCursor
from filmstrip.media.sampling.rescue import Rescue, strict_video
from filmstrip.media.sampling.sample_job import ResultT, SampleJob
from filmstrip.media.sampling.sampler import Sampler
from filmstrip.media.sampling.targets import Sample, SamplingCost, Target
from filmstrip.media.source.place_view import Places

# Small steps at first: keyframes are mostly near, and what an attempt has read is not fetched again.
_STEPS_BACK_SECONDS = (0, 1, 2, 5, 10, 30, 90, 10**9)


class PlaceSampler:
    """Takes samples by way of places."""

    def __init__(self, places: Places, job: SampleJob[ResultT], cost: SamplingCost) -> None:
        self._places = places
        self._kind = job.info.kind
        self._stream_index = job.video.index
        self._clock = job.clock
        self._precision = job.precision
        self._cost = cost
        self._best_within = None if job.best_within is None else job.clock.units(job.best_within)

    def samples(self, targets: Iterable[Target]) -> Iterator[Sample]:
        """Take a sample at each target."""
        in_order = sorted(targets, key=lambda target: target.seconds)
        for run in _runs(in_order, self._places.longest_run, self._places.longest_gap):
            yield from self._sample_run(run)

    def _sample_run(self, run: list[Target]) -> Iterator[Sample]:
        for seconds in _STEPS_BACK_SECONDS:
            try:
                yield from self._sample_from(run, self._clock.pts(run[0].seconds - seconds))
            except KeyframeMissingError:
                continue
            return

    def _sample_from(self, run: list[Target], moment: int) -> Iterator[Sample]:
        view = self._places.view_before(moment, self._clock.pts(run[-1].seconds))
        if view is None:
            return
        with reopen_container(view.source, self._kind) as container:
            stream = select_stream(container, self._stream_index)
            reader = GopReader(PacketCursor(container, stream, self._cost), KeyframeIndex((), 0), Access.READ_ON)
            reader.start_here(can_step_back=not view.is_whole)
            rescue = Rescue(strict_video(view.before, self._stream_index), self._clock, self._cost)
            try:
                picker = FramePicker(open_decoder(stream, threads=1), self._cost, self._best_within)
                yield from Sampler(reader, picker, rescue, self._clock, self._precision).samples(run)
            finally:
                rescue.close()


def _runs(targets: list[Target], longest: Fraction | None, gap: Fraction) -> Iterator[list[Target]]:
    run: list[Target] = []
    for target in targets:
        is_far = bool(run) and target.seconds - run[-1].seconds > gap
        if is_far or (run and longest is not None and target.seconds - run[0].seconds > longest):
            yield run
            run = []
        run.append(target)
    if run:
        yield run
