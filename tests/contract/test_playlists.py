"""Are playlists of HLS read as the film that they name, by the rules for sources?"""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

import barcode
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.storage.lender import NOBODY
from filmstrip.storage.playlist_source import PlaylistSource
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_playlist
from filmstrip.testing.range_server import RangeServer
from filmstrip.testing.seaweedfs import S3Server
from output_runs import run_output
from playlists import ALL, FRAGMENTED, FRAMES, GROUP, HLS, RATE, made, named_in, shown, timestamp_tag
from store_cases import S3Case


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(tmp_path, private_hosts=("127.0.0.1",), retries=3, retry_pause_seconds=0.01)


def fetch(url: str, settings: StorageSettings, folder: Path, short_side: int | None = None) -> Path:
    """Fetch what a playlist names."""
    assert check_source(url, settings).is_playlist
    path = folder / "source"
    copy_playlist(PlaylistSource(url, NOBODY, short_side=short_side), settings, path, lambda _fraction: None)
    return path


FORMS = {
    "transport": HLS,
    "fragments": f"{HLS} {FRAGMENTED}",
    "one file of transport": f"{HLS} -hls_flags single_file",
    "one file of fragments": f"{HLS} {FRAGMENTED} -hls_flags single_file",
    "encrypted": f"{HLS} -hls_key_info_file FOLDER/key_info",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_finished_film_is_the_frames_of_its_segments(
    form: str, range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """Segments of each form are one film, whose thumbnails are exact, with its sound."""
    made(FORMS[form]).lay(range_server.folder)
    path = fetch(range_server.url_of("film.m3u8?token=secret"), settings, tmp_path)
    assert shown(path, tmp_path / "out") == ALL
    assert run_output(path, tmp_path / "sound", output="mp3").artifacts


def test_what_lies_in_one_file_is_one_request(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """Byte ranges that follow each other are fetched together."""
    made(FORMS["one file of fragments"]).lay(range_server.folder)
    fetch(range_server.url_of("film.m3u8"), settings, tmp_path)
    assert len([request for request in range_server.requests if "m4s" in request.path]) == 1


def test_tags_within_sound_are_left_out(range_server: RangeServer, settings: StorageSettings, tmp_path: Path) -> None:
    """Of the tags that tell the time of each segment of plain sound, the first one is kept, and the others are none."""
    tags = [timestamp_tag(Fraction(number)) for number in range(3)]
    for number, tag in enumerate(tags):
        (range_server.folder / f"{number}.aac").write_bytes(tag + bytes([number]) * 9)
    lines = "".join(f"#EXTINF:1,\n{number}.aac\n" for number in range(3))
    (range_server.folder / "film.m3u8").write_text(f"#EXTM3U\n{lines}#EXT-X-ENDLIST\n")
    path = fetch(range_server.url_of("film.m3u8"), settings, tmp_path)
    assert path.read_bytes() == tags[0] + bytes(9) + b"\1" * 9 + b"\2" * 9


def test_a_discontinuity_begins_another_clock(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """Films that a playlist puts one behind the other are shown so, whether or not they begin with a header."""
    for form in ("transport", "fragments"):
        folder = range_server.folder / form
        texts = []
        for number, name in enumerate("ab"):
            made(FORMS[form], first=number * FRAMES).lay(folder / name)
            lines = (folder / name / "film.m3u8").read_text().splitlines()
            texts.append(named_in(name, [line for line in lines if "ENDLIST" not in line]))
        (folder / "both.m3u8").write_text("\n".join([*texts[0], "#EXT-X-DISCONTINUITY", *texts[1], "#EXT-X-ENDLIST"]))
        path = fetch(range_server.url_of(f"{form}/both.m3u8"), settings, tmp_path)
        run = run_output(path, tmp_path / form, output="thumbnails", interval=GROUP / RATE)
        numbers = [barcode.read_number(Image.open(tmp_path / form / name)) for name in run.artifacts if "png" in name]
        assert {*ALL, *(FRAMES + number for number in ALL)} <= set(numbers)
        assert numbers == sorted(numbers)  # type: ignore[type-var]
        path.unlink()


MASTER = """#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=90000,RESOLUTION=160x90,CODECS="avc1.42c00b,mp4a.40.2"
low/film.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=640x360,CODECS="avc1.42c01e,mp4a.40.2"
high/film.m3u8?token=secret
#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="mp4a.40.2"
sound/film.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=320x180,CODECS="avc1.42c00d,mp4a.40.2"
middle/film.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=999000,RESOLUTION=1280x720,CODECS="dvh1.05.01"
dolby/film.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9000000,RESOLUTION=1920x1080,URI="frames.m3u8"
"""


@pytest.mark.parametrize(
    ("short_side", "width"), [(None, 640), (1, 160), (90, 160), (91, 320), (180, 320), (200, 640), (720, 640)]
)
def test_the_picture_that_is_enough_is_fetched(
    short_side: int | None, width: int, range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """Of several variants the best is taken, or the smallest that is large enough, and nothing else is read."""
    for name, size in {"low": (160, 90), "middle": (320, 180), "high": (640, 360)}.items():
        made(HLS, size=size).lay(range_server.folder / name)
    (range_server.folder / "all.m3u8").write_text(MASTER)
    path = fetch(range_server.url_of("all.m3u8"), settings, tmp_path, short_side)
    info = probe(LocalFile(path), MediaSettings())
    assert info.video is not None
    assert info.video.coded_size.width == width
    folders = {request.path.split("/")[1] for request in range_server.requests} - {"all.m3u8"}
    assert folders == {{160: "low", 320: "middle", 640: "high"}[width]}


def test_a_playlist_in_a_bucket(seaweedfs: S3Server, tmp_path: Path) -> None:
    """Names in a playlist of a bucket are objects beside it, each read with the credentials of the source's URL."""
    case = S3Case(seaweedfs, tmp_path)
    with closing(case.open("lists")) as store:
        for name, content in made(HLS).files.items():
            store.put(f"a b/{name}", content, "video/mp2t")
        store.put("all.m3u8", b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na%20b/film.m3u8\n", "text/plain")
        store.put("away.m3u8", b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n../../../../film.m3u8\n", "text/plain")
    place = f"s3://{seaweedfs.key}:{seaweedfs.secret}@{seaweedfs.host}:{seaweedfs.port}/{case.bucket}/lists"
    path = fetch(f"{place}/all.m3u8", case.settings, tmp_path)
    assert shown(path, tmp_path / "out") == ALL
    with pytest.raises(SourceUnreadableError, match="names an address that is none") as raised:
        fetch(f"{place}/away.m3u8", case.settings, tmp_path)
    assert seaweedfs.secret not in str(raised.value)
