"""What clients read of a task, in exactly the types that they need."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from filmstrip.db.task_records import Outage, OutputRecord, TaskRecord
from filmstrip.domain.artifact import Location, MediaKind, OutputResult, Warned
from filmstrip.domain.task import TaskStatus
from filmstrip.wire.status import decimal, expiry, megabytes, task_status

BASE = "http://media.local:8080"
TOKEN = "7c" * 16
DONE = datetime(2031, 5, 2, 10, 0, 41, 999, tzinfo=UTC)

MP4 = OutputRecord(
    index=0,
    output_name="mp4",
    kind=MediaKind.VIDEO,
    tag="video-0-0-0",
    user_tag=None,
    status=TaskStatus.COMPLETED,
    progress=1.0,
    result=OutputResult(
        kind=MediaKind.VIDEO,
        output_format="mp4",
        main_name="",
        names=("",),
        size_bytes=3_840_000,
        storage_format="mp4",
        duration_seconds=Fraction(60),
        bitrate_kbps=512,
        meta={"width": 320, "height": 240, "codec": "h264"},
    ),
    locations=(
        Location(
            "custom_s3", "http://s3.local:9000/out/demo/clip.mp4", "demo/clip.mp4", "out", "http", "s3.local", 9000
        ),
    ),
    finished_at=DONE,
)
THUMBNAILS = OutputRecord(
    index=1,
    output_name="thumbnails",
    kind=MediaKind.IMAGE,
    tag="image-0-0-0",
    user_tag="strip",
    status=TaskStatus.COMPLETED,
    progress=1.0,
    result=OutputResult(
        kind=MediaKind.IMAGE,
        output_format="thumbnails",
        main_name="thumbnails.vtt",
        names=("thumb_0001.png", "thumb_0002.png", "thumbnails.vtt"),
        size_bytes=150_000,
        storage_format="image",
        meta={"width": 320, "height": 240, "interval": 30, "count": 2, "format": "png"},
    ),
    locations=(
        Location(
            "custom_s3",
            "http://s3.local:9000/out/demo/thumb/thumbnails.vtt",
            "demo/thumb/thumbnails.vtt",
            "out",
            "http",
            "s3.local",
            9000,
        ),
    ),
    finished_at=DONE,
)
COMPLETED = TaskRecord(
    token=TOKEN,
    key_id=1,
    status=TaskStatus.COMPLETED,
    created_at=DONE,
    payload="mine",
    warnings=(Warned("format[0].file_extension is not known here and was ignored"), Warned("b", "c", "image-0-0-0")),
    duration_seconds=Fraction("60.04"),
    source_size_bytes=11_200_000,
    outputs=(MP4, THUMBNAILS),
    finished_at=DONE,
)


def test_a_completed_task_looks_as_recorded() -> None:
    """A completed task of an mp4 and thumbnails is described with the members, types and forms of Qencode."""
    place = {"type": "custom_s3", "bucket": "out", "scheme": "http", "host": "s3.local", "port": 9000, "expire": None}
    place["timestamp"] = "2031-05-02 10:00:41"
    item = {"profile": None, "status": "completed", "percent": 100.0, "error": False, "error_description": None}
    assert task_status(COMPLETED, BASE) == {
        "status": "completed",
        "percent": 100.0,
        "error": 0,
        "error_description": None,
        "videos": [
            item
            | {
                "tag": "video-0-0-0",
                "user_tag": None,
                "output_format": "mp4",
                "url": "http://s3.local:9000/out/demo/clip.mp4",
                "storage": place | {"key": "demo/clip.mp4", "format": "mp4"},
                "meta": {"width": 320, "height": 240, "codec": "h264"},
                "duration": "60.000000",
                "bitrate": 512,
                "size": "3.840000",
            }
        ],
        "audios": [],
        "images": [
            item
            | {
                "tag": "image-0-0-0",
                "user_tag": "strip",
                "output_format": "thumbnails",
                "url": "http://s3.local:9000/out/demo/thumb/thumbnails.vtt",
                "storage": place
                | {
                    "key": "demo/thumb",
                    "format": "image",
                    "names": ["thumb_0001.png", "thumb_0002.png", "thumbnails.vtt"],
                },
                "meta": {"width": 320, "height": 240, "interval": 30, "count": 2, "format": "png"},
                "size": "0.150000",
            }
        ],
        "texts": [],
        "warnings": [
            {"message": "format[0].file_extension is not known here and was ignored"},
            {"message": "b", "details": "c", "tag": "image-0-0-0"},
        ],
        "duration": "60.040000",
        "source_size": "11.200000",
        "payload": "mine",
        "api_version": "v1",
        "status_url": "http://media.local:8080/v1/status",
    }


def test_every_status_is_json_with_a_whole_number_as_error() -> None:
    """`error` is a JSON number: .NET and Java clients fail on true and null."""
    text = json.dumps(task_status(replace(COMPLETED, error="broken"), BASE))
    assert '"error": 1, "error_description": "broken"' in text


def test_a_failed_task_ends_as_completed() -> None:
    """A failed task is completed with its error set, or the loops of the official clients never end."""
    status = task_status(replace(COMPLETED, error="The source is gone", outputs=()), BASE)
    assert (status["status"], status["error"], status["error_description"]) == ("completed", 1, "The source is gone")
    assert status["percent"] == 0.0


def test_a_new_task_has_empty_lists() -> None:
    """A task that is not started has empty lists, never null: clients count them unguarded."""
    status = task_status(TaskRecord(TOKEN, 1, TaskStatus.CREATED, DONE), BASE)
    assert all(status[name] == [] for name in ("videos", "audios", "images", "texts", "warnings"))
    assert (status["status"], status["percent"], status["error"], status["duration"]) == ("created", 0.0, 0, None)


def test_progress_is_the_mean_of_the_outputs() -> None:
    """While work goes on, percent is a number between its outputs' ones, and unfinished outputs have no address."""
    outputs = tuple(
        replace(output, status=TaskStatus.ENCODING, progress=progress, result=None, locations=(), finished_at=None)
        for output, progress in ((MP4, 0.25), (THUMBNAILS, 0.75))
    )
    status = task_status(replace(COMPLETED, status=TaskStatus.ENCODING, outputs=outputs), BASE)
    assert status["percent"] == 50.0
    (video,) = status["videos"]
    assert (video["percent"], video["url"], video["storage"], video["meta"]) == (25.0, None, {}, {})
    assert (video["size"], video["duration"], video["bitrate"]) == (None, None, None)


