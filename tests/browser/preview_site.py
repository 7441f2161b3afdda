"""Makes the site that the players are tried on: a video whose frames carry their number, and its thumbnails.

47.2 s, a picture every 5 s, sprites of 3 x 2 tiles: the last cue is short and the last sprite is not full.
"""

from __future__ import annotations

import subprocess
from fractions import Fraction
from itertools import count
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

import pictures
from filmstrip.cli.main import ExitCode, run
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.sprite_grid import SpriteGrid
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.manifest import dash, hls_images, hls_mjpg, jpeg_fragments
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.sprite_series import Sprite, SpriteSeries
from filmstrip.manifest.webvtt import webvtt

FRAME_RATE = 10
DURATION = Fraction("47.2")
INTERVAL = Fraction(5)
LOOK = pictures.Look(size=(320, 180))
TILE = FrameSize(160, 90)
TIMES = IntervalGrid(TimeRange(Fraction(0), DURATION), INTERVAL)
GRID = SpriteGrid(TILE, TIMES.count, columns=3, rows=2)


def make_site(folder: Path) -> None:
    """Make everything: the video as one file and in segments, thumbnails and all manifests."""
    _make_video(folder)
    sprites = _make_sprites(folder, _make_thumbnails(folder))
    _write_tracks(folder, sprites)
    _write_hls(folder, sprites)
    _write_dash(folder, sprites)


def _make_video(folder: Path) -> None:
    """Encode the source once, as an MP4 file and as segments with both an MPD and playlists."""
    frames = range(int(DURATION * FRAME_RATE))
    times = (Fraction(number, FRAME_RATE) for number in count())
    size = f"{LOOK.size[0]}x{LOOK.size[1]}"
    raw = ["-f", "rawvideo", "-pix_fmt", LOOK.pixel_format, "-s", size, "-r", str(FRAME_RATE), "-i", "pipe:0"]
    tone = ["-f", "lavfi", "-t", str(float(DURATION)), "-i", "sine=frequency=330:sample_rate=48000"]
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-g", str(2 * FRAME_RATE), "-pix_fmt", "yuv420p"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *raw, *tone, *video, "-c:a", "aac"]
    data = b"".join(pictures.raw_frames(frames, times, LOOK))
    subprocess.run([*command, "-movflags", "+faststart", folder / "video.mp4"], input=data, check=True)
    remux = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", folder / "video.mp4", "-c", "copy"]
    segments = ["-f", "dash", "-seg_duration", "4", "-hls_playlist", "1", "-hls_master_name", "video.m3u8"]
    subprocess.run([*remux, *segments, folder / "video.mpd"], check=True)


def _make_thumbnails(folder: Path) -> list[Image.Image]:
    """Run the real thing: the images, and the track of separate images."""
    flags = ["--interval", str(INTERVAL), "--size", str(TILE), "--image-format", "jpg", "--quality", "90"]
    assert run(["thumbnails", str(folder / "video.mp4"), str(folder), *flags]) == ExitCode.DONE
    return [Image.open(folder / f"thumb_{number:04}.jpg") for number in range(1, TIMES.count + 1)]


def _make_sprites(folder: Path, images: list[Image.Image]) -> SpriteSeries:
    sheets = [Image.new("RGB", (GRID.sprite_size.width, GRID.sprite_size.height)) for _ in range(GRID.sprite_count)]
    for index, image in enumerate(images):
        place = GRID.place(index)
        sheets[place.sprite_index].paste(image, (place.x, place.y))
    sprites = []
    for number, sheet in enumerate(sheets, start=1):
        path = folder / f"sprite_{number:04}.jpg"
        sheet.save(path, quality=90)
        sprites.append(Sprite(path.name, path.stat().st_size))
    return SpriteSeries(GRID, tuple(sprites), INTERVAL, DURATION, "image/jpeg")


def _write_tracks(folder: Path, series: SpriteSeries) -> None:
    spans = TIMES.cues()
    tiles = []
    for index, span in enumerate(spans):
        place = GRID.place(index)
        name = series.sprites[place.sprite_index].name
        tiles.append(Cue(span, PictureRef(name, TILE, place.x, place.y)))
    (folder / "sprite.vtt").write_text(webvtt(tiles))
    late = [Cue(span, cue.picture) for span, cue in zip(spans, tiles[1:] + tiles[:1], strict=True)]
    (folder / "late.vtt").write_text(webvtt(late))


def _write_hls(folder: Path, series: SpriteSeries) -> None:
    """Write both kinds of thumbnail playlists, and multivariant playlists with either and with both."""
    (folder / "images.m3u8").write_text(hls_images.image_playlist(series))
    track = _make_jpeg_track(folder)
    (folder / "mjpg.m3u8").write_text(hls_mjpg.mjpg_playlist(track))
    images = hls_images.image_stream_entry(series, "images.m3u8")
    mjpg = hls_mjpg.mjpg_stream_entry(track, "mjpg.m3u8")
    video = (folder / "video.m3u8").read_text()
    for name, entries in {"with_images": [images], "with_mjpg": [mjpg], "with_both": [images, mjpg]}.items():
        (folder / f"{name}.m3u8").write_text(video + "\n".join(entries) + "\n")


def _make_jpeg_track(folder: Path) -> hls_mjpg.JpegTrack:
    init = jpeg_fragments.init_segment(TILE)
    spans = TIMES.cues()
    parts = []
    for index, span in enumerate(spans):
        picture = (folder / f"thumb_{index + 1:04}.jpg").read_bytes()
        parts.append(jpeg_fragments.fragment_header(index, span, len(picture)) + picture)
    (folder / "thumbnails.mp4").write_bytes(init + b"".join(parts))
    return hls_mjpg.JpegTrack("thumbnails.mp4", TILE, len(init), spans, [len(part) for part in parts])


def _write_dash(folder: Path, series: SpriteSeries) -> None:
    video = (folder / "video.mpd").read_text()
    (folder / "with_tiles.mpd").write_text(video.replace("</Period>", dash.adaptation_set(series) + "</Period>"))
