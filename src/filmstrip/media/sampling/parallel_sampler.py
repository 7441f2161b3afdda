"""Shares the timeline out over the cores: each worker has its own container and decoder and takes a stretch.

libav lets go of the interpreter's lock while it reads, decodes, scales and encodes, so threads do as well as processes
and share the memory of the source's cached bytes.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Generic

from av.container import InputContainer
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.media_info import VideoStream
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.opening import reading_errors, reopen_container, select_stream
from filmstrip.media.cores import USABLE_CORES
from filmstrip.media.sampling.counting_sampler import stores_times
from filmstrip.media.sampling.jobs_of_pieces import jobs_of_pieces
from filmstrip.media.sampling.keyframe_index import KeyframeIndex, can_seek, read_index
from filmstrip.media.sampling.sample_job import Renderer, ResultT, SampleJob
from filmstrip.media.sampling.sampler_choice import AnySampler, SamplerChoice
from filmstrip.media.sampling.seek_plan import plan_stretches
from filmstrip.media.sampling.targets import SamplingCost, Target
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.source.media_source import LocalFile, MediaSource
from filmstrip.media.source.prefetch import ByteSpan, Prefetcher

# Finished results that were not taken yet: enough to keep all workers busy, few enough to bound the memory.
_MOST_WAITING_RESULTS = 16
# Reference pictures of one decoder and those on their way, as pictures of 4:2:0 with the source's bit depth.
_PICTURES_PER_DECODER = 10
_DECODER_MEMORY_BYTES = 256 << 20


def sample_frames(
    job: SampleJob[ResultT], targets: Sequence[Target], *, threads: int = 0, cost: SamplingCost | None = None
) -> Iterator[ResultT]:
    """Sample a source at many moments, on all cores, and yield results as they get ready.

    Args:
        job: What is sampled.
        targets: The moments.
        threads: Workers at the most; 0 for one per core.
        cost: Is told what sampling took.

    Raises:
        SourceError: The source cannot be read on.
    """
    shares = jobs_of_pieces(job, targets) if job.info.pieces else [(job, targets)]
    for share, moments in shares:
        yield from _sample(share, moments, threads, cost)


def _sample(
    job: SampleJob[ResultT], targets: Sequence[Target], threads: int, cost: SamplingCost | None
) -> Iterator[ResultT]:
    clock = job.clock
    cores = threads or USABLE_CORES
    index, has_times = _look_into(job)
    moments = [(clock.pts(target.seconds), target) for target in sorted(targets, key=lambda t: t.seconds)]
    most_workers = min(cores, _affordable_workers(job.video)) if has_times else 1
    stretches = plan_stretches(index, moments, most_workers)
    workers = min(most_workers, len(stretches))
    run = _Run(job, index if has_times else None, stretches, decoder_threads=cores if workers == 1 else 1)
    yield from run.results(workers)
    if cost is not None:
        cost.add(run.cost)


def _affordable_workers(video: VideoStream) -> int:
    size = video.coded_size
    bytes_per_sample = 1 if video.color.bit_depth <= 8 else 2  # noqa: PLR2004 - the bits of a byte
    picture_bytes = size.width * size.height * bytes_per_sample * 3 // 2
    return max(1, _DECODER_MEMORY_BYTES // (_PICTURES_PER_DECODER * picture_bytes))


def _look_into(job: SampleJob[ResultT]) -> tuple[KeyframeIndex, bool]:
    """Read the index of keyframes, and whether a moment can be looked up: packets tell their times, and seeks work."""
    with reopen_container(job.source, job.info.kind) as container, reading_errors():
        stream = select_stream(container, job.video.index)
        is_told = job.video.has_true_times and stores_times(container, stream)
        if not is_told or not _is_seekable(job.source, container, stream):
            return KeyframeIndex((), 0), False
        if fragment_film(job.source) is not None:
            return KeyframeIndex((), 0), True
        return read_index(container, stream, with_packets=isinstance(job.source, BlockCache)), True


def _is_seekable(source: MediaSource, container: InputContainer, stream: AvVideoStream) -> bool:
    """Check whether a stream has to be read from its first packet on; remote ones are searched without libav's help."""
    kind = kind_of(container)
    if not kind.seeks_ahead:
        return False
    is_doubtful = kind.loads_index_by_seeking and isinstance(source, LocalFile)
    return not is_doubtful or can_seek(container, stream)


