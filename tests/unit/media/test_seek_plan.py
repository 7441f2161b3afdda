"""Are targets shared out so that no GOP is decoded twice and nobody waits long?"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from filmstrip.media.sampling.keyframe_index import IndexedPacket, KeyframeIndex
from filmstrip.media.sampling.seek_plan import plan_stretches
from filmstrip.media.source.prefetch import merge_spans


def index_of(*times: int) -> KeyframeIndex:
    return KeyframeIndex(tuple(IndexedPacket(time, 1000 * time, 0) for time in times), pts_offset=0)


EVERY_TEN = index_of(*range(0, 100, 10))
MOMENTS = st.lists(st.integers(0, 120), max_size=60).map(sorted)


@given(MOMENTS, st.integers(1, 8))
def test_every_target_is_taken_once_in_order(moments: list[int], workers: int) -> None:
    """The stretches together are the targets."""
    stretches = plan_stretches(EVERY_TEN, [(moment, number) for number, moment in enumerate(moments)], workers)
    assert [number for stretch in stretches for number in stretch] == list(range(len(moments)))
    assert all(stretches)


@given(MOMENTS, st.integers(1, 8))
def test_no_group_of_pictures_is_split(moments: list[int], workers: int) -> None:
    """Two targets between the same keyframes are in the same stretch: decoding up to the first serves both."""
    stretches = plan_stretches(EVERY_TEN, [(moment, moment) for moment in moments], workers)
    groups = [{EVERY_TEN.position_before(moment) for moment in stretch} for stretch in stretches]
    assert all(not before & after for number, before in enumerate(groups) for after in groups[number + 1 :])


def test_without_an_index_the_timeline_is_halved() -> None:
    """Where keyframes are unknown, each worker gets an even part."""
    moments = [(moment, moment) for moment in range(10)]
    assert plan_stretches(KeyframeIndex((), 0), moments, 2) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_the_keyframe_before_a_moment_is_found() -> None:
    """Before the first keyframe it is the first, after the last the last."""
    index = KeyframeIndex(index_of(10, 20, 30).keyframes, pts_offset=2)
    assert [index.position_before(pts) for pts in (0, 11, 12, 21, 22, 99)] == [0, 0, 0, 0, 1, 2]
    assert index.keyframe_pts(25) == 22


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 10**7)), max_size=20))
def test_merged_requests_cover_all_spans_without_overlap(spans: list[tuple[int, int]]) -> None:
    """Joining near spans and cutting long ones loses no byte and asks for none twice."""
    wanted = [(start, start + length) for start, length in spans]
    requests = merge_spans(wanted)
    assert all(before[1] <= after[0] for before, after in pairwise(requests))
    for start, end in wanted:
        covered = sum(max(0, min(end, last) - max(start, first)) for first, last in requests)
        assert covered == end - start
