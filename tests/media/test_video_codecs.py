"""Are videos of each codec and container what they should be, to their last picture, and to how players find it?"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.container import InputContainer

import barcode
from assets import ASSETS
from filmstrip.domain.errors import OutputError, OutputInvalidError
from filmstrip.domain.geometry import FrameSize
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.media.transcoding.promise import PromisedAudio, PromisedVideo
from filmstrip.media.transcoding.verify import Expectation, verify_file
from mp4_bench import generate
from output_runs import Run, run_output
from upright import luma_of

FAST = {
    "libx264": {"preset": "ultrafast"},
    "libx265": {"preset": "ultrafast"},
    "libsvtav1": {"preset": 8},
    "libvpx": {"preset": "realtime"},
    "libvpx-vp9": {"preset": "realtime"},
}
_PAIRS: list[tuple[str, ...]] = [
    ("mp4", "libx265", "hevc", "aac", "aac", "hvc1"),
    ("mp4", "libsvtav1", "av1", "aac", "aac", "av01"),
    ("webm", "libvpx-vp9", "vp9", "libopus", "opus"),
    ("webm", "libvpx", "vp8", "vorbis", "vorbis"),
    ("webm", "libsvtav1", "av1", "opus", "opus"),
]


def _make(source: Path, folder: Path, **entry: object) -> Run:
    codec = str(entry.get("video_codec") or "libvpx-vp9")
    return run_output(source, folder, **{"video_codec_parameters": FAST[codec], **entry})


def _keyframes(path: Path) -> list[Fraction]:
    with av.open(path) as container:
        stream = container.streams.video[0]
        times = [
            packet.pts * stream.time_base for packet in container.demux(stream) if packet.size and packet.is_keyframe
        ]
        return [time.limit_denominator(1000) for time in times]


def _numbers(container: InputContainer) -> list[int | None]:
    frames = container.decode(video=0)
    return [barcode.read_number(luma_of(frame)) for frame in frames]


@pytest.mark.parametrize("pair", _PAIRS, ids="-".join)
def test_each_codec_shows_each_picture(pair: tuple[str, ...], tmp_path: Path) -> None:
    """Codecs, size, names and lengths are those of the request and of the status; no picture is lost or doubled."""
    output, encoder, codec, audio_encoder, audio, *tag = pair
    entry = {
        "output": output,
        "video_codec": encoder,
        "audio_codec": audio_encoder,
        "start_time": 1,
        "duration": 2,
        "quality": 20,
    }
    run = _make(ASSETS["plain.mp4"].path, tmp_path, **entry)
    with av.open(run.first) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert (video.codec.canonical_name, sound.codec.canonical_name) == (codec, audio)
        assert (video.width, video.height, sound.codec_context.channels) == (160, 90, 2)
        assert not tag or video.codec_context.codec_tag == tag[0]
        assert container.metadata.keys() <= {"encoder", "major_brand", "minor_version", "compatible_brands", "ENCODER"}
        assert _numbers(container) == list(range(25, 75))
    assert [path.name for path in tmp_path.iterdir()] == ["output"]
    result = run.result
    assert (result.kind, result.output_format, result.storage_format) == ("video", output, output)
    assert (result.meta["codec"], result.meta["audio_codec"]) == (codec, audio)
    assert float(result.duration_seconds or 0) == pytest.approx(2, abs=0.03)
    assert run.warnings == []
    assert run.progress == sorted(run.progress)
    assert next(iter(run.artifacts.values())).content_type == f"video/{output}"


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of pictures that are hard to encode, with a cut in them."""
    source = "testsrc2=size=160x90:rate=25:duration=3"
    path = tmp_path_factory.mktemp("noise") / "s.mkv"
    return generate(
        path, "-f", "lavfi", "-i", source, "-vf", "noise=alls=30:allf=t,negate=enable='gte(t,1.4)'", "-c:v", "ffv1"
    )


_GRIDS = [("libx265", "mp4"), ("libsvtav1", "mp4"), ("libvpx-vp9", "webm"), ("libvpx", "webm")]


