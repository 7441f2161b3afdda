"""Are pictures and sound of two files one film, each packet at its time?"""

from __future__ import annotations

import shlex
from fractions import Fraction
from pathlib import Path

import av
import pytest

from assets.recipes import FFMPEG, QUIET, Film, run
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.joined_tracks import join_tracks
from playlists import SMALL, timestamp_tag

FILM = Film(30, look=SMALL)
X264 = "-c:v libx264 -preset ultrafast -bf 2 -g 10 -threads 1"
FRAGMENTS = "-movflags frag_keyframe+empty_moov+default_base_moof"
Packets = list[tuple[Fraction, Fraction, int]]


def make(path: Path, options: str) -> Path:
    """Make a film of 1.2 seconds, or a part of it."""
    sound = ["-f", "lavfi", "-i", "sine=frequency=880:duration=1.2:sample_rate=48000"]
    run([FFMPEG, *QUIET, *FILM.input_options(), *sound, *shlex.split(options), str(path)], FILM.frames())
    return path


def packets(path: Path, kind: str) -> Packets:
    """Return the times and sizes of the packets of a stream, in seconds, by their own clock."""
    with av.open(str(path)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        found = [packet for packet in container.demux(stream) if packet.size and packet.dts is not None]
        return [(packet.pts * packet.time_base, packet.dts * packet.time_base, packet.size) for packet in found]


CASES = {
    "transport": (f"-map 0 {X264}", "-map 1 -c:a aac", "ts"),
    "transport that began long ago": (
        f"-map 0 {X264} -output_ts_offset 36000.5",
        "-map 1 -c:a aac -output_ts_offset 36000.5",
        "ts",
    ),
    "fragments": (f"-map 0 {X264} {FRAGMENTS}", f"-map 1 -c:a aac {FRAGMENTS}", "mp4"),
    "other codecs": (f"-map 0 -c:v libvpx-vp9 -cpu-used 8 {FRAGMENTS}", f"-map 1 -c:a libopus {FRAGMENTS}", "mp4"),
    "film rate": (f"-map 0 {X264} -r 24000/1001 {FRAGMENTS}", f"-map 1 -c:a flac -strict -2 {FRAGMENTS}", "mp4"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_packet_keeps_its_time(case: str, tmp_path: Path) -> None:
    """Pictures and sound are moved by the same number of seconds, or not at all, and none is lost."""
    video, audio, suffix = CASES[case]
    pictures, sound = make(tmp_path / f"pictures.{suffix}", video), make(tmp_path / f"sound.{suffix}", audio)
    joined = tmp_path / "joined.mp4"
    join_tracks(LocalFile(pictures), LocalFile(sound), joined, lambda: None)
    moved = set()
    for kind, path in (("video", pictures), ("audio", sound)):
        before, after = packets(path, kind), packets(joined, kind)
        assert len(after) == len(before) > 20
        differences = {one[0] - other[0] for one, other in zip(before, after, strict=True)}
        assert max(differences) - min(differences) <= Fraction(1, 40_000)
        moved.add(round(float(min(differences)), 4))
    assert len(moved) == 1
    assert after[0][0] < 2


@pytest.mark.parametrize(("codec", "suffix"), [("aac", "aac"), ("ac3", "ac3"), ("libmp3lame", "mp3")])
def test_sound_without_a_clock_has_one_in_its_tag(codec: str, suffix: str, tmp_path: Path) -> None:
    """Sound that is nothing but its packets is due when the tag before it says, which is no packet (RFC 8216, 3.4)."""
    pictures = make(tmp_path / "pictures.ts", f"-map 0 {X264} -output_ts_offset 10 -muxdelay 0")
    plain = make(tmp_path / f"sound.{suffix}", f"-map 1 -c:a {codec} -id3v2_version 0 -write_xing 0")
    start = packets(pictures, "video")[0][0] + Fraction(1, 2)
    sound = tmp_path / f"tagged.{suffix}"
    sound.write_bytes(timestamp_tag(start) + plain.read_bytes())
    join_tracks(LocalFile(pictures), LocalFile(sound), tmp_path / "joined.mp4", lambda: None)
    seen, heard = (packets(tmp_path / "joined.mp4", kind) for kind in ("video", "audio"))
    assert float(heard[0][0] - seen[0][0]) == pytest.approx(0.5, abs=0.001)
    assert len(heard) == len(packets(plain, "audio"))


def test_what_mp4_does_not_hold_is_joined_too(tmp_path: Path) -> None:
    """VP8 with sound for itself, as in old WebM, keeps its times to the millisecond that WebM has."""
    pictures = make(tmp_path / "pictures.webm", "-map 0 -c:v libvpx -deadline realtime -cpu-used 8")
    sound = make(tmp_path / "sound.webm", "-map 1 -c:a libvorbis")
    join_tracks(LocalFile(pictures), LocalFile(sound), tmp_path / "joined", lambda: None)
    for kind, path in (("video", pictures), ("audio", sound)):
        assert [time for time, _, _ in packets(tmp_path / "joined", kind)] == [
            time for time, _, _ in packets(path, kind)
        ]


def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    """Sound without sound, pictures without pictures, and clocks that go back are told."""
    pictures = make(tmp_path / "pictures.ts", f"-map 0 {X264}")
    sound = make(tmp_path / "sound.ts", "-map 1 -c:a aac")
    back = tmp_path / "back.ts"
    back.write_bytes(pictures.read_bytes() * 2)
    text = tmp_path / "text.ts"
    text.write_text("#EXTM3U\n/etc/passwd\n")
    for one, other, words in (
        (pictures, pictures, "its sound in a file of its own that holds none"),
        (sound, sound, "its pictures in a file of its own that holds none"),
        (back, sound, "times go back"),
        (text, sound, "cannot be read as media"),
    ):
        with pytest.raises(SourceUnreadableError, match=words):
            join_tracks(LocalFile(one), LocalFile(other), tmp_path / "joined.mp4", lambda: None)
