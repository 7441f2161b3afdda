"""Describes an output whose files are all made. Pure, but for asking its stores where they put things."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from filmstrip.domain.artifact import Artifact, Location, OutputResult
from filmstrip.domain.errors import OutputError
from filmstrip.jobs.making.assignment import Assignment
from filmstrip.outputs._base import Group, OutputPlan

_MOST_NAMED = 5


def describe_result(
    assignment: Assignment, artifacts: tuple[Artifact, ...]
) -> tuple[OutputResult, tuple[Location, ...]]:
    """Return what was made, and where its main file is at each destination."""
    result = assignment.output.result(assignment.info, artifacts, upscale=assignment.upscale)
    return result, tuple(store.locate(result.main_name) for store in assignment.stores)


def in_order(plan: OutputPlan, artifacts: Mapping[str, Artifact]) -> tuple[Artifact, ...]:
    """Put artifacts into the order of the plan.

    Raises:
        OutputError: Some are missing, as when the database has lost what it said was written.
    """
    for group in plan.results:
        demand_all(group, artifacts)
    return tuple(artifacts[name] for group in plan.results for name in group.artifact_names)


def demand_all(group: Group, names: Collection[str]) -> None:
    """Make sure that nothing is missing: what is there of a set must not pass for the whole of it."""
    missing = [name for name in group.artifact_names if name not in names]
    if missing:
        named = ", ".join(missing[:_MOST_NAMED]) + (", …" if len(missing) > _MOST_NAMED else "")
        raise OutputError(f"{len(missing)} of {len(group.artifact_names)} files were not made: {named}")