@pytest.mark.parametrize(("encoder", "output"), _GRIDS)
@pytest.mark.parametrize("keyframe", ["0.8s", "20"])
def test_keyframes_are_on_their_grid(encoder: str, output: str, keyframe: str, noise: Path, tmp_path: Path) -> None:
    """By time and by frames there is a keyframe at each step, and nowhere else, also where the picture is cut."""
    run = _make(noise, tmp_path, output=output, video_codec=encoder, keyframe=keyframe)
    assert _keyframes(run.first) == [Fraction(4 * step, 5) for step in range(4)]


@pytest.mark.parametrize(("encoder", "output"), [("libx265", "mp4"), ("libvpx-vp9", "webm"), ("libvpx", "webm")])
def test_two_passes_meet_a_bitrate_on_the_grid(encoder: str, output: str, noise: Path, tmp_path: Path) -> None:
    """Nothing is left of what the first pass measured, the average is near, and keyframes are where they were asked."""
    entry = {"output": output, "video_codec": encoder, "bitrate": 400, "two_pass": 1, "keyframe": "0.8s"}
    run = _make(noise, tmp_path, **entry, video_codec_parameters={} if output == "webm" else FAST[encoder])
    assert [path.name for path in tmp_path.iterdir()] == ["output"]
    assert run.warnings == []
    assert _keyframes(run.first) == [Fraction(4 * step, 5) for step in range(4)]
    with av.open(run.first) as container:
        size = sum(packet.size for packet in container.demux(video=0))
    assert size * 8 / 3 == pytest.approx(400_000, rel=0.3)


@pytest.mark.parametrize(("encoder", "output"), [("libsvtav1", "mp4"), ("libvpx-vp9", "webm"), ("libvpx", "webm")])
def test_where_there_is_one_pass_only_it_is_told(encoder: str, output: str, noise: Path, tmp_path: Path) -> None:
    """AV1 has none to measure in, nor has libvpx in real time: the bitrate is met in one pass, not refused."""
    run = _make(noise, tmp_path, output=output, video_codec=encoder, bitrate=400, two_pass=1, duration="0.5")
    assert [words.partition(":")[0] for words in run.warnings] == ["two_pass was ignored"]
    assert run.output.ffmpeg_runs == 1


@pytest.mark.parametrize(("encoder", "output"), [*_GRIDS, ("libsvtav1", "webm")])
def test_better_quality_is_larger(encoder: str, output: str, noise: Path, tmp_path: Path) -> None:
    """Each codec's own scale of quality reaches its encoder, from one end to the other."""
    best, worst = (4, 63) if output == "webm" else (0, 51)
    entry = {"output": output, "video_codec": encoder, "duration": "0.5"}
    sizes = [
        _make(noise, tmp_path / str(quality), **entry, quality=quality).result.size_bytes
        for quality in (worst, 30, best)
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] * 1.5 < sizes[-1]


@pytest.mark.parametrize(("encoder", "output"), _GRIDS)
@pytest.mark.parametrize(("hdr_to_sdr", "transfer"), [(0, 18), (1, 1)])
def test_colours_are_named(encoder: str, output: str, hdr_to_sdr: int, transfer: int, tmp_path: Path) -> None:
    """High dynamic range is named in each codec, as it is kept or mapped (ITU-T H.273, table 3), and upright."""
    entry = {"output": output, "video_codec": encoder, "hdr_to_sdr": hdr_to_sdr, "duration": "0.2", "width": 64}
    with av.open(_make(ASSETS["hlg.mp4"].path, tmp_path, **entry).first) as container:
        frame = next(container.decode(video=0))
    assert (int(frame.color_trc), int(frame.color_primaries)) == (transfer, 1 if hdr_to_sdr else 9)


@pytest.mark.parametrize("channels", [1, 3, 4, 5, 7, 8])
@pytest.mark.parametrize("codec", ["opus", "vorbis"])
def test_any_number_of_channels_can_be_had(codec: str, channels: int, tmp_path: Path) -> None:
    """Layouts that Opus and Vorbis do not have become ones that they have."""
    entry = {"output": "webm", "audio_codec": codec, "audio_channels_number": channels, "duration": "0.2", "width": 64}
    with av.open(_make(ASSETS["plain.mp4"].path, tmp_path, **entry, audio_bitrate=480).first) as container:
        assert container.streams.audio[0].codec_context.channels == channels


