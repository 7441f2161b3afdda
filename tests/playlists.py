"""Makes films in segments with their playlists, as the ffmpeg program does; each frame has a bar code."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import barcode
from assets.recipes import FFMPEG, QUIET, Film, run, tags
from output_runs import run_output
from pictures import Look

FRAMES = 48
RATE = 25
GROUP = 12
SECONDS = FRAMES / RATE
ALL = list(range(0, FRAMES, GROUP))
SMALL = Look(size=(160, 90))
VIDEO = f"-c:v libx264 -preset ultrafast -crf 20 -threads 1 -g {GROUP} -bf 0 -keyint_min {GROUP} -sc_threshold 0"
SOUND = "-c:a aac -b:a 48k"
_TONE = f"sine=frequency=880:duration={SECONDS}:sample_rate=48000"
APART = '-var_stream_map "a:0,agroup:s v:0,agroup:s" -hls_segment_filename FOLDER/part%v_%d.seg'
"""Sound and pictures in playlists of their own, list0.m3u8 and list1.m3u8."""
HLS = "-f hls -hls_time 0.48 -hls_list_size 0 -hls_playlist_type vod"
FRAGMENTED = "-hls_segment_type fmp4"


@dataclass(frozen=True, slots=True)
class Made:
    """Files that were made.

    Attributes:
        files: What they hold, by name.
    """

    files: dict[str, bytes]

    def lay(self, folder: Path) -> None:
        """Write them into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def timestamp_tag(seconds: Fraction) -> bytes:
    """Make the tag that stands before a segment of sound without a clock (RFC 8216, 3.4)."""
    private = b"com.apple.streaming.transportStreamTimestamp\0" + round(seconds * 90_000).to_bytes(8, "big")
    frame = b"PRIV" + len(private).to_bytes(4, "big") + b"\0\0" + private
    return b"ID3\x04\0\0" + bytes([0, 0, len(frame) >> 7, len(frame) & 127]) + frame


@cache
def made(options: str, name: str = "film.m3u8", first: int = 0, size: tuple[int, int] = SMALL.size) -> Made:
    """Make a film in segments.

    Args:
        options: Of ffmpeg, as in a shell; what it names is in a folder of its own.
        name: The playlist.
        first: Number of the first frame.
        size: Of the pictures.
    """
    film = Film(FRAMES, first=first, look=Look(size=size))
    with TemporaryDirectory() as folder:
        (Path(folder) / "key").write_bytes(bytes(range(16)))
        (Path(folder) / "key_info").write_text(f"key\n{folder}/key\n")
        there = options.replace("FOLDER", folder)
        command = [FFMPEG, *QUIET, *film.input_options(), "-f", "lavfi", "-i", _TONE, *shlex.split(VIDEO)]
        written = [*shlex.split(tags(film.look)), *shlex.split(SOUND), *shlex.split(there), f"{folder}/{name}"]
        run([*command, *written], film.frames())
        found = [path for path in Path(folder).rglob("*") if path.is_file() and path.name != "key_info"]
        return Made({str(path.relative_to(folder)): path.read_bytes() for path in found})


MASTER_APART = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="other",DEFAULT=NO,URI="absent.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="t",NAME="other",DEFAULT=YES,URI="absent.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="sound",DEFAULT=YES,URI="sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=90000,RESOLUTION=160x90,CODECS="avc1.42c00b,mp4a.40.2",AUDIO="s"
pictures.m3u8
"""


def lay_apart(folder: Path, form: str, count: int) -> None:
    """Lay films one behind the other, whose sound is for itself, and `all.m3u8`, which names both."""
    lists: dict[str, list[str]] = {"sound": [], "pictures": []}
    for number in range(count):
        name = f"film{number}"
        film = made(f"{form} {APART}", name="list%v.m3u8", first=number * FRAMES)
        film.lay(folder / name)
        for place, kind in enumerate(lists):
            lists[kind] += ["#EXT-X-DISCONTINUITY"] if number else []
            lines = film.files[f"list{place}.m3u8"].decode().splitlines()
            lists[kind] += named_in(name, [line for line in lines if "ENDLIST" not in line])
    for kind, lines in lists.items():
        (folder / f"{kind}.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST"]))
    (folder / "all.m3u8").write_text(MASTER_APART)


def named_in(folder: str, lines: list[str]) -> list[str]:
    """Put a folder before each name in the lines of a playlist."""
    return [re.sub(r'(URI=")|^(?!#)', rf"\g<0>{folder}/", line) for line in lines]


def shown(path: Path, folder: Path) -> list[int | None]:
    """Read which frames thumbnails at the beginning of each group show."""
    run = run_output(path, folder, output="thumbnails", interval=GROUP / RATE)
    pictures = [name for name in run.artifacts if name.endswith(".png")]
    # Sound may last a little longer than pictures.
    return [barcode.read_number(Image.open(folder / name)) for name in pictures][: round(FRAMES / GROUP)]
