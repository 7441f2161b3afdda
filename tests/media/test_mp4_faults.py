"""What happens when an mp4 cannot be made?"""

import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from assets import ASSETS
from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import DiskFullError, LimitExceededError, OutputInvalidError, SourceUnreadableError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.timing import TimeRange
from filmstrip.media.probing.probe import probe
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.cut import Cut
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.media.transcoding.promise import Delivery, Promise, PromisedAudio, PromisedVideo
from filmstrip.media.transcoding.transcode import Rendition, SourceClip, Transcode, VideoTrack
from filmstrip.media.transcoding.transcoder import Transcoder
from filmstrip.media.transcoding.verify import Expectation, verify_file
from filmstrip.outputs._rendering import Rendering, Workbench
from filmstrip.outputs.mp4.output import Mp4
from filmstrip.outputs.mp4.render import render
from mp4_bench import FAST, SETTINGS, encode, generate, moving_picture

_FAST = Mp4.model_validate({"video_codec_parameters": FAST})


def _bench(source: Path, folder: Path, finished: Mapping[str, Artifact] | None = None) -> Workbench:
    info = probe(LocalFile(source), SETTINGS)
    rendering = Rendering("", _FAST.plan(info).groups[0], info, folder, finished=finished or {})
    return Workbench(rendering, LocalFile(source), SETTINGS, lambda _share: None, lambda _message: None)


def _render(source: Path, folder: Path) -> list[Artifact]:
    return list(render(_FAST, _bench(source, folder)))


@pytest.mark.parametrize(("name", "end"), [("truncated.mp4", 6.5), ("truncated.mkv", 6.5)])
def test_a_source_that_breaks_off_is_told(name: str, end: float, tmp_path: Path) -> None:
    """Half a film is not passed off as the whole one: the error says where the source breaks off."""
    with pytest.raises(SourceUnreadableError) as caught:
        encode(ASSETS[name].path, tmp_path)
    words = str(caught.value).split()
    assert str(caught.value).startswith("The source is damaged: it breaks off at ")
    assert float(words[8]) == pytest.approx(end, abs=0.2)
    assert str(caught.value).endswith("of 10.0 seconds")
    assert not (tmp_path / "output").exists()


def test_a_clip_before_the_damage_is_whole(tmp_path: Path) -> None:
    """What is not damaged can be had."""
    encoded = encode(ASSETS["truncated.mp4"].path, tmp_path, duration=3)
    assert [number for _, number in encoded.numbers()] == list(range(75))


@pytest.mark.parametrize("name", ["corrupt.mp4", "corrupt.mkv", "lossy.ts"])
def test_damage_in_the_middle_is_a_warning(name: str, tmp_path: Path) -> None:
    """A film with a few spoilt pictures is encoded to its end, and the client is told."""
    asset = ASSETS[name]
    encoded = encode(asset.path, tmp_path)
    assert encoded.warnings == ("The source is damaged in places, which the video may show",)
    shown = {number for _, number in encoded.numbers()}
    assert set(asset.numbers) - asset.damaged <= shown


@pytest.mark.parametrize("name", ["playlist.mp4", "concat.mp4", "text.mp4", "empty.mp4"])
def test_ffmpeg_itself_refuses_what_is_no_media(name: str, tmp_path: Path) -> None:
    """A playlist that calls itself video.mp4 opens nothing, even where no probe stands before ffmpeg."""
    job = _job(ASSETS[name].path, tmp_path)
    with pytest.raises(SourceUnreadableError, match="The source cannot be read as media") as caught:
        Transcoder(find_ffmpeg(SETTINGS)).make_one(job, _delivery(1))
    assert str(tmp_path) not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_pictures_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    """ffmpeg decodes nothing that is larger than allowed."""
    job = _job(ASSETS["plain.mp4"].path, tmp_path)
    job = replace(job, clip=replace(job.clip, max_pixels=1000))
    with pytest.raises(LimitExceededError, match="max_pixels"):
        Transcoder(find_ffmpeg(SETTINGS)).make_one(job, _delivery(1))


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """When nothing more can be written the error says so; /dev/full is a disk that is always full."""
    (tmp_path / "output.part").symlink_to("/dev/full")
    with pytest.raises(DiskFullError, match="The disk that work is done on is full"):
        _render(ASSETS["plain.mp4"].path, tmp_path)
    assert not (tmp_path / "output").exists()


def test_a_file_beyond_the_limit_is_told(tmp_path: Path) -> None:
    """The limit of the media process on file sizes holds for ffmpeg too, and is named in the error."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "from test_mp4_faults import *\n"
        "try: encode(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except LimitExceededError as error: print(error)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(ASSETS["plain.mp4"].path), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parents[1]}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
    )
    assert answer.stdout.strip() == "The result grew larger than this service allows (file_limit_mb)"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 50_000


def test_a_finished_file_is_not_made_again(tmp_path: Path) -> None:
    """After a crash between encoding and putting, the file is taken as it is."""
    source = ASSETS["plain.mp4"].path
    (first,) = _render(source, tmp_path)
    before = (tmp_path / "output").stat()
    (second,) = _render(source, tmp_path)
    assert second == first
    assert (tmp_path / "output").stat().st_mtime_ns == before.st_mtime_ns
    assert first.duration_seconds == 10


def test_what_a_crash_left_is_overwritten(tmp_path: Path) -> None:
    """Half a file of an attempt that was killed does no harm."""
    (tmp_path / "output.part").write_bytes(b"half a file")
    (artifact,) = _render(ASSETS["plain.mp4"].path, tmp_path)
    assert artifact.size_bytes > 10_000
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


def test_what_is_at_its_destination_is_not_made(tmp_path: Path) -> None:
    """An artifact that was put already is skipped."""
    bench = _bench(ASSETS["plain.mp4"].path, tmp_path, {"": Artifact("", "video/mp4", 1)})
    assert list(render(_FAST, bench)) == []
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished mp4 of 2 s with sound."""
    folder = tmp_path_factory.mktemp("good")
    return encode(ASSETS["plain.mp4"].path, folder, duration=2).path


