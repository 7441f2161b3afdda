"""Makes films in segments with their playlists, as the ffmpeg program does; each frame has a bar code."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from assets.recipes import FFMPEG, QUIET, Film, run, tags
from pictures import Look

FRAMES = 48
RATE = 25
GROUP = 12
SECONDS = FRAMES / RATE
SMALL = Look(size=(160, 90))
VIDEO = f"-c:v libx264 -preset ultrafast -crf 20 -threads 1 -g {GROUP} -bf 0 -keyint_min {GROUP} -sc_threshold 0"
SOUND = "-c:a aac -b:a 48k"
_TONE = f"sine=frequency=880:duration={SECONDS}:sample_rate=48000"
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