@pytest.mark.parametrize("asked", [{"bitrate": 200}, {"quality": 40}, {"quality": 40, "bitrate": 200}], ids=str)
@pytest.mark.parametrize(("encoder", "output"), [*_GRIDS, ("libx264", "mp4")])
def test_each_encoder_takes_limits_of_a_bitrate(
    encoder: str, output: str, asked: dict[str, object], noise: Path, tmp_path: Path
) -> None:
    """With an average, a quality and both: what one of them does not know is told, and the video is made."""
    scale = 1000 if encoder == "libx264" else 1
    limits = {"max_rate": 400 / scale, "min_rate": 100 / scale, "bufsize": 600 / scale}
    entry = {"output": output, "video_codec": encoder, "duration": "0.2", **asked}
    run = _make(noise, tmp_path, **entry, video_codec_parameters={**FAST[encoder], **limits})
    assert all(words.partition(" ")[0] in limits for words in run.warnings)
    assert run.result.size_bytes > 0


@pytest.mark.parametrize("quality", [0, 3])
def test_the_best_quality_can_be_played_at_the_fastest_preset(quality: int, tmp_path: Path) -> None:
    """What is made with both is decoded to its end, which a warning pays for with a slower preset."""
    source = generate(tmp_path / "s.mkv", "-f", "lavfi", "-i", "mandelbrot=s=64x64:r=25", "-t", "0.4", "-c:v", "ffv1")
    entry = {"output": "mp4", "video_codec": "libsvtav1", "video_codec_parameters": {"preset": 13}}
    run = _make(source, tmp_path, **entry, quality=quality)
    assert "preset is 10, not 13" in run.warnings[-1]
    with av.open(run.first) as container:
        assert len(list(container.decode(video=0))) == 10


def test_a_source_with_more_frames_than_an_encoder_knows_is_told(tmp_path: Path) -> None:
    """Before anything is made, with what to do; which then does it."""
    source = generate(tmp_path / "s.mkv", "-f", "lavfi", "-i", "color=s=64x64:r=300:d=0.2", "-c:v", "ffv1")
    with pytest.raises(OutputError, match='300 frames a second, libsvtav1 knows 240 at most: "framerate_limit": 240'):
        _make(source, tmp_path, output="mp4", video_codec="libsvtav1")
    run = _make(source, tmp_path, output="mp4", video_codec="libsvtav1", framerate_limit=240)
    assert run.result.meta["framerate"] == "240/1"


@pytest.fixture(scope="module")
def webm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished webm of 2 s."""
    return _make(ASSETS["plain.mp4"].path, tmp_path_factory.mktemp("webm"), output="webm", duration=2).first


_EXPECTED = Expectation(
    (PromisedVideo("vp9", FrameSize(160, 90), None, 8),),
    (PromisedAudio("opus", 48000, 2),),
    Fraction("1.9"),
    Fraction("2.1"),
)


def test_a_webm_begins_with_its_index(webm: Path, tmp_path: Path) -> None:
    """Length and index lie before the pictures; a file as ffmpeg writes it by itself is not accepted."""
    muxer = muxer_named("webm")
    muxer.check(webm)
    slow = generate(tmp_path / "slow.webm", "-i", str(webm), "-c", "copy")
    with pytest.raises(OutputInvalidError, match="index does not lie before its samples"):
        muxer.check(slow)
    live = generate(tmp_path / "live.webm", "-i", str(webm), "-c", "copy", "-live", "1")
    with pytest.raises(OutputInvalidError, match="does not tell its length"):
        muxer.check(live)
    matroska = generate(tmp_path / "film.mkv", "-i", str(webm), "-c", "copy", "-cues_to_front", "1")
    with pytest.raises(OutputInvalidError, match="does not call itself WebM"):
        muxer.check(matroska)


def test_a_webm_that_is_cut_or_damaged_is_refused(webm: Path, tmp_path: Path) -> None:
    """All of it is decoded, and its end is looked for."""
    assert verify_file(webm, _EXPECTED, threads=1, on_progress=lambda _share: None) == pytest.approx(2, abs=0.03)
    content = webm.read_bytes()
    middle = len(content) // 2
    for spoilt in (content[:middle], content[:middle] + bytes(5000) + content[middle + 5000 :]):
        path = tmp_path / "spoilt.webm"
        path.write_bytes(spoilt)
        with pytest.raises(OutputInvalidError, match="The result is damaged at byte"):
            muxer_named("webm").check(path)