_VIDEO = PromisedVideo("h264", FrameSize(160, 90), "avc1", 8)
_EXPECTED = Expectation((_VIDEO,), (PromisedAudio("aac", 44100, 2),), Fraction("1.9"), Fraction("2.1"))


def _with_video(**changes: object) -> Expectation:
    return replace(_EXPECTED, video=(replace(_VIDEO, **changes),))  # type: ignore[arg-type] # fields as they are


def _with_audio(**changes: object) -> Expectation:
    return replace(_EXPECTED, audio=(replace(_EXPECTED.audio[0], **changes),))  # type: ignore[arg-type] # as above


def _verify(path: Path, expected: Expectation = _EXPECTED) -> Fraction:
    return verify_file(path, expected, threads=1, on_progress=lambda _share: None)


def test_a_good_file_passes(good: Path) -> None:
    """Verifying tells the length of a file that is what it should be."""
    assert _verify(good) == 2


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (replace(_EXPECTED, audio=()), "has the streams video h264, audio aac instead of video h264"),
        (_with_video(size=FrameSize(320, 240)), "pictures are 160x90 instead of 320x240"),
        (_with_video(tag="hvc1"), "video is called avc1 instead of hvc1"),
        (_with_video(bit_depth=10), "samples have 8 bits instead of 10"),
        (_with_audio(sample_rate=48000), "sound has 44100 samples a second instead of 48000"),
        (_with_audio(channels=1), "sound has 2 channels instead of 1"),
        (replace(_EXPECTED, has_cover=True), "has no cover"),
        (replace(_EXPECTED, least_seconds=Fraction(3), most_seconds=None), r"lasts 2\.000 s instead of 3\.000 s"),
        (
            replace(_EXPECTED, least_seconds=Fraction(0), most_seconds=Fraction(1)),
            r"lasts 2\.000 s instead of 1\.000 s",
        ),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(expected: Expectation, message: str, good: Path) -> None:
    """Streams, size and length are those that were promised."""
    with pytest.raises(OutputInvalidError, match=message):
        _verify(good, expected)


def test_a_file_that_does_not_decode_is_refused(good: Path, tmp_path: Path) -> None:
    """Damage anywhere in the samples is found, as all of them are decoded."""
    content = bytearray(good.read_bytes())
    middle = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 2
    content[middle : middle + 2000] = bytes(2000)
    spoilt = tmp_path / "spoilt.mp4"
    spoilt.write_bytes(content)
    with pytest.raises(OutputInvalidError, match="The result"):
        _verify(spoilt)


def test_a_file_that_was_cut_is_refused(good: Path, tmp_path: Path) -> None:
    """A tail that is missing is found."""
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(good.read_bytes()[:-5000])
    with pytest.raises(OutputInvalidError, match="The result"):
        _verify(cut)


def test_an_index_at_the_end_is_refused(good: Path, tmp_path: Path) -> None:
    """A file that cannot play before it is loaded is not what was promised."""
    slow = generate(tmp_path / "slow.mp4", "-i", str(good), "-c", "copy")
    with pytest.raises(OutputInvalidError, match="index does not lie before its samples"):
        muxer_named("mp4").check(slow)


def _job(source: Path, folder: Path) -> Transcode:
    video = VideoTrack(0, "scale=64:36", ("-codec:v", "libx264"), has_constant_rate=False)
    rendition = Rendition(folder / "output", muxer_named("mp4"), (video,))
    return Transcode(SourceClip(LocalFile(source), Cut()), (rendition,))


def _delivery(seconds: int, on_progress: ProgressListener = lambda _share: None) -> Delivery:
    video = PromisedVideo("h264", FrameSize(64, 36))
    span = TimeRange(Fraction(0), Fraction(seconds))
    promise = Promise(span, False, Fraction(seconds), None, (video,))
    return Delivery(promise, on_progress, lambda _message: None)


def test_an_interrupted_run_leaves_no_process(tmp_path: Path) -> None:
    """When the caller gives up, ffmpeg is killed at once."""
    source = generate(tmp_path / "s.mp4", *moving_picture("640x360", seconds=20), "-preset", "ultrafast")
    folder = tmp_path / "out"
    folder.mkdir()

    def give_up(_share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        Transcoder(find_ffmpeg(SETTINGS)).make_one(_job(source, folder), _delivery(20, give_up))
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
    assert not [command for command in commands if str(folder).encode() in command]
