"""A real browser with a real mouse, driven over a pipe: one JSON object a line, there and back."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

FOLDER = Path(__file__).parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen beside the mouse on the seek bar.

    Attributes:
        time: The time that the player says, as it says it.
        picture: The thumbnail, None where there is none.
    """

    time: str
    picture: Image.Image | None


class Browser:
    """One page at a time in one browser."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def open(self, url: str) -> None:
        """Load a page and wait until its player is ready."""
        self._ask(do="open", url=url)

    def hover(self, fraction: float) -> None:
        """Move the mouse to this part of the seek bar's length."""
        self._ask(do="hover", fraction=fraction)

    def look(self) -> Sight:
        """See what the player shows now."""
        answer = self._ask(do="look")
        return Sight(answer["time"].strip(), _image(answer["png"]) if answer["png"] else None)

    def save_page(self, path: Path) -> None:
        """Save a picture of the whole page."""
        _image(self._ask(do="page")["png"]).save(path)

    def log(self) -> list[str]:
        """Return what the page has logged."""
        log: list[str] = self._ask(do="log")["log"]
        return log

    def _ask(self, **request: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser's driver has ended"
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer
        return answer


@contextmanager
def run_browser() -> Iterator[Browser]:
    """Start the browser; it ends with the context."""
    command = ["node", str(FOLDER / "driver.mjs"), find_browser() or PROGRAMS[0]]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER)
    with process:
        try:
            yield Browser(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=20)


def find_browser() -> str | None:
    """Find the installed browser."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def missing_packages() -> list[str]:
    """Name the Debian packages that the browser tests need and that are not there."""
    needed = {"chromium": find_browser(), "nodejs": shutil.which("node"), "npm": shutil.which("npm")}
    return [package for package, found in needed.items() if found is None]


def install_players(target: Path) -> None:
    """Install the players from the package lock where they are missing, and bundle their pages into a folder."""
    installed = FOLDER / "node_modules" / ".package-lock.json"
    lock = FOLDER / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci"], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL, timeout=400)
    subprocess.run(["node", "build.mjs", str(target)], cwd=FOLDER, check=True, timeout=60)


def _image(png: str) -> Image.Image:
    image = Image.open(io.BytesIO(base64.b64decode(png)))
    image.load()
    return image
