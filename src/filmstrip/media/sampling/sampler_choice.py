"""Chooses the sampler that suits a source, by what its container stores: times, an index, or neither."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Generic

from av.container import InputContainer
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.container_kind import Layout
from filmstrip.media.containers.approach import Access
from filmstrip.media.containers.decoder import open_decoder
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.containers.matroska_clusters import ClusterMap
from filmstrip.media.sampling.counting_sampler import CountingSampler
from filmstrip.media.sampling.frame_picker import FramePicker
from filmstrip.media.sampling.gop_reader import GopReader
from filmstrip.media.sampling.keyframe_index import KeyframeIndex
from filmstrip.media.sampling.packet_cursor import PacketCursor
from filmstrip.media.sampling.place_sampler import PlaceSampler
from filmstrip.media.sampling.rescue import Rescue, strict_video
from filmstrip.media.sampling.sample_job import ResultT, SampleJob
from filmstrip.media.sampling.sampler import Sampler
from filmstrip.media.sampling.targets import SamplingCost
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.source.place_view import Places
from filmstrip.media.timeline.stamp_map import StampMap

AnySampler = Sampler | CountingSampler | PlaceSampler


class SamplerChoice(Generic[ResultT]):
    """Makes the samplers of one run, one for each worker."""

    def __init__(self, job: SampleJob[ResultT], index: KeyframeIndex | None, decoder_threads: int) -> None:
        """Decide for a source.

        Args:
            job: What is sampled.
            index: The keyframes that the container lists, empty where it lists none; None where packets do not even
                say when they are shown.
            decoder_threads: Threads of each decoder.
        """
        self._job = job
        self._index = index
        self._decoder_threads = decoder_threads
        self._places = self._find_places()
        has_stamps = job.info.kind.has_stamps
        self._stamps = StampMap(job.source) if has_stamps and isinstance(job.source, BlockCache) else None

    def _find_places(self) -> Places | None:
        job = self._job
        film = fragment_film(job.source)
        if film is not None and self._index is not None:
            film.count_from(job.video.start_pts)
            return film
        is_clustered = job.info.kind.layout is Layout.EBML_ELEMENTS
        is_unlisted = is_clustered and self._index is not None and not self._index
        if not is_unlisted or not isinstance(job.source, BlockCache):
            return None
        clusters = ClusterMap(job.source)
        return None if clusters.first() is None else clusters

    def new_sampler(
        self, container: InputContainer, stream: AvVideoStream, cost: SamplingCost, stack: ExitStack
    ) -> AnySampler:
        """Make a sampler over a container of its own; what else it opens is closed by the stack."""
        job = self._job
        if self._places is not None:
            return PlaceSampler(self._places, job, cost)
        decoder = open_decoder(stream, self._decoder_threads)
        if self._index is None:
            return CountingSampler(container, stream, decoder, job.clock, cost)
        access = Access.READ_ON if isinstance(job.source, LocalFile) else Access.STEP_BACK
        rescue = Rescue(strict_video(lambda: job.source, job.video.index), job.clock, cost)
        stack.callback(rescue.close)
        # The times of several films cannot be told apart without a demuxer.
        stamps = self._stamps if len(container.streams.video) == 1 else None
        reader = GopReader(PacketCursor(container, stream, cost, stamps), self._index, access)
        best_within = None if job.best_within is None else job.clock.units(job.best_within)
        picker = FramePicker(decoder, cost, best_within)
        return Sampler(reader, picker, rescue, job.clock, job.precision)
