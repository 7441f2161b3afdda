"""The rules of tasks that need no engine: tags, upscaling, what the journal holds, shares of progress."""

import json
from fractions import Fraction

import pytest

from filmstrip.domain.artifact import Artifact, MediaKind
from filmstrip.domain.errors import DiskFullError, FilmstripError, LimitExceededError, OutputError, SourceChangedError
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.jobs.making.made_output import in_order
from filmstrip.jobs.making.portions import share
from filmstrip.jobs.rules.admission import demand_few_pictures
from filmstrip.jobs.rules.upscale_rule import dropped_outputs
from filmstrip.jobs.tasks.journal_format import JournalFormat
from filmstrip.jobs.tasks.submission import make_submission, system_tags
from filmstrip.outputs._base import Group, Output, OutputPlan
from filmstrip.outputs.registry import parse_query
from filmstrip.params.query import Query

PLAN = OutputPlan((Group("one", ("a", "b", "c")), Group("two", ("d",))))


def query_of(*formats: dict[str, object]) -> Query[Output]:
    return parse_query(json.dumps({"query": {"source": "http://host/video.mp4", "format": formats}}))


def info_of(width: int, height: int) -> MediaInfo:
    one = Fraction(1)
    video = VideoStream(0, "h264", FrameSize(width, height), one, Orientation(), one, one, 0, one)
    return MediaInfo("mp4", one, Fraction(0), 1, video)


def test_tags_count_each_kind_by_itself() -> None:
    """Pictures and videos between each other do not shift each other's numbers."""
    video, image, text = MediaKind.VIDEO, MediaKind.IMAGE, MediaKind.TEXT
    assert system_tags([video, image, video, text, image]) == [
        "video-0-0-0",
        "image-0-0-0",
        "video-0-1-0",
        "text-0-0-0",
        "image-1-0-0",
    ]


def test_a_submission_holds_the_query_as_it_was_sent() -> None:
    """What is stored is parsed again later, so it is the client's own text, with the warnings that it gave."""
    query = query_of({"output": "mp4", "tag": "mine", "nonsense": 1})
    submission = make_submission(query, "payload")
    assert parse_query(submission.query).formats == query.formats
    assert (submission.payload, submission.warnings) == ("payload", query.warnings)
    (output,) = submission.outputs
    assert (output.output_name, output.kind, output.tag, output.user_tag) == (
        "mp4",
        MediaKind.VIDEO,
        "video-0-0-0",
        "mine",
    )


@pytest.mark.parametrize(
    ("sizes", "dropped"),
    [
        (["640x360"], []),
        (["1280x720"], []),
        (["1280x720", "1920x1080"], [1]),
        (["640x360", "1280x720"], [1]),
        (["1280x720", "640x360"], [0]),
        (["1280x200", "320x720"], []),
        ([None, "641x361"], [1]),
    ],
)
def test_larger_videos_are_dropped_but_never_all(sizes: list[str | None], dropped: list[int]) -> None:
    """A video larger than the source in both sides is dropped; of videos that are all larger the first is made."""
    formats = [{"output": "mp4", **({"size": size} if size else {})} for size in sizes]
    assert list(dropped_outputs(query_of(*formats).formats, info_of(640, 360))) == dropped


def test_pictures_are_never_dropped() -> None:
    """Thumbnails may be larger than the source, and do not count as the video that is left."""
    formats = ({"output": "thumbnails", "width": 4000, "height": 3000}, {"output": "mp4", "size": "4000x3000"})
    assert dropped_outputs(query_of(*formats).formats, info_of(641, 361)) == {}


@pytest.mark.parametrize("value", [None, 1, "text", [1, None], {"a": [True, 2.5]}])
def test_the_journal_keeps_values(value: object) -> None:
    """What a step returned comes back the same, as text that is JSON."""
    text = JournalFormat().serialize(value)
    assert json.loads(text) == value
    assert JournalFormat().deserialize(text) == value


def test_the_journal_keeps_errors_without_code() -> None:
    """An error of ours keeps its class; any other becomes a sentence: nothing stored is ever unpickled."""
    journal = JournalFormat()
    ours = journal.deserialize(journal.serialize(SourceChangedError("it changed")))
    assert (type(ours), str(ours)) == (SourceChangedError, "it changed")
    other = journal.deserialize(journal.serialize(ZeroDivisionError("division")))
    assert (type(other), str(other)) == (FilmstripError, "division")
    silent = journal.deserialize(journal.serialize(DiskFullError()))
    assert str(silent) == "DiskFullError"


def test_an_output_progresses_by_its_files() -> None:
    """A group counts by how many files it has."""
    assert share(PLAN, PLAN.groups[0], 0) == 0
    assert share(PLAN, PLAN.groups[0], 1 / 3) == 0.25
    assert share(PLAN, PLAN.groups[1], 0) == 0.75
    assert share(PLAN, PLAN.groups[1], 1) == 1


def test_artifacts_are_told_in_the_order_of_the_plan() -> None:
    """Files that were put side by side are listed as they were planned; fewer than planned are no output."""
    artifacts = {name: Artifact(name, "image/png", 1) for name in ("d", "c", "b", "a")}
    assert [artifact.name for artifact in in_order(PLAN, artifacts)] == ["a", "b", "c", "d"]
    del artifacts["b"]
    with pytest.raises(OutputError, match="1 of 3 files were not made: b"):
        in_order(PLAN, artifacts)


def test_more_pictures_than_the_operator_admits_are_refused() -> None:
    """With both numbers, the setting and what to ask for instead; those of each size count, and a video has none."""
    series = {"output": "thumbnails", "count": 50}
    one, two, video = query_of(series, {**series, "sizes": ["64x36", "32x18"]}, {"output": "mp4"}).formats
    info = info_of(640, 360)
    demand_few_pictures(one.picture_count(info), 50)
    demand_few_pictures(video.picture_count(info), 1)
    with pytest.raises(LimitExceededError, match=r"100 pictures .* at most 99 \(its setting max_pictures\)"):
        demand_few_pictures(two.picture_count(info), 99)
