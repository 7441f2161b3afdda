"""The portion of an output that a group of its plan is, and how much of the whole that is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from filmstrip.domain.artifact import Artifact
from filmstrip.jobs.making.assignment import Assignment, Listener, Portion
from filmstrip.outputs._base import Group, OutputPlan


def share(plan: OutputPlan, group: Group, fraction: float) -> float:
    """Return how much of an output is finished when that much of one of its groups is."""
    sizes = [len(each.artifact_names) for each in plan.groups]
    position = plan.groups.index(group)
    return (sum(sizes[:position]) + sizes[position] * fraction) / (sum(sizes) or 1)


def share_of_done(plan: OutputPlan, group: Group, fraction: float, done: int) -> float:
    """Return the same of a group that is made beside others: at least so much of the output is finished.

    Args:
        plan: The plan of the output.
        group: The group.
        fraction: How much of it is finished.
        done: How many files of the output were finished when it began.
    """
    total = sum(len(each.artifact_names) for each in plan.groups) or 1
    return min(1.0, (done + len(group.artifact_names) * fraction) / total)


def portion_of(
    assignment: Assignment,
    plan: OutputPlan,
    group: Group,
    finished: Mapping[str, Artifact],
    listener: Listener,
    substitutes_before: int = 0,
) -> Portion:
    """Take a group out of the plan of an output; the listener is told how much of the whole output is finished.

    Args:
        assignment: The output.
        plan: Its plan.
        group: The group.
        finished: What is finished, as `finished_of` chooses it.
        listener: Told how the output goes on.
        substitutes_before: How many frames of other groups that are not in `finished` are substitutes.
    """

    def on_progress(fraction: float) -> None:
        listener.on_progress(share(plan, group, fraction))

    return Portion(assignment, group, finished, replace(listener, on_progress=on_progress), substitutes_before)


def finished_of(group: Group, finished: Mapping[str, Artifact]) -> Mapping[str, Artifact]:
    """Choose what the making of a group is told of what an output has: all if it needs all, else its own files."""
    return finished if group.needs_all else own_files(group, finished)


def own_files(group: Group, finished: Mapping[str, Artifact]) -> dict[str, Artifact]:
    """Choose the files of a group among those that an output has."""
    return {name: finished[name] for name in group.artifact_names if name in finished}
