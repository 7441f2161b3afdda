"""Are names in a manifest of somebody else's looked at without harm?"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from filmstrip.service.linting import Page, lint
from filmstrip.service.local_access import allow_urls
from filmstrip.service.published_place import FolderPlace, WebPlace
from filmstrip.storage import published
from filmstrip.storage.published import PublishedFiles
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.range_server import RangeServer

_NAMES = {
    "nul": ("a%00b.jpg", "no file has such a name"),
    "no address": ("http://[::1", "its name is no URL reference"),
    "device": ("../" * 30 + "dev/zero", "this is no file"),
    "folder": ("folder", "this is no file"),
    "pipe": ("pipe.jpg", "this is no file"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", _NAMES)
def test_a_name_that_is_no_picture_is_a_finding(case: str, tmp_path: Path) -> None:
    """Endless devices, pipes without a writer and names that no file can have are told, like a missing picture."""
    name, told = _NAMES[case]
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    track = tmp_path / "thumbnails.vtt"
    track.write_text(f"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{name}#xywh=0,0,16,16\n")
    (report,) = lint(str(track), Page("https://page.example"), None, StorageSettings(tmp_path))
    assert any(told in str(finding) for finding in report.findings), report.findings


def test_what_is_there_is_read(tmp_path: Path) -> None:
    """A file has its bytes, and one that is gone has the system's word for it."""
    (tmp_path / "a.jpg").write_bytes(b"x")
    place = FolderPlace()
    assert place.read(str(tmp_path / "a.jpg")).data == b"x"
    assert place.read(str(tmp_path / "b.jpg")).problem == "No such file or directory"


def test_a_host_that_may_not_be_asked_is_a_fault_of_its_file(tmp_path: Path) -> None:
    """One picture at a private address does not end the look at all others."""
    hosts = allow_urls(("https://cdn.example/",), StorageSettings(tmp_path))
    with closing(PublishedFiles("https://page.example", hosts)) as files:
        answer = WebPlace(files).read("http://10.0.0.1/x.jpg")
    assert "10.0.0.1" in (answer.problem or "")


@pytest.mark.timeout(20)
def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    """A film beside its pictures is passed over, and a picture that is none of a player's is told."""
    (tmp_path / "film.mp4").touch()
    os.truncate(tmp_path / "film.mp4", 1 << 40)
    (tmp_path / "thumbnails.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nfilm.mp4\n")
    (report,) = lint(str(tmp_path), Page("https://page.example"), None, StorageSettings(tmp_path))
    assert any("it is larger than 512 MiB" in str(finding) for finding in report.findings), report.findings


def test_what_does_not_end_is_not_read_on(
    range_server: RangeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may send more than anybody has memory for; a smaller limit costs the test less."""
    monkeypatch.setattr(published, "MOST_BYTES", 1000)
    (range_server.folder / "a.jpg").write_bytes(bytes(1001))
    url = range_server.url_of("a.jpg")
    with closing(PublishedFiles("https://page.example", allow_urls((url,), StorageSettings(tmp_path)))) as files:
        assert files.get(url).problem == "it is larger than 512 MiB"