class _Run(Generic[ResultT]):
    """One run of several workers over the stretches of a source."""

    def __init__(
        self,
        job: SampleJob[ResultT],
        index: KeyframeIndex | None,
        stretches: Sequence[Sequence[Target]],
        decoder_threads: int,
    ) -> None:
        self.cost = SamplingCost()
        self._job = job
        self._index = index
        self._stretches: queue.SimpleQueue[tuple[int, Sequence[Target]]] = queue.SimpleQueue()
        for numbered in enumerate(stretches):
            self._stretches.put(numbered)
        self._prefetcher = self._new_prefetcher(stretches)
        self._choice = SamplerChoice(job, index, decoder_threads)
        self._results: queue.Queue[ResultT | BaseException | None] = queue.Queue(_MOST_WAITING_RESULTS)
        self._stop = threading.Event()

    def results(self, workers: int) -> Iterator[ResultT]:
        """Start the workers and yield what they finish; the first error ends them all."""
        threads = [threading.Thread(target=self._work, name=f"sampler-{n}", daemon=True) for n in range(workers)]
        for thread in threads:
            thread.start()
        try:
            for _ in threads:
                yield from self._until_one_ends()
        finally:
            self._stop.set()
            if self._prefetcher is not None:
                self._prefetcher.close()
            for thread in threads:
                self._make_room(thread)

    def _new_prefetcher(self, stretches: Sequence[Sequence[Target]]) -> Prefetcher | None:
        job, index = self._job, self._index
        if not index or not isinstance(job.source, BlockCache):
            return None
        return Prefetcher(job.source, [list(self._spans(index, stretch)) for stretch in stretches])

    def _spans(self, index: KeyframeIndex, stretch: Sequence[Target]) -> Iterator[ByteSpan]:
        clock, tolerance = self._job.clock, self._job.precision.tolerance_seconds
        for target in stretch:
            moment = clock.pts(target.seconds)
            # Without a bound on how far back it may lie, the keyframe alone will do.
            yield index.span(moment, index.keyframe_pts(moment) if tolerance is None else moment)

    def _until_one_ends(self) -> Iterator[ResultT]:
        while (item := self._results.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _make_room(self, thread: threading.Thread) -> None:
        """Take unwanted results away until a worker that was told to stop has ended."""
        while thread.is_alive():
            with suppress(queue.Empty):
                self._results.get(timeout=0.05)
        thread.join()

    def _work(self) -> None:
        cost = SamplingCost()
        try:
            self._sample_stretches(cost)
            self._results.put(None)
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits for results
            self._results.put(error)
        finally:
            self.cost.add(cost)

    def _sample_stretches(self, cost: SamplingCost) -> None:
        job = self._job
        render = job.new_renderer(job.video)
        with reopen_container(job.source, job.info.kind) as container, ExitStack() as stack, reading_errors():
            stream = select_stream(container, job.video.index)
            sampler = self._choice.new_sampler(container, stream, cost, stack)
            with suppress(queue.Empty):
                while not self._stop.is_set():
                    number, stretch = self._stretches.get_nowait()
                    if self._prefetcher is not None:
                        self._prefetcher.reach(number)
                    self._render_all(sampler, stretch, render)

    def _render_all(self, sampler: AnySampler, stretch: Sequence[Target], render: Renderer[ResultT]) -> None:
        for sample in sampler.samples(stretch):
            if self._stop.is_set():
                return
            self._results.put(render(sample))
