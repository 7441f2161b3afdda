"""The browser itself plays what is encoded: from the first picture, from the middle, and to the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import barcode
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
# Each with the numbers of its frames, of which the clip of a second begins with 25.
_PREVIEW = {"output": "animated_preview", "count": 3, "moment_duration": "0.1", "framerate": 10}
_PICTURES: dict[str, tuple[dict[str, object], tuple[int, ...]]] = {
    "clip.gif": ({"output": "gif", "framerate": 5}, (25, 30, 35, 40, 45)),
    "preview.gif": (_PREVIEW | {"image_format": "gif"}, (27, 36, 44)),
    "preview.webp": (_PREVIEW, (27, 36, 44)),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, players: Path) -> Iterator[str]:
    """Address of a server with a file of each kind, two seconds each."""
    folder = tmp_path_factory.mktemp("films")
    for name, entry in (_FILMS | {name: entry for name, (entry, _) in _PICTURES.items()}).items():
        seconds = 2 if name in _FILMS else 1
        made = run_output(
            ASSETS["plain.mp4"].path, folder / f"{name}.made", **entry, start_time=1, duration=seconds, width=160
        )
        made.first.rename(folder / name)
    with serve({"players": players, "films": folder}) as address:
        yield address


@pytest.mark.parametrize("name", list(_FILMS))
def test_a_browser_plays_it(name: str, films: str, browser: Browser) -> None:
    """It knows the length at once, jumps to any moment, shows pictures, decodes sound, and comes to the end."""
    met = met_on(f"{films}/page/alone?width=320&media=/films/{name}", browser)
    assert "error" not in met, met
    assert met["duration"] == pytest.approx(2, abs=0.05)
    assert met["middle"] == pytest.approx(met["duration"] / 2, abs=0.01)
    assert met["end"] == pytest.approx(met["duration"], abs=0.05)
    assert met["size"] == ([0, 0] if name.startswith("sound") else [160, 90])
    assert met["sound"] > 1000


@pytest.mark.parametrize("name", list(_PICTURES))
def test_a_browser_shows_what_moves(name: str, films: str, browser: Browser) -> None:
    """An image shows each of its frames in turn, whole, and no other."""
    met = met_on(f"{films}/page/image?width=320&media=/films/{name}", browser)
    assert met == {"size": [160, 90]}
    browser.hover(0.5)
    wanted, seen = set(_PICTURES[name][1]), set[int | None]()
    while not seen >= wanted:  # the test's time limit ends a wait for one that never comes
        picture = browser.look().picture
        assert picture is not None
        seen.add(barcode.read_number(picture))
        assert seen <= wanted


def met_on(url: str, browser: Browser) -> dict[str, Any]:
    """Open a page, and return what it says that it met."""
    browser.open(url)
    (line,) = [line for line in browser.log() if line.startswith("{")]
    met: dict[str, Any] = json.loads(line)
    return met
