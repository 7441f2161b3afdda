"""Which outputs of a query are made together, and what of each? Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from filmstrip.domain.media_info import MediaInfo
from filmstrip.outputs._base import Group, Output, OutputPlan

# What is in the making of each of them is in the memory of one process.
_MOST_TOGETHER = 8


def bundle_outputs(outputs: Sequence[Output], indexes: Iterable[int], info: MediaInfo) -> list[list[int]]:
    """Sort the indexes of outputs into bundles, of which each takes the same frames, in order of their first ones."""
    bundles: dict[Hashable, list[list[int]]] = {}
    for index in indexes:
        sampling = outputs[index].sampling(info)
        alike = bundles.setdefault(index if sampling is None else (type(outputs[index]), sampling), [[]])
        if len(alike[-1]) == _MOST_TOGETHER:
            alike.append([])
        alike[-1].append(index)
    return sorted(bundle for alike in bundles.values() for bundle in alike)


def join_groups(plan: OutputPlan) -> OutputPlan:
    """Make one group, the first, of all that can be made together with other outputs; the others stay as they are."""
    joined = [group for group in plan.groups if group.is_joinable]
    names = tuple(name for group in joined for name in group.artifact_names)
    together = Group("together", names, is_joinable=True, needs_all=any(group.needs_all for group in joined))
    others = (group for group in plan.groups if not group.is_joinable)
    return OutputPlan((together, *others), plan.warnings)
