"""A browser, the players and a site to try them on, made once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.preview_site import make_site, write_full_boards
from browser.real_browser import FOLDER, Browser, install_players, missing_packages, run_browser
from browser.site_server import serve


@pytest.fixture(scope="session", autouse=True)
def needs_a_browser() -> None:
    """Say what has to be installed where a program is missing."""
    missing = missing_packages()
    if missing:
        pytest.skip(f"missing: apt-get install --no-install-recommends {' '.join(missing)}")


@pytest.fixture(scope="session")
def players(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the players are, each with its page's script."""
    folder = tmp_path_factory.mktemp("players")
    install_players(folder)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, players: Path) -> Iterator[str]:
    """Address of a server with pages, players and media."""
    media = tmp_path_factory.mktemp("media")
    make_site(media)
    with serve({"players": players, "media": media, "node_modules": FOLDER / "node_modules"}) as address:
        write_full_boards(media, address)
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running browser."""
    with run_browser() as running:
        yield running


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """Where a picture of the page is left for a person to look at."""
    return tmp_path / "page.png"
