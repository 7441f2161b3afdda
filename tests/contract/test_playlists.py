"""Are playlists of HLS read as the film that they name, by the rules for sources?"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import barcode
from filmstrip.storage.lender import NOBODY
from filmstrip.storage.playlist_source import PlaylistSource
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_playlist
from filmstrip.testing.range_server import RangeServer
from output_runs import run_output
from playlists import FRAGMENTED, FRAMES, GROUP, HLS, RATE, made

ALL = list(range(0, FRAMES, GROUP))


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(tmp_path, private_hosts=("127.0.0.1",), retries=3, retry_pause_seconds=0.01)


def fetch(url: str, settings: StorageSettings, folder: Path, short_side: int | None = None) -> Path:
    """Fetch what a playlist names."""
    assert check_source(url, settings).is_playlist
    path = folder / "source"
    copy_playlist(PlaylistSource(url, NOBODY, short_side=short_side), settings, path, lambda _fraction: None)
    return path


def shown(path: Path, folder: Path) -> list[int | None]:
    """Read which frames thumbnails at the beginning of each group show."""
    run = run_output(path, folder, output="thumbnails", interval=GROUP / RATE)
    pictures = [name for name in run.artifacts if name.endswith(".png")]
    # Sound may last a little longer than pictures.
    return [barcode.read_number(Image.open(folder / name)) for name in pictures][: round(FRAMES / GROUP)]


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
