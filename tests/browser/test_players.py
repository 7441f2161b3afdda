"""Every player shows the right picture: hovered with a mouse, read from the screen, compared with the time it says."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import barcode
from browser.preview_site import DURATION, FRAME_RATE, INTERVAL
from browser.real_browser import Browser, Sight

HOVERS_SECONDS = (0.7, 12.5, 27.9, 31.5, 42.0, 46.6, 47.18)
"""The first cue, one in each row, the ends of both sprites, the last second and the very end."""

PATIENCE_SECONDS = 6

# Making the site may have to install the players first; the limit is for the test itself.
pytestmark = pytest.mark.timeout(60, func_only=True)

CASES = [
    *(
        pytest.param(player, f"media=/media/video.mp4&track=/media/{track}.vtt", id=f"{player}-vtt-{track}")
        for player in ("videojs", "plyr", "vidstack", "media-chrome", "shaka")
        for track in ("thumbnails", "sprite")
    ),
    pytest.param("shaka", "media=/media/with_images.m3u8", id="shaka-hls-images"),
    pytest.param("shaka", "media=/media/with_mjpg.m3u8", id="shaka-hls-mjpg"),
    pytest.param("shaka", "media=/media/with_both.m3u8", id="shaka-hls-both"),
    pytest.param("hlsjs", "media=/media/with_mjpg.m3u8", id="hlsjs-hls-mjpg"),
    pytest.param("hlsjs", "media=/media/with_both.m3u8", id="hlsjs-hls-both"),
    pytest.param("shaka", "media=/media/with_tiles.mpd", id="shaka-dash"),
    pytest.param("dashjs", "media=/media/with_tiles.mpd", id="dashjs-dash"),
]


@pytest.mark.parametrize(("player", "query"), CASES)
def test_hover_shows_the_picture_of_the_time_that_the_player_says(
    player: str, query: str, site: str, browser: Browser, evidence: Path
) -> None:
    """Wherever the mouse is on the seek bar, the thumbnail is the one of the time beside it, whole and unmixed."""
    browser.open(f"{site}/page/{player}?{query}")
    for seconds in HOVERS_SECONDS:
        browser.hover(seconds / float(DURATION))
        wait_for_right_picture(browser, seconds, evidence)
    browser.save_page(evidence)


def test_a_wrong_track_is_noticed(site: str, browser: Browser) -> None:
    """A track whose pictures are one cue late is seen to be wrong: the other tests can fail."""
    browser.open(f"{site}/page/plyr?media=/media/video.mp4&track=/media/late.vtt")
    browser.hover(12.5 / float(DURATION))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while complain(browser.look(), 12.5) != "frame 150 is shown instead of 100":
        assert time.monotonic() < deadline


def wait_for_right_picture(browser: Browser, hovered: float, evidence: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    complaint = complain(browser.look(), hovered)
    while complaint:
        if time.monotonic() > deadline:
            log = browser.save_page(evidence)
            pytest.fail(f"at {hovered} s {complaint}; see {evidence}; the page says {log[-5:]}")
        time.sleep(0.05)
        complaint = complain(browser.look(), hovered)


def complain(sight: Sight, hovered: float) -> str | None:
    """Say what is wrong with what is seen, None if it is right."""
    said = read_seconds(sight.time)
    # Plyr keeps a second away from the end.
    if said is None or abs(said - hovered) > 1.5:
        return f"the player says {sight.time!r}"
    if sight.picture is None:
        return "there is no picture"
    width, height = sight.picture.size
    if abs(width / height - 16 / 9) > 0.1:
        return f"the picture is {width}x{height}"
    number = barcode.read_number(sight.picture)
    expected = int(said // INTERVAL * INTERVAL * FRAME_RATE)
    return None if number == expected else f"frame {number} is shown instead of {expected}"


def read_seconds(text: str) -> int | None:
    """Read "0:12", "00:00:12" or "0:12 / 0:47"."""
    match = re.match(r"(?:(\d+):)?(\d+):(\d\d)", text)
    if match is None:
        return None
    hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return 3600 * hours + 60 * minutes + seconds
