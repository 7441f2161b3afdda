"""Every player shows the right picture: hovered with a mouse, read from the screen, compared with the time it says."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

import barcode
from browser.preview_site import FILMS, LONG, Film
from browser.real_browser import Browser, Sight

HOVERS_SECONDS = (0.7, 12.5, 27.9, 31.5, 42.0, 46.6, 47.18)
"""The first cue, one in each row, the ends of both sprites, the last second and the very end."""

PATIENCE_SECONDS = 15

# Making the site may have to install the players first; the limit is for the test itself.
pytestmark = pytest.mark.timeout(240, func_only=True)

WEBVTT_PLAYERS = ("videojs", "plyr", "vidstack", "media-chrome", "shaka")


@dataclass(frozen=True, slots=True)
class Page:
    """A page with one player.

    Attributes:
        player: Its name.
        media: What it plays, in the film's folder.
        track: The WebVTT track or storyboard that it is given, None where thumbnails are found in what it plays.
    """

    player: str
    media: str
    track: str | None = None

    def __str__(self) -> str:
        if self.track is None:
            return f"{self.player}-{self.media.partition('.')[0]}"
        folder, _, name = self.track.rpartition("/")
        return f"{self.player}-{folder}" + {"thumbnails.vtt": "", "thumbnails.json": "-json"}.get(name, f"-{name}")

    @property
    def knows_fractions(self) -> bool:
        """Whether it looks for the very moment under the mouse; the others round it to whole seconds."""
        return self.player == "hlsjs"

    def url(self, site: str, film: Film) -> str:
        """Tell its address."""
        track = f"&track=/media/{film.name}/{self.track}" if self.track else ""
        width = 960 if film.size[0] > film.size[1] else 340
        return f"{site}/page/{self.player}?width={width}&media=/media/{film.name}/{self.media}{track}"


@dataclass(frozen=True, slots=True)
class Hover:
    """The mouse over a page's seek bar.

    Attributes:
        page: The page.
        film: What it shows.
        seconds: The moment under the mouse.
    """

    page: Page
    film: Film
    seconds: float

    def moments_meant(self, said: int) -> list[Fraction]:
        """Tell for which moments a player may show the picture: the one under the mouse, to a few pixels of the bar.

        Those that round may show any of the second that they say; and Shaka keeps, at the very end, the picture of the
        second before it.
        """
        exactly = Fraction(self.seconds)
        if self.page.knows_fractions:
            return [exactly - Fraction(1, 20), exactly, exactly + Fraction(1, 20)]
        first, last = min(Fraction(said), exactly), max(said + Fraction(7, 8), exactly)
        first = min(first, self.film.seconds - 1) if said >= self.film.seconds else first
        return [first + (last - first) * Fraction(part, 8) for part in range(9)]


PAGES = [
    *(
        Page(player, "video.mp4", f"{track}/thumbnails.vtt")
        for player in WEBVTT_PLAYERS
        for track in ("separate", "sprite")
    ),
    Page("vidstack", "video.mp4", "separate/thumbnails.json"),
    Page("vidstack", "video.mp4", "sprite/thumbnails.json"),
    Page("vidstack", "video.mp4", "sprite/full.json"),
    Page("shaka", "with_images.m3u8"),
    Page("shaka", "with_mjpg.m3u8"),
    Page("shaka", "with_both.m3u8"),
    Page("hlsjs", "with_mjpg.m3u8"),
    Page("hlsjs", "with_both.m3u8"),
    Page("shaka", "with_tiles.mpd"),
    Page("dashjs", "with_tiles.mpd"),
]
ONE_OF_EACH = (
    "videojs-sprite",
    "vidstack-separate",
    "vidstack-sprite-full.json",
    "shaka-with_images",
    "hlsjs-with_mjpg",
    "dashjs-with_tiles",
)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_hover_shows_the_picture_of_the_time_that_the_player_says(
    page: Page, site: str, browser: Browser, evidence: Path
) -> None:
    """Wherever the mouse is on the seek bar, the thumbnail is the one of the time beside it, whole and unmixed."""
    browser.open(page.url(site, LONG))
    for seconds in HOVERS_SECONDS:
        browser.hover(seconds / float(LONG.seconds))
        wait_for_right_picture(browser, Hover(page, LONG, seconds), evidence)


def pairs() -> list[tuple[Film, Page]]:
    """Take each film to half of the pages, and each page to half of the films: one bears on the other by no more than
    the shape of its pictures, of which each page has some and each film is on some.
    """
    films = [film for film in FILMS if film is not LONG]
    pages = [page for page in PAGES if str(page) in ONE_OF_EACH]
    return [
        (film, page) for at, film in enumerate(films) for number, page in enumerate(pages) if (at + number) % 2 == 0
    ]


@pytest.mark.parametrize(("film", "page"), pairs(), ids=str)
def test_hover_shows_the_right_picture_of_every_film(
    film: Film, page: Page, site: str, browser: Browser, evidence: Path
) -> None:
    """Short and vertical films, odd sizes and other intervals are shown as well, to the last second."""
    browser.open(page.url(site, film))
    for fraction in (0.02, 0.55, 0.83, 0.995):
        browser.hover(fraction)
        wait_for_right_picture(browser, Hover(page, film, fraction * float(film.seconds)), evidence)


def test_a_wrong_track_is_noticed(site: str, browser: Browser) -> None:
    """A track whose pictures are one cue late is seen to be wrong: the other tests can fail."""
    hover = Hover(Page("plyr", "video.mp4", "sprite/late.vtt"), LONG, 12.5)
    browser.open(hover.page.url(site, LONG))
    browser.hover(hover.seconds / float(LONG.seconds))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while complain(browser.look(), hover) != "frame 150 is shown instead of 100":
        assert time.monotonic() < deadline


def wait_for_right_picture(browser: Browser, hover: Hover, evidence: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    complaint = complain(browser.look(), hover)
    while complaint:
        if time.monotonic() > deadline:
            browser.save_page(evidence)
            pytest.fail(f"at {hover.seconds} s {complaint}; see {evidence}; the page says {browser.log()[-5:]}")
        time.sleep(0.05)
        complaint = complain(browser.look(), hover)


def complain(sight: Sight, hover: Hover) -> str | None:
    """Say what is wrong with what is seen, None if it is right."""
    said = read_seconds(sight.time)
    # Plyr keeps a second away from the end.
    if said is None or abs(said - hover.seconds) > 1.5:
        return f"the player says {sight.time!r}"
    if sight.picture is None:
        return "there is no picture"
    width, height = sight.picture.size
    shape = hover.film.thumbnail[0] / hover.film.thumbnail[1]
    if abs(width / height / shape - 1) > 0.06:
        return f"the picture is {width}x{height}"
    number = barcode.read_number(sight.picture)
    expected = {hover.film.number_at(moment) for moment in hover.moments_meant(said)}
    return None if number in expected else f"frame {number} is shown instead of {min(expected)}"


def read_seconds(text: str) -> int | None:
    """Read "0:12", "00:00:12" or "0:12 / 0:47"."""
    match = re.match(r"(?:(\d+):)?(\d+):(\d\d)", text)
    if match is None:
        return None
    hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return 3600 * hours + 60 * minutes + seconds
