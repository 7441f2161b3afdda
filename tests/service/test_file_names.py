"""Can files be read and written whatever their names are, by path and by `file://`?"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from assets import ASSETS
from filmstrip.cli.main import ExitCode, run
from filmstrip.media.source.media_source import LocalFile
from filmstrip.storage.local import path_of_url
from shared_media import shared_media_server

NAMES = [b"a#b.mp4", b"a?b=c&d.mp4", b"a\nb.mp4", b"a\r\tb.mp4", b"a%20b.mp4", b"a\xe9\xff.mp4", b"[a;b]'c\\d.mp4"]


@pytest.fixture(autouse=True, scope="module")
def media_server() -> Iterator[None]:
    """How media processes come to be has nothing to do with the names of files."""
    with shared_media_server():
        yield


def named(folder: Path, name: bytes) -> Path:
    """Put a film into a folder under a name, which need not be UTF-8."""
    path = folder / os.fsdecode(name)
    shutil.copyfile(ASSETS["plain.mp4"].path, path)
    return path


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_file_of_any_name(name: bytes, tmp_path: Path) -> None:
    """By its path, into a folder of a name like that."""
    source, folder = named(tmp_path, name), tmp_path / os.fsdecode(b"out " + name)
    assert run(["probe", str(source)]) == ExitCode.DONE
    assert run(["thumbnails", str(source), str(folder), "--interval", "5"]) == ExitCode.DONE
    assert (folder / "thumb_0002.png").exists()


@pytest.mark.parametrize("name", NAMES, ids=repr)
@pytest.mark.parametrize("is_quoted", [True, False])
def test_a_file_url_of_any_name(name: bytes, tmp_path: Path, *, is_quoted: bool) -> None:
    """By `file://`, be the name quoted as RFC 8089 wants or written as it is, also where the result goes."""
    if not is_quoted and any(mark in name for mark in (b"%", b"\xff", b"\n", b"\r")):
        return  # only quoted can it be told from another name, or be JSON, or pass for a URL
    source, target = named(tmp_path, name), tmp_path / os.fsdecode(b"out " + name)
    urls = [path.as_uri() if is_quoted else f"file://{path}" for path in (source, target)]
    entry = {
        "output": "mp4",
        "destination": urls[1],
        "duration": 0.2,
        "video_codec_parameters": {"preset": "ultrafast"},
    }
    query = tmp_path / "query.json"
    query.write_text(json.dumps({"query": {"source": urls[0], "format": [entry]}}))
    assert run(["encode", str(query)]) == ExitCode.DONE
    assert target.stat().st_size > 0


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_path_goes_through_json(name: bytes) -> None:
    """What processes tell each other keeps every byte of a name."""
    adapter, path = TypeAdapter(LocalFile), Path("/srv") / os.fsdecode(name)
    assert adapter.validate_json(adapter.dump_json(LocalFile(path, (1, 2)))) == LocalFile(path, (1, 2))
    assert path_of_url(path.as_uri()) == path


def test_a_plain_path_is_read_as_well() -> None:
    """What was written down by an earlier version, with a percent sign that means itself."""
    assert TypeAdapter(LocalFile).validate_json('{"path": "/srv/100%25"}') == LocalFile(Path("/srv/100%25"))
