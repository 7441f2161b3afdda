"""Whatever a client writes as an address, it gets an error of ours, and soon."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_source, open_source

PLACES = [
    "",
    "[",
    "[::1",
    "[zz]/bucket/key",
    ":80/bucket/key",
    "host:notaport/bucket/key",
    "127.0.0.1:99999/bucket/key",
    f"{'a' * 70}/bucket/key",
    "\u2460\u2461.example..//bucket/key",
    "a b/bucket/key",
    "a\x00b/bucket/key",
    "a\nb/bucket/key",
    "user:pa/ss@/bucket/key",
    "%00/bucket/key",
    "./../bucket/../key",
]


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(tmp_path / "temporary", local_roots=(tmp_path,), retries=0, connect_timeout_seconds=1)


@pytest.mark.parametrize("scheme", ["http", "https", "s3", "file", "ftp"])
@pytest.mark.parametrize("place", PLACES)
def test_no_source_address_breaks_us(settings: StorageSettings, tmp_path: Path, scheme: str, place: str) -> None:
    """Every use of a source with an impossible address ends in an error that can be told."""
    url = f"{scheme}://{place}"
    for use in (
        lambda: open_source(url, settings),
        lambda: check_source(url, settings),
        lambda: copy_source(url, settings, tmp_path / "copy", lambda _fraction: None),
    ):
        with pytest.raises(FilmstripError):
            use()


@pytest.mark.parametrize("scheme", ["s3", "file", "ftp"])
@pytest.mark.parametrize("place", PLACES)
def test_no_destination_address_breaks_us(settings: StorageSettings, scheme: str, place: str) -> None:
    """A destination with an impossible address is refused when it is parsed, opened or first used."""
    with pytest.raises((ValidationError, FilmstripError)):
        open_store(Destination(url=f"{scheme}://{place}"), settings, is_folder=False).put("", b"x", "image/png")
