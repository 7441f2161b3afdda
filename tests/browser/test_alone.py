"""The browser itself plays what is encoded: from the first picture, from the middle, and to the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets import ASSETS
from browser.real_browser import Browser
from browser.site_server import serve
from output_runs import run_output

# Making the players' pages may have to install them first; the limit is for the test itself.
pytestmark = pytest.mark.timeout(240, func_only=True)

# H.265 is played where the system can: Chromium itself brings no decoder.
_FILMS = {
    "x264.mp4": {"output": "mp4", "video_codec_parameters": {"preset": "ultrafast"}},
    "av1.mp4": {"output": "mp4", "video_codec": "libsvtav1", "video_codec_parameters": {"preset": 10}},
    "vp9.webm": {"output": "webm", "video_codec_parameters": {"preset": "realtime"}},
    "vp8.webm": {"output": "webm", "video_codec": "libvpx", "audio_codec": "vorbis"},
    "sound.mp3": {"output": "mp3"},
    "sound.m4a": {"output": "m4a"},
    "sound.flac": {"output": "flac"},
    "av1.webm": {"output": "webm", "video_codec": "libsvtav1", "video_codec_parameters": {"preset": 10}},
}
_SMALL = {".mp4": {"width": 160}, "webm": {"width": 160}}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, players: Path) -> Iterator[str]:
    """Address of a server with a file of each kind, two seconds each."""
    folder = tmp_path_factory.mktemp("films")
    for name, entry in _FILMS.items():
        made = run_output(
            ASSETS["plain.mp4"].path, folder / f"{name}.made", **entry, start_time=1, duration=2, width=160
        )
        made.first.rename(folder / name)
    with serve({"players": players, "films": folder}) as address:
        yield address


@pytest.mark.parametrize("name", list(_FILMS))
def test_a_browser_plays_it(name: str, films: str, browser: Browser, tmp_path: Path) -> None:
    """It knows the length at once, jumps to any moment, shows pictures, decodes sound, and comes to the end."""
    browser.open(f"{films}/page/alone?width=320&media=/films/{name}")
    (line,) = [line for line in browser.save_page(tmp_path / "page.png") if line.startswith("{")]
    met = json.loads(line)
    assert "error" not in met, met
    assert met["duration"] == pytest.approx(2, abs=0.05)
    assert met["middle"] == pytest.approx(met["duration"] / 2, abs=0.01)
    assert met["end"] == pytest.approx(met["duration"], abs=0.05)
    assert met["size"] == ([0, 0] if name.startswith("sound") else [160, 90])
    assert met["sound"] > 1000
