"""Plans which targets are taken in one go, and by which worker. Pure decisions from the keyframe index.

Targets between the same two keyframes form a group: its decoding begins at the first and ends at its last target, so
it is never split. Groups next to each other form stretches of about equal cost, which workers take one after another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from filmstrip.media.sampling.keyframe_index import KeyframeIndex

T = TypeVar("T")

# More stretches than workers, so that no worker waits long for the slowest at the end.
_STRETCHES_PER_WORKER = 16


def plan_stretches(index: KeyframeIndex, moments: Sequence[tuple[int, T]], workers: int) -> list[list[T]]:
    """Share targets out in stretches.

    Args:
        index: The keyframes; empty where the container lists none.
        moments: PTS and target, in order of PTS.
        workers: How many stretches are worked on at once.

    Returns:
        The targets of each stretch, in order; together all of them.
    """
    if not index:
        return _even_parts(moments, workers)
    groups = [list(group) for _, group in groupby(moments, key=lambda moment: index.position_before(moment[0]))]
    costs = [_cost(index, group[-1][0]) for group in groups]
    share = sum(costs) / (workers * _STRETCHES_PER_WORKER)
    return list(_merge(groups, costs, share))


def _cost(index: KeyframeIndex, last_pts: int) -> int:
    """Estimate what decoding up to a moment costs: the time since the keyframe, and the keyframe."""
    keyframe = index.keyframes[index.position_before(last_pts)]
    return max(0, last_pts - index.pts_offset - keyframe.timestamp) + 1


def _merge(groups: Sequence[Sequence[tuple[int, T]]], costs: Sequence[int], share: float) -> Iterator[list[T]]:
    stretch: list[T] = []
    cost = 0.0
    for group, group_cost in zip(groups, costs, strict=True):
        stretch += [target for _, target in group]
        cost += group_cost
        if cost >= share:
            yield stretch
            stretch, cost = [], 0.0
    if stretch:
        yield stretch


def _even_parts(moments: Sequence[tuple[int, T]], workers: int) -> list[list[T]]:
    size = -(-len(moments) // workers) if moments else 1
    return [[target for _, target in moments[start : start + size]] for start in range(0, len(moments), size)]
