"""Bundles: which outputs of a query are made together, and what of each. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs._base import Group, Output, OutputPlan

_ALL = Fraction(1)


@dataclass
class _Bundle:
    indexes: list[int] = field(default_factory=list)
    room: Fraction = Fraction(0)


def bundle_outputs(
    outputs: Sequence[Output],
    indexes: Iterable[int],
    info: MediaInfo,
    media: MediaSettings,
    *,
    upscale: bool = False,
    cuts: Mapping[int, Hashable] = MappingProxyType({}),
) -> list[list[int]]:
    """Sort the indexes of outputs into bundles, of which each is made from one decode, in order of their first ones.

    Args:
        outputs: The outputs of a query.
        indexes: Which of them are made.
        info: What the source holds.
        media: The limits of media work: a bundle is made by one process.
        upscale: Whether video may become larger than its source.
        cuts: How outputs are cut into pieces, by their indexes; only those that are cut alike are made together.
    """
    bundles: dict[Hashable, list[_Bundle]] = {}
    for index in indexes:
        decode = outputs[index].shared_decode(info)
        key = ("alone", index) if decode is None else ("together", decode, cuts.get(index))
        alike = bundles.setdefault(key, [])
        room = outputs[index].room(info, media, upscale=upscale) if decode is not None else _ALL
        if not alike or alike[-1].room + room > _ALL:
            alike.append(_Bundle())
        alike[-1].indexes.append(index)
        alike[-1].room += room
    return sorted(bundle.indexes for alike in bundles.values() for bundle in alike)


def make_at_once(plan: OutputPlan) -> OutputPlan:
    """Put all groups together if there is one of pictures alone: a process and a step for a manifest cost more than it.

    Addresses that expire are signed as late as can be: then the groups stay as they are.
    """
    first, *others = plan.groups
    expires = any(group.addressing and group.addressing.signed_hours is not None for group in plan.groups)
    if not others or expires or not first.is_joinable or any(group.is_joinable for group in others):
        return plan
    names = tuple(name for group in plan.groups for name in group.artifact_names)
    addressing = next((group.addressing for group in others if group.addressing), None)
    return OutputPlan((Group("all", names, addressing, parts=plan.groups),), plan.warnings)


def join_groups(plan: OutputPlan) -> OutputPlan:
    """Make one group, the first, of all that can be made together with other outputs; the others stay as they are."""
    groups = [part for group in plan.groups for part in group.all_parts]
    joined = [group for group in groups if group.is_joinable]
    names = tuple(name for group in joined for name in group.artifact_names)
    together = Group("together", names, is_joinable=True, needs_all=any(group.needs_all for group in joined))
    others = (group for group in groups if not group.is_joinable)
    return OutputPlan((together, *others), plan.warnings)
