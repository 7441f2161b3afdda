"""Is each part of a playlist asked for by its own address, whichever thread is first?"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from filmstrip.storage.http.source import HttpSource
from filmstrip.storage.lender import NOBODY
from filmstrip.storage.playlists import reading
from filmstrip.storage.playlists.reading import Reader
from filmstrip.storage.settings import StorageSettings


def test_threads_that_are_first_together_ask_each_for_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the list itself was on no web server, several segments are the first one that is on any."""
    meeting = threading.Event()

    class Slow(HttpSource):
        def __init__(self, url: str, settings: StorageSettings, beside: HttpSource | None = None) -> None:
            # The first one is in the making until another one came, or is kept out.
            meeting.wait(0.2) if "first" in url else meeting.set()
            super().__init__(url, settings, beside)

    monkeypatch.setattr(reading, "HttpSource", Slow)
    reader = Reader(StorageSettings(tmp_path), NOBODY)
    urls = [f"http://h.example/{name}.ts" for name in ("first", "second", "third")]
    with ThreadPoolExecutor(3) as pool:
        assert [source.label for source in pool.map(reader.source_of, urls)] == urls
    reader.close()
