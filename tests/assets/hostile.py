"""Files that are no video, or too much of one: the only right answer is an error that says what is wrong."""

from __future__ import annotations

from pathlib import Path

from assets.asset import Asset
from assets.basic import PLAIN, repack
from assets.recipes import FFMPEG, QUIET, Surgery, Writing, run

PLAYLIST = """#EXTM3U
#EXT-X-TARGETDURATION:10
#EXTINF:10,
http://127.0.0.1:9/secret.ts
#EXTINF:10,
file:///etc/passwd
#EXT-X-ENDLIST
"""
CONCAT = "ffconcat version 1.0\nfile '/etc/passwd'\nfile 'http://127.0.0.1:9/secret.mp4'\n"


def write_text(path: Path, text: str) -> None:
    path.write_text(text)


def write_huge_picture(path: Path) -> None:
    """Write 12 000 x 8 000 pixels: small on disk, 144 MB decoded."""
    run([FFMPEG, *QUIET, "-f", "lavfi", "-i", "color=gray:s=12000x8000:r=1:d=1", "-c:v", "mjpeg", str(path)])


def keep_first_half(base: Path, target: Path) -> None:
    """Cut a file in two: where the index stood at the end, none is left."""
    data = base.read_bytes()
    target.write_bytes(data[: len(data) // 2])


def _refused(name: str, trap: str, text: str) -> Asset:
    return Asset(name=name, trap=trap, recipe=Writing(write_text, (text,)), codec=None, opens=False)


ASSETS = (
    _refused("text.mp4", "A letter with the name of a film.", "Dear Sir or Madam,\n" * 200),
    _refused("empty.mp4", "Nothing at all.", ""),
    _refused("playlist.mp4", "An HLS playlist that wants to be followed into the house.", PLAYLIST),
    _refused("concat.mp4", "A list of files for FFmpeg's concat reader.", CONCAT),
    _refused("page.mp4", "The error page of a server.", "<!doctype html><title>404 Not Found</title>" * 50),
    Asset(
        name="no_moov.mp4",
        trap="An upload that stopped half way: the index never came.",
        recipe=Surgery(repack(PLAIN, "whole.mp4", "The index stands behind the media."), keep_first_half),
        codec=None,
        opens=False,
    ),
    Asset(
        name="huge_picture.avi",
        trap="A picture of 96 million pixels.",
        recipe=Writing(write_huge_picture),
        codec="mjpeg",
    ),
)
