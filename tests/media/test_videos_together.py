"""Are several videos of one clip made from one decode, and is each of them as if it were alone?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

import barcode
from assets import ASSETS
from filmstrip.domain.errors import DiskFullError, OutputInvalidError
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding import transcoder
from filmstrip.media.transcoding.ffmpeg_process import FfmpegRun
from filmstrip.outputs._encoded import EncodedOutput
from filmstrip.outputs._video import VideoOutput
from filmstrip.outputs.registry import joint_renderer, output_types
from output_runs import Run, run_output, run_together
from recordings import H264, joined
from upright import luma_of

FAST = {"output": "mp4", "video_codec_parameters": {"preset": "ultrafast"}, "start_time": 2, "duration": 1}
LADDER = [{**FAST, "height": 180}, {**FAST, "height": 120, "framerate": "10"}, {**FAST, "height": 90, "audio_mute": 1}]
WEBM = {"output": "webm", "video_codec_parameters": {}}
SOURCE = ASSETS["large.mp4"]


@pytest.fixture
def runs_of_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The arguments of each run of ffmpeg."""
    runs: list[Sequence[str]] = []
    run_ffmpeg = transcoder.run_ffmpeg

    def noting(program: Any, arguments: Sequence[str], *others: Any) -> FfmpegRun:
        runs.append(arguments)
        return run_ffmpeg(program, arguments, *others)

    monkeypatch.setattr(transcoder, "run_ffmpeg", noting)
    return runs


def _numbers(run: Run) -> list[tuple[Fraction, int | None]]:
    with av.open(run.first) as container:
        return [
            (frame.pts * frame.time_base, barcode.read_number(luma_of(frame))) for frame in container.decode(video=0)
        ]


def _streams(run: Run) -> list[tuple[str, int]]:
    with av.open(run.first) as container:
        return [
            (stream.codec_context.name, stream.codec_context.height if stream.type == "video" else 0)
            for stream in container.streams
        ]


def test_one_run_makes_all(tmp_path: Path, runs_of_ffmpeg: list[Sequence[str]]) -> None:
    """Each has its own size, rate, sound, length and progress, and shows the pictures that it shows alone."""
    together = run_together(SOURCE, tmp_path, LADDER)
    assert len(runs_of_ffmpeg) == 1
    assert list(runs_of_ffmpeg[0]).count("-i") == 1
    for position, (run, entry) in enumerate(zip(together, LADDER, strict=True)):
        alone = run_output(SOURCE, tmp_path / f"alone{position}", **entry)
        assert run.failure is None
        assert run.artifacts[""].duration_seconds == alone.artifacts[""].duration_seconds
        assert _numbers(run) == _numbers(alone)
        assert _streams(run) == _streams(alone) == [("h264", entry["height"]), ("aac", 0)]
        assert run.result.meta["height"] == entry["height"]
        assert run.progress == sorted(run.progress)
        assert run.progress[-1] > 0.9
        assert [path.name for path in run.folder.iterdir()] == ["output"]


def test_containers_and_codecs_are_partners(tmp_path: Path, runs_of_ffmpeg: list[Sequence[str]]) -> None:
    """What is decoded is the same, so a WebM is made beside an MP4, each with its own codecs, type and pictures."""
    entries = [LADDER[0], {**FAST, **WEBM, "height": 90}]
    mp4, webm = run_together(SOURCE, tmp_path, entries)
    assert len(runs_of_ffmpeg) == 1
    assert [run.artifacts[""].content_type for run in (mp4, webm)] == ["video/mp4", "video/webm"]
    assert _streams(webm) == [("vp9", 90), ("opus", 0)]
    assert [number for _, number in _numbers(webm)] == [number for _, number in _numbers(mp4)]


def test_one_thread_each_is_two_for_all(tmp_path: Path, runs_of_ffmpeg: list[Sequence[str]]) -> None:
    """Each encoder would have had a thread of its own at the same time; with one for all they would wait in turn."""
    for threads, used in ((1, "2"), (3, "3"), (0, "0")):
        runs_of_ffmpeg.clear()
        run_together(SOURCE, tmp_path / str(threads), LADDER[1:], settings=MediaSettings(threads=threads))
        (arguments,) = runs_of_ffmpeg
        assert [after for before, after in pairwise(arguments) if before.startswith("-threads")] == [used] * 3


def test_what_is_there_is_not_made_again(tmp_path: Path, runs_of_ffmpeg: list[Sequence[str]]) -> None:
    """After a crash, a video that is at its destination is passed over, one that is whole is taken as it is."""
    first = run_together(SOURCE, tmp_path, LADDER)
    before = [run.first.stat().st_mtime_ns for run in first]
    first[2].first.unlink()
    (first[2].folder / "output.part").write_bytes(b"half a file")
    again = run_together(SOURCE, tmp_path, LADDER)
    assert [run.made for run in again] == [[""]] * 3
    assert [run.artifacts for run in again] == [run.artifacts for run in first]
    assert [run.first.stat().st_mtime_ns for run in again[:2]] == before[:2]
    assert len(runs_of_ffmpeg) == 2
    assert [run.made for run in run_together(SOURCE, tmp_path / "other", LADDER, finished=[""])] == [[], [], []]
    assert len(runs_of_ffmpeg) == 2


def test_one_that_is_not_what_it_has_to_be_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others have their names, and what is wrong with it is told of it alone."""
    verify = transcoder.verify_file

    def faulty(path: Path, *arguments: Any, **options: Any) -> Fraction:
        if path.parent.name == "1":
            path.write_bytes(path.read_bytes()[:-2000])  # as a disk that loses what was written
        return verify(path, *arguments, **options)

    monkeypatch.setattr(transcoder, "verify_file", faulty)
    first, second, third = run_together(SOURCE, tmp_path, LADDER)
    assert (first.made, second.made, third.made) == ([""], [], [""])
    assert isinstance(second.failure, OutputInvalidError)
    assert (first.failure, third.failure) == (None, None)
    assert not (second.folder / "output").exists()


def test_a_run_that_fails_names_nothing(tmp_path: Path) -> None:
    """A disk that is full for one of them ends the run; what is made alone afterwards is whole."""
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "output.part").symlink_to("/dev/full")
    with pytest.raises(DiskFullError):
        run_together(SOURCE, tmp_path, LADDER)
    assert [(tmp_path / name / "output").exists() for name in "012"] == [False] * 3
    assert run_output(SOURCE, tmp_path / "0", **LADDER[0]).artifacts[""].duration_seconds == 1


def test_joined_files_are_made_together_too(tmp_path: Path, runs_of_ffmpeg: list[Sequence[str]]) -> None:
    """Files that lie one behind the other are one graph, which is split behind each decoder."""
    entries = [{"output": "mp4", "video_codec_parameters": {"preset": "ultrafast"}, "height": h} for h in (180, 90)]
    source = joined(tmp_path, "film.flv", [f"{H264} -c:a aac"] * 2)
    for run, entry in zip(run_together(source, tmp_path, entries), entries, strict=True):
        alone = run_output(source, tmp_path / f"alone{entry['height']}", **entry)
        assert run.failure is None
        assert [number for _, number in _numbers(run)] == [number for _, number in _numbers(alone)]
    assert len(runs_of_ffmpeg) == 3


def test_all_videos_can_be_made_together() -> None:
    """Whatever their container: the renderers of all outputs with the same kind of decode have one function for it."""
    videos = [name for name, kind in output_types().items() if issubclass(kind, VideoOutput)]
    assert "mp4" in videos
    assert joint_renderer(videos)
    assert all(issubclass(output_types()[name], EncodedOutput) for name in videos)
