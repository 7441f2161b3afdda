"""Makes the sites that the players are tried on: a video whose frames carry their number, and its thumbnails.

Everything of the thumbnails is made by the program itself; only the video's own playlist and MPD are joined with it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import imageio_ffmpeg

import pictures
from filmstrip.cli.main import ExitCode, run
from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.timing import TimeRange
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.storyboard_json import Shot, storyboard_json
from shared_media import shared_media_server


@dataclass(frozen=True, slots=True)
class Film:
    """A video and its thumbnails.

    Attributes:
        name: Folder of its files.
        seconds: How long it is.
        rate: Frames a second.
        size: Width and height of the video.
        interval: Seconds from one thumbnail to the next.
        thumbnail: Width and height of a thumbnail.
        max_side: Longest side of a sprite.
    """

    name: str
    seconds: Fraction
    interval: Fraction
    rate: Fraction = Fraction(10)
    size: tuple[int, int] = (320, 180)
    thumbnail: tuple[int, int] = (160, 90)
    max_side: int = 480

    @property
    def frame_count(self) -> int:
        """How many frames it has."""
        return int(self.seconds * self.rate)

    def number_at(self, seconds: Fraction) -> int:
        """Tell the number in the picture that stands for a moment."""
        target = seconds // self.interval * self.interval
        return min(int(target * self.rate), self.frame_count - 1)

    def __str__(self) -> str:
        return self.name


LONG = Film("long", Fraction("47.2"), Fraction(5), max_side=320)
"""Two sprites of 2 x 3 tiles, the last one not full; the last cue is short."""

FILMS = (
    LONG,
    Film("short", Fraction(3), Fraction(1)),
    Film("ntsc", Fraction(12), Fraction(2), rate=Fraction(60000, 1001)),
    Film("phone", Fraction(24), Fraction(2), size=(180, 320), thumbnail=(90, 160)),
    Film("odd", Fraction(24), Fraction(2), size=(322, 178), thumbnail=(161, 89)),
    Film("half", Fraction(12), Fraction(1, 2)),
    Film("slow", Fraction(40), Fraction("7.5")),
    Film("single", Fraction(8), Fraction(30)),
)


def make_site(folder: Path) -> None:
    """Make all films, each in its folder, with all kinds of thumbnails."""
    with shared_media_server():
        for film in FILMS:
            (folder / film.name).mkdir()
            _make_film(film, folder / film.name)


def _make_film(film: Film, folder: Path) -> None:
    _make_video(film, folder)
    _make_thumbnails(film, folder / "sprite", "--sprite", "--manifests", "vtt,json,hls_image,hls_mjpg,dash")
    _make_thumbnails(film, folder / "separate", "--manifests", "vtt,json")
    for name, tags in {"images": ["IMAGE"], "mjpg": ["I-FRAME"], "both": ["IMAGE", "I-FRAME"]}.items():
        _join_playlists(folder, name, tags)
    _join_mpds(folder)
    _write_late_track(folder / "sprite")


def _make_video(film: Film, folder: Path) -> None:
    """Encode the source once, as an MP4 file and as segments with both an MPD and playlists."""
    look = pictures.Look(size=film.size)
    times = (number / film.rate for number in count())
    size = f"{film.size[0]}x{film.size[1]}"
    raw = ["-f", "rawvideo", "-pix_fmt", look.pixel_format, "-s", size, "-r", str(film.rate), "-i", "pipe:0"]
    tone = ["-f", "lavfi", "-t", str(float(film.seconds)), "-i", "sine=frequency=330:sample_rate=48000"]
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-g", str(round(2 * film.rate)), "-pix_fmt", "yuv420p"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *raw, *tone, *video, "-c:a", "aac"]
    data = b"".join(pictures.raw_frames(range(film.frame_count), times, look))
    subprocess.run([*command, "-movflags", "+faststart", folder / "video.mp4"], input=data, check=True)
    remux = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", folder / "video.mp4", "-c", "copy"]
    segments = ["-f", "dash", "-seg_duration", "4", "-hls_playlist", "1", "-hls_master_name", "video.m3u8"]
    subprocess.run([*remux, *segments, folder / "video.mpd"], check=True)


def _make_thumbnails(film: Film, folder: Path, *flags: str) -> None:
    """Run the real thing."""
    size = f"{film.thumbnail[0]}x{film.thumbnail[1]}"
    common = ["--interval", str(film.interval), "--size", size, "--image-format", "jpg", "--quality", "90"]
    shape = ["--columns", "3", "--max-sprite-side", str(film.max_side)]
    source = str(folder.parent / "video.mp4")
    assert run(["thumbnails", source, str(folder), *common, *shape, *flags]) == ExitCode.DONE


def _join_playlists(folder: Path, name: str, tags: Iterable[str]) -> None:
    """Write the video's multivariant playlist with the entries of the thumbnails in it."""
    ours = (folder / "sprite" / "thumbnails.m3u8").read_text().splitlines()
    entries = [line for line in ours if any(line.startswith(f"#EXT-X-{tag}-STREAM-INF") for tag in tags)]
    assert len(entries) == len(list(tags))
    joined = [(folder / "video.m3u8").read_text(), *(line.replace('URI="', 'URI="sprite/') for line in entries)]
    (folder / f"with_{name}.m3u8").write_text("\n".join(joined) + "\n")


def _join_mpds(folder: Path) -> None:
    """Write the video's MPD with the tile set in it."""
    ours = (folder / "sprite" / "thumbnails.mpd").read_text()
    tiles = ours[ours.index("<AdaptationSet") : ours.index("</Period>")].replace('media="', 'media="sprite/')
    video = (folder / "video.mpd").read_text()
    (folder / "with_tiles.mpd").write_text(video.replace("</Period>", tiles + "</Period>"))


def _write_late_track(folder: Path) -> None:
    """Write a track whose pictures are one cue late, to see whether that is noticed."""
    head, *cues = (folder / "thumbnails.vtt").read_text().strip().split("\n\n")
    times, places = zip(*(cue.split("\n") for cue in cues), strict=True)
    late = [f"{time}\n{place}" for time, place in zip(times, places[1:] + places[:1], strict=True)]
    (folder / "late.vtt").write_text("\n\n".join([head, *late]) + "\n")


def write_full_boards(folder: Path, site: str) -> None:
    """Write the storyboard of each sprite again as it is with full addresses, once the site has one."""
    for film in FILMS:
        place = folder / film.name / "sprite"
        images = json.loads((place / "thumbnails.json").read_text())
        shots = [_shot(image, f"{site}/media/{film.name}/sprite/") for image in images]
        (place / "full.json").write_text(storyboard_json(shots, film.seconds))


def _shot(image: dict[str, Any], folder: str) -> Shot:
    span = TimeRange(Fraction(image["startTime"]), Fraction(image["endTime"]))
    size, place = FrameSize(image["width"], image["height"]), image["coords"]
    picture = PictureRef(folder + image["url"], size, place["x"], place["y"])
    frame = FrameStamp(Fraction(image["requested"]), Fraction(image["actual"]), image["keyframe"], image["substitute"])
    return Shot(Cue(span, picture), frame)
