"""Do x264's settings reach x264? It writes what it was told into the first picture."""

from pathlib import Path

import av
import pytest

from mp4_bench import encode, generate, moving_picture


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two seconds of a picture that is hard to encode."""
    return generate(
        tmp_path / "s.mkv", *moving_picture("320x180", seconds=2), "-vf", "noise=alls=20:allf=t", "-c:v", "ffv1"
    )


def test_the_published_list_reaches_x264(source: Path, tmp_path: Path) -> None:
    """Each published setting, all as strings, is found in x264's own account."""
    settings = {
        "vprofile": "high",
        "level": "31",
        "coder": "0",
        "flags2": "-bpyramid fastpskip-dct8x8-wpred-mixed_refs",
        "partitions": " partp8x8 partb8x8",
        "bf": "2",
        "directpred": "3",
        "me_method": "umh",
        "subq": "6",
        "trellis": "0",
        "refs": "4",
        "me_range": "24",
        "sc_threshold": "30",
        "i_qfactor": "0.8",
        "b_strategy": "2",
        "qcomp": "0.7",
        "qmin": "11",
        "qmax": "44",
        "qdiff": "5",
        "rc_lookahead": "33",
        "max_rate": "1.5",
        "bufsize": "3",
        "preset": "faster",
        "flags": "-loop",
    }
    encoded = encode(source, tmp_path, video_codec_parameters=settings, quality="25")
    expected = {
        "cabac": "0",
        "b_pyramid": "0",
        "fast_pskip": "1",
        "8x8dct": "0",
        "weightb": "0",
        "mixed_ref": "0",
        "analyse": "0x1:0x110",
        "bframes": "2",
        "direct": "3",
        "me": "umh",
        "subme": "6",
        "trellis": "0",
        "ref": "4",
        "me_range": "24",
        "scenecut": "30",
        "ip_ratio": "1.25",
        "b_adapt": "2",
        "qcomp": "0.70",
        "qpmin": "11",
        "qpmax": "44",
        "qpstep": "5",
        "rc_lookahead": "33",
        "vbv_maxrate": "1500",
        "vbv_bufsize": "3000",
        "crf": "25.0",
        "keyint": "90",
    }
    options = encoded.x264_options()
    assert {name: options.get(name) for name in expected} == expected
    assert options["deblock"].startswith("0")


@pytest.mark.parametrize(
    ("asked", "profile", "level"),
    [
        ({}, "Main", 12),
        ({"profile": "baseline", "level": "30"}, "Constrained Baseline", 30),
        ({"profile": "high", "level": 4.1}, "High", 41),
        ({"pix_format": "yuv422p"}, "High 4:2:2", 12),
    ],
)
def test_profile_and_level_are_announced(
    asked: dict[str, object], profile: str, level: int, source: Path, tmp_path: Path
) -> None:
    """Players find the profile and the level that were asked for."""
    with av.open(encode(source, tmp_path, fast=False, **asked).path) as container:
        video = container.streams.video[0]
        assert video.codec_context.profile == profile
        assert bytes(video.codec_context.extradata or b"")[3] == level


@pytest.mark.parametrize("two_pass", [0, 1])
def test_a_bitrate_is_met(two_pass: int, source: Path, tmp_path: Path) -> None:
    """The average is near the bitrate that was asked for, nearer with two passes; statistics are not left behind."""
    encoded = encode(source, tmp_path / "out", fast=False, bitrate="600", two_pass=two_pass)
    with av.open(encoded.path) as container:
        size = sum(packet.size for packet in container.demux(video=0))
    assert size * 8 / 2 == pytest.approx(600_000, rel=0.05 if two_pass else 0.3)
    assert encoded.x264_options()["rc"] == ("2pass" if two_pass else "abr")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["output"]
    assert list(encoded.progress) == sorted(encoded.progress)


def test_better_quality_is_larger(source: Path, tmp_path: Path) -> None:
    """quality is x264's constant quality: lower is better; the best still plays everywhere."""
    sizes = [encode(source, tmp_path / quality, quality=quality).result.size_bytes for quality in ("40", "23", "0")]
    assert sizes == sorted(sizes)
    with av.open(tmp_path / "0" / "output") as container:
        assert container.streams.video[0].codec_context.profile in {"Main", "Constrained Baseline"}


def test_a_ceiling_caps_quality(source: Path, tmp_path: Path) -> None:
    """quality with bitrate is quality up to that bitrate."""
    options = encode(source, tmp_path, quality=20, bitrate=400).x264_options()
    assert (options["rc"], options["crf"], options["vbv_maxrate"]) == ("crf", "20.0", "400")


def test_interlaced_coding_can_be_asked_for(source: Path, tmp_path: Path) -> None:
    """Codec flags that x264 heeds reach it."""
    encoded = encode(source, tmp_path, video_codec_parameters={"flags": "+ildct", "preset": "ultrafast"})
    assert encoded.x264_options()["interlaced"] != "0"