def test_a_failed_output_says_why() -> None:
    """A failed output stays in its list with its error."""
    failed = replace(MP4, error="no audio", result=None, locations=())
    (video,) = task_status(replace(COMPLETED, outputs=(failed,)), BASE)["videos"]
    assert (video["error"], video["error_description"]) == (True, "no audio")


def test_keys_on_amazon_have_a_leading_slash() -> None:
    """Qencode writes keys on Amazon S3 with a leading slash, and so do we; there is no host to name."""
    location = Location("amazon_s3", "https://b.s3.amazonaws.com/t/thumbnails.vtt", "t/thumbnails.vtt", "b")
    (image,) = task_status(replace(COMPLETED, outputs=(replace(THUMBNAILS, locations=(location,)),)), BASE)["images"]
    assert image["storage"]["key"] == "/t"
    assert "host" not in image["storage"]


def test_sound_is_in_a_list_of_its_own() -> None:
    """A file of sound is told among `audios`, with the members of a video and the facts of its sound."""
    meta = {"codec": "mp3", "sample_rate": 44100, "channels": 2, "bitrate": "192000"}
    assert MP4.result is not None
    result = replace(MP4.result, kind=MediaKind.AUDIO, output_format="mp3", storage_format="mp3", meta=meta)
    sound = replace(MP4, kind=MediaKind.AUDIO, output_name="mp3", tag="audio-0-0-0", result=result)
    status = task_status(replace(COMPLETED, outputs=(sound,)), BASE)
    assert (status["videos"], status["images"], status["texts"]) == ([], [], [])
    (audio,) = status["audios"]
    assert (audio["tag"], audio["output_format"], audio["meta"]) == ("audio-0-0-0", "mp3", meta)
    assert (audio["duration"], audio["bitrate"], audio["size"]) == ("60.000000", 512, "3.840000")
    assert audio["storage"]["format"] == "mp3"


def test_several_destinations_are_the_first_and_its_copies() -> None:
    """The first destination is described as if it were the only one; the others are its copies."""
    other = Location("amazon_s3", "https://b.s3.amazonaws.com/clip.mp4", "clip.mp4", "b")
    (video,) = task_status(replace(COMPLETED, outputs=(replace(MP4, locations=(*MP4.locations, other)),)), BASE)[
        "videos"
    ]
    assert video["url"] == MP4.locations[0].url
    assert [copy["key"] for copy in video["storage"]["copies"]] == ["/clip.mp4"]


def test_the_urls_of_our_own_files_are_completed() -> None:
    """A file that this service serves has a whole URL in the status, with the host that the client used."""
    location = Location("local", "/storage/2031050211/x/video.mp4", "k", expires_at="2031-05-03 10:00:00")
    (video,) = task_status(replace(COMPLETED, outputs=(replace(MP4, locations=(location,)),)), BASE)["videos"]
    assert video["url"] == BASE + "/storage/2031050211/x/video.mp4"
    assert video["storage"]["expire"] == "2031-05-03 10:00:00"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0.000000"),
        (Fraction(30030, 1001), "30.000000"),
        (Fraction(1, 3), "0.333333"),
        (Fraction(10**16 + 1, 10**6), "10000000000.000001"),
    ],
)
def test_seconds_are_decimal_strings(value: Fraction, text: str) -> None:
    """Seconds are written with six decimals, never in exponents, never with a float's error."""
    assert decimal(value) == text


def test_sizes_are_in_millions_of_bytes() -> None:
    """Sizes are decimal strings in units of 10^6 bytes."""
    assert megabytes(207_260) == "0.207260"


def test_the_end_of_a_session_has_no_zone_and_no_fraction() -> None:
    """Java reads `expire` only in this one form."""
    assert expiry(DONE) == "2031-05-02T10:00:41"


def test_what_waits_says_for_what() -> None:
    """An outage is told where it is met, and for the task; a task that waits for nothing has no such field."""
    outage = Outage(
        "The destination cannot be reached", DONE, DONE + timedelta(seconds=8), DONE + timedelta(hours=1), 3
    )
    output = OutputRecord(0, "mp4", MediaKind.VIDEO, "video-0-0-0", None, TaskStatus.SAVING, 0.5, outage=outage)
    task = TaskRecord("0" * 32, None, TaskStatus.SAVING, DONE, outputs=(output,))
    told = task_status(task, "http://localhost")
    assert str(told["waiting"]).startswith("The destination cannot be reached; since ")
    assert "waiting" not in task_status(replace(task, outputs=()), "http://localhost")
