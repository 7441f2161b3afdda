"""Describes an output whose files are all made. Pure, but for asking its stores where they put things."""

from __future__ import annotations

from collections.abc import Mapping

from filmstrip.domain.artifact import Artifact, Location, OutputResult
from filmstrip.jobs.making.assignment import Assignment
from filmstrip.outputs._base import OutputPlan


def describe_result(
    assignment: Assignment, artifacts: tuple[Artifact, ...]
) -> tuple[OutputResult, tuple[Location, ...]]:
    """Return what was made, and where its main file is at each destination."""
    result = assignment.output.result(assignment.info, artifacts, upscale=assignment.upscale)
    return result, tuple(store.locate(result.main_name) for store in assignment.stores)


def in_order(plan: OutputPlan, artifacts: Mapping[str, Artifact]) -> tuple[Artifact, ...]:
    """Put artifacts into the order of the plan."""
    names = (name for group in plan.groups for name in group.artifact_names)
    return tuple(artifacts[name] for name in names if name in artifacts)
