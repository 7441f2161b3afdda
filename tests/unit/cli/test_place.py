"""How does a path or URL on the command line become the URL of a query?"""

from pathlib import Path

import pytest

from filmstrip.cli.place import place_url, source_url


@pytest.mark.parametrize(
    ("place", "is_folder", "url"),
    [
        ("https://host/video.mp4?a=b", False, "https://host/video.mp4?a=b"),
        ("s3://host/bucket/folder", True, "s3://host/bucket/folder/"),
        ("s3://host/bucket/folder/", True, "s3://host/bucket/folder/"),
        ("/videos/a.mp4", False, "file:///videos/a.mp4"),
        ("/videos/../a b#1.mp4", False, "file:///a%20b%231.mp4"),
        ("/thumbnails", True, "file:///thumbnails/"),
    ],
)
def test_places(place: str, url: str, *, is_folder: bool) -> None:
    """URLs stay as they are, paths become file URLs with every special character escaped."""
    assert place_url(place, is_folder=is_folder) == url


def test_a_relative_path_starts_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A relative path is one of the current folder."""
    monkeypatch.chdir(tmp_path)
    assert place_url("a.mp4") == f"file://{tmp_path}/a.mp4"


def test_a_file_that_is_named_like_an_upload(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files may have any name; without one, an upload is meant."""
    monkeypatch.chdir(tmp_path)
    assert source_url("tus:a") == "tus:a"
    (tmp_path / "tus:a").write_bytes(b"")
    assert source_url("tus:a") == f"file://{tmp_path}/tus%3Aa"
