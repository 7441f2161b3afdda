"""When is a video cut into segments, and until when does that hold?"""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from filmstrip.db.database import Database
from filmstrip.db.task_records import PutArtifact
from filmstrip.domain.artifact import Artifact
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import AudioStream, MediaInfo, VideoStream
from filmstrip.jobs.tasks.spreading import Spreading
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.jobs.tasks.task_steps import TaskSteps
from filmstrip.outputs._base import OutputPlan
from filmstrip.outputs.mp4.output import Mp4

VIDEO = VideoStream(
    0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), Fraction(25), Fraction(1, 12800), 0, Fraction(600)
)
INFO = MediaInfo("mov,mp4,m4a,3gp,3g2,mj2", Fraction(600), Fraction(0), 1000, VIDEO, (AudioStream(1, "aac", 44100, 2),))
MP4 = Mp4.model_validate({})


@pytest.fixture
def spreading(around: Callable[..., Surroundings]) -> Callable[..., Spreading]:
    """Makes it, with settings."""

    def make(**settings: Any) -> Spreading:
        made = around()
        return Spreading(replace(made, settings=replace(made.settings, **settings)))

    return make


@pytest.mark.parametrize(("seconds", "names"), [(60.0, 10), (200.0, 3), (0.0, 0), (400.0, 2), (401.0, 0)])
def test_segments_are_about_as_long_as_set(spreading: Callable[..., Spreading], seconds: float, names: int) -> None:
    """The sound is a piece of its own, and the last segment up to half as long again; 0 is never."""
    plan = spreading(segment_seconds=seconds).segments_of(MP4, INFO, upscale=False)
    segments = [] if plan is None else [piece for piece in plan.pieces if piece.segment is not None]
    assert len(segments) == names
    assert plan is None or len(plan.pieces) == names + 1


@pytest.mark.parametrize(
    ("spread", "is_shared", "is_cut"), [("fleet", True, True), ("fleet", False, False), ("never", True, False)]
)
def test_how_outputs_are_bundled_does_not_depend_on_who_lives(
    around: Callable[..., Surroundings],
    spread: str,
    is_shared: bool,  # noqa: FBT001 - pytest passes it so
    is_cut: bool,  # noqa: FBT001 - a result
) -> None:
    """After a death the choice is made again, and scripts that were begun of another one would be in the way."""
    made = around()
    database = SimpleNamespace(is_shared=is_shared)  # asked who lives, it would fail
    storage = replace(made.storage, temporary_url="s3://127.0.0.1:1/bucket/")
    settings = replace(made.settings, spread=cast("Any", spread))
    steps = TaskSteps(replace(made, database=cast("Any", database), storage=storage, settings=settings))
    cuts = steps._cuts(cast("Any", SimpleNamespace(formats=(MP4, MP4), upscale=False)), [0, 1], INFO)
    assert bool(cuts) is is_cut
    assert cuts.get(0) == cuts.get(1)


async def test_what_was_begun_in_segments_goes_on_so(
    spreading: Callable[..., Spreading], database: Database, token: str
) -> None:
    """Also when there is one worker left; once it was given up, it is made in one piece for good."""
    many, one = spreading(spread="always"), spreading(spread="never")
    plan = many.segments_of(MP4, INFO, upscale=False)
    assert plan is not None
    assert await many.is_cut(token, 0, is_piece=False)
    assert not await one.is_cut(token, 0, is_piece=False)
    assert await one.is_cut(token, 0, is_piece=True)
    put = PutArtifact("g", Artifact(plan.pieces[0].artifact_names[0], "video/mp4", 1))
    database.artifacts.record_artifacts(token, 0, [put])
    assert await one.is_cut(token, 0, is_piece=False)
    assert await many.give_up(token, 0, plan)
    assert not await many.is_cut(token, 0, is_piece=True)
    assert not await many.give_up(token, 0, MP4.plan(INFO))


def test_plans_survive_the_journal() -> None:
    """With the times of their segments, to the fraction."""

    plan = Mp4.model_validate({"framerate": "30000/1001", "keyframe": "2s"}).plan_in_segments(INFO, Fraction(60))
    plans = TypeAdapter(OutputPlan)
    assert plan is not None
    assert plans.validate_python(json.loads(json.dumps(plans.dump_python(plan, mode="json")))) == plan
