"""`filmstrip lint` on folders and web servers, with real files."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from filmstrip.cli.main import ExitCode, run
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.sprite_grid import SpriteGrid
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.manifest import bif, dash, hls_images
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.sprite_series import Sprite, SpriteSeries
from filmstrip.manifest.webvtt import webvtt
from filmstrip.testing.range_server import RangeServer
from filmstrip.testing.running_program import free_ports

TILE = FrameSize(16, 9)
GRID = SpriteGrid(TILE, count=4, columns=2, rows=2)
TIMES = IntervalGrid(TimeRange(Fraction(0), Fraction(20)), Fraction(5))


def write_set(folder: Path) -> Path:
    """Write a sprite of four tiles and every manifest of it."""
    Image.new("RGB", (32, 18)).save(folder / "sprite_0001.jpg")
    sprite = Sprite("sprite_0001.jpg", (folder / "sprite_0001.jpg").stat().st_size)
    series = SpriteSeries(GRID, (sprite,), TIMES.interval, TIMES.span.end, "image/jpeg")
    places = [GRID.place(index) for index in range(4)]
    cues = [
        Cue(span, PictureRef(sprite.name, TILE, place.x, place.y))
        for span, place in zip(TIMES.cues(), places, strict=True)
    ]
    entry = hls_images.image_stream_entry(series, "images.m3u8")
    (folder / "thumbnails.vtt").write_text(webvtt(cues))
    (folder / "images.m3u8").write_text(hls_images.image_playlist(series))
    (folder / "main.m3u8").write_text(f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nvideo.m3u8\n{entry}\n")
    (folder / "thumbnails.mpd").write_text(dash.mpd(series))
    (folder / "thumbnails.bif").write_bytes(bif.bif_index([3], Fraction(5)) + b"\xff\xd8\xff")
    return folder


@pytest.fixture
def read(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, dict[str, list[str]]]]]:
    """Run the command and read its JSON: exit code, and for each file the broken rules with their places."""

    def read(*arguments: str) -> tuple[int, dict[str, dict[str, list[str]]]]:
        code = run(["lint", "--json", *arguments])
        reports = json.loads(capsys.readouterr().out)
        return code, {
            report["address"].rpartition("/")[2]: {found["rule"]: found["places"] for found in report["findings"]}
            for report in reports
        }

    return read


Reading = Callable[..., tuple[int, dict[str, dict[str, list[str]]]]]


def test_a_whole_folder_passes(tmp_path: Path, read: Reading) -> None:
    """Every manifest of a folder is found and checked, and ours have no errors."""
    code, rules = read(str(write_set(tmp_path)))
    assert code == ExitCode.DONE
    assert rules == {
        "images.m3u8": {},
        "main.m3u8": {"images-alone": [""]},
        "thumbnails.bif": {},
        "thumbnails.mpd": {},
        "thumbnails.vtt": {},
    }


def test_warnings_count_if_asked(tmp_path: Path, read: Reading) -> None:
    """With --strict a warning is enough to fail."""
    assert read(str(write_set(tmp_path) / "main.m3u8"), "--strict")[0] == ExitCode.FAILED


def test_pictures_are_looked_at(tmp_path: Path, read: Reading) -> None:
    """A picture that is cut off, or smaller than what is asked of it, or not there is an error with its place."""
    folder = write_set(tmp_path)
    sprite = folder / "sprite_0001.jpg"
    whole = sprite.read_bytes()
    sprite.write_bytes(whole[: len(whole) // 2])
    assert "picture" in read(str(folder))[1]["thumbnails.vtt"]
    Image.new("RGB", (32, 9)).save(sprite)
    code, rules = read(str(folder))
    assert code == ExitCode.FAILED
    assert rules["thumbnails.vtt"]["outside-picture"][0] == "cue 3 (line 9): sprite_0001.jpg is 32x9"
    assert "sprite-size" in rules["images.m3u8"]
    assert "picture-size" in rules["thumbnails.mpd"]
    sprite.unlink()
    assert "picture" in read(str(folder))[1]["thumbnails.mpd"]


def test_a_web_server_without_cors_is_found(range_server: RangeServer, read: Reading) -> None:
    """A page of another origin gets nothing without CORS headers; with them, or on its own origin, all is well."""
    write_set(range_server.folder)
    url = range_server.url_of("thumbnails.vtt")
    code, rules = read(url)
    assert code == ExitCode.FAILED
    assert {"cors", "picture-cors"} <= rules["thumbnails.vtt"].keys()
    assert read(url, "--origin", range_server.url) == (ExitCode.DONE, {"thumbnails.vtt": {}})
    range_server.manners.allow_origin = "*"
    assert read(url, "--crossorigin") == (ExitCode.DONE, {"thumbnails.vtt": {}})


def test_playlists_are_followed(range_server: RangeServer, read: Reading) -> None:
    """The playlists of thumbnails that a multivariant playlist names are fetched and checked too."""
    write_set(range_server.folder)
    _code, rules = read(range_server.url_of("main.m3u8"))
    assert rules.keys() == {"main.m3u8", "images.m3u8"}


def test_a_missing_file_is_told(range_server: RangeServer, capsys: pytest.CaptureFixture[str]) -> None:
    """An address with nothing there is an error in a sentence."""
    url = range_server.url_of("nothing.vtt")
    assert run(["lint", url]) == ExitCode.FAILED
    assert capsys.readouterr().err == f'filmstrip: "{url}" cannot be fetched: 404 Not Found\n'


def test_an_address_that_is_not_of_the_web_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """What a browser could not ask for either is refused in a sentence that says what to give."""
    for url in ("s3://bucket/thumbs/thumbnails.vtt", "file:///tmp/thumbnails.vtt"):
        assert run(["lint", url]) == ExitCode.FAILED
        assert "give the http:// or https:// URL of the manifest, or its path" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Why nothing answers is told in words, not by the name of a class."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}/thumbnails.vtt"
    assert run(["lint", url]) == ExitCode.FAILED
    assert capsys.readouterr().err == f'filmstrip: "{url}" cannot be fetched: no connection comes about\n'


def test_a_folder_without_manifests_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder in which there is nothing to check is an error, not a pass."""
    (tmp_path / "readme.txt").write_text("hello")
    assert run(["lint", str(tmp_path)]) == ExitCode.FAILED
    assert "no manifest of thumbnails" in capsys.readouterr().err


def test_findings_are_shown_to_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json each finding tells its rule, who is hurt and where."""
    folder = write_set(tmp_path)
    track = folder / "thumbnails.vtt"
    track.write_bytes(track.read_bytes().replace(b"\n", b"\r\n"))
    assert run(["lint", str(track)]) == ExitCode.FAILED
    shown = capsys.readouterr().out
    assert "error line-ends: Lines end in CR LF" in shown
    assert "who: video.js 8" in shown
