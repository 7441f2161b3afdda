"""What becomes of a source with streams that nobody here can decode?"""

from __future__ import annotations

from pathlib import Path

import pytest

from assets import ASSETS
from assets.surgery import replace_bytes
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from mp4_bench import encode, generate
from output_runs import run_output


def two_sounds(folder: Path, name: str) -> Path:
    """Put a second track of the same sound beside the first one."""
    return generate(
        folder / name, "-i", str(ASSETS["plain.mp4"].path), *("-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")
    )


def rename_first(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    at = data.index(old)
    path.write_bytes(data[:at] + new + data[at + len(old) :])
    return path


def rename_last(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    at = data.rindex(old)
    path.write_bytes(data[:at] + new + data[at + len(old) :])
    return path


def probed(path: Path) -> MediaInfo:
    return probe(LocalFile(path), MediaSettings())


def spatial_sound(folder: Path, *, is_last: bool) -> Path:
    """Make what a phone records: one of two tracks of sound is in a codec that few know."""
    rename = rename_last if is_last else rename_first
    return rename(rename(two_sounds(folder, "two.mp4"), b"mp4a", b"apac"), b"esds", b"dapa")


@pytest.mark.parametrize(("is_last", "index"), [(False, 2), (True, 1)])
def test_sound_that_can_be_decoded_is_used(tmp_path: Path, *, is_last: bool, index: int) -> None:
    """A track without a decoder, be it the first or the last one, costs neither pictures nor the other sound."""
    path = spatial_sound(tmp_path, is_last=is_last)
    info = probed(path)
    assert [(stream.index, stream.codec) for stream in info.audio] == [(index, "aac")]
    assert not info.warnings
    assert abs(encode(path, tmp_path, duration=1).sound()).max() > 0.01


def test_unknown_sound_in_matroska(tmp_path: Path) -> None:
    """The same where a track entry names the codec."""
    path = rename_first(two_sounds(tmp_path, "two.mkv"), b"A_AAC", b"A_XYZ")
    assert [stream.index for stream in probed(path).audio] == [2]


@pytest.mark.parametrize(
    ("source", "old", "new", "named"),
    [("plain.mov", b"mp4a", b"apac", '"apac"'), ("plain.mkv", b"A_AAC", b"A_XYZ", '"A_XYZ"')],
)
def test_sound_without_a_decoder_is_left_out_with_a_warning(
    source: str, old: bytes, new: bytes, named: str, tmp_path: Path
) -> None:
    """Where there is no other, pictures and a silent mp4 are made, and the codec is named."""
    path = tmp_path / source
    replace_bytes(ASSETS[source].path, path, old, new)
    replace_bytes(path, path, b"esds", b"dapa")
    run = run_output(path, tmp_path / "thumbnails", output="thumbnails", interval=5)
    assert "thumb_0002.png" in run.made
    assert not run.info.audio
    assert any(named in warning for warning in run.info.warnings)
    assert encode(path, tmp_path, duration=1).result.meta["audio_codec"] is None


@pytest.mark.parametrize(
    ("source", "old", "new", "named"),
    [
        ("plain.mp4", b"avc1", b"xyz1", '"xyz1"'),
        ("plain.mkv", b"V_MPEG4/ISO/AVC", b"V_SOMETHING/NEW", '"V_SOMETHING/NEW"'),
        ("mjpeg.avi", b"MJPG", b"XYZ9", '"XYZ9"'),
    ],
)
def test_video_without_a_decoder_is_named(source: str, old: bytes, new: bytes, named: str, tmp_path: Path) -> None:
    """The error tells the codec by the name that the container has for it."""
    path = tmp_path / source
    replace_bytes(ASSETS[source].path, path, old, new)
    with pytest.raises(SourceUnreadableError, match=f"encoded as {named}, which cannot be decoded"):
        probed(path)


def test_a_film_beside_video_without_a_decoder_is_shown(tmp_path: Path) -> None:
    """Of two films, the one that can be decoded is shown, although the other one comes first."""
    path = generate(
        tmp_path / "two.mkv",
        *("-i", str(ASSETS["hevc.mp4"].path), "-i", str(ASSETS["plain.mp4"].path)),
        *("-map", "0:v", "-map", "1:v", "-c", "copy"),
    )
    rename_first(path, b"V_MPEGH/ISO/HEVC", b"V_XYZ1/ISO/HEVCX")
    video = probed(path).video
    assert video is not None
    assert (video.index, video.codec) == (1, "h264")
