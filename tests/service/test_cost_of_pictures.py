"""What does each further picture of a long series cost on the command line, besides being made?"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assets import ASSETS
from filmstrip.cli.main import ExitCode, run
from filmstrip.jobs.making import media_child

_PICTURES = 100
_FIXED = 25
"""What a run does once, however many pictures it makes: steps from group to group, progress, the track."""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count calls, which are made all the same."""
    counts: Counter[str] = Counter()

    def count(owner: Any, name: str, word: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def counting(*arguments: Any, **options: Any) -> Any:
            counts[word] += 1
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, counting)

    count(asyncio, "to_thread", "ways to a thread")
    count(asyncio, "wait_for", "tasks to wait")
    count(media_child.reports, "validate_json", "reports")
    count(os, "fsync", "syncs")
    count(os, "mkdir", "folders")
    count(shutil, "copyfileobj", "copies")
    count(shutil, "disk_usage", "looks at the disk")
    return counts


def test_a_picture_costs_one_report_and_one_way_to_a_thread(counted: Counter[str], tmp_path: Path) -> None:
    """A picture is reported once, copied once and made safe once, by one thread; progress is told now and then."""
    film = ASSETS["plain.mp4"].path
    flags = ["--count", str(_PICTURES), "--width", "32", "--image-format", "jpg"]
    assert run(["thumbnails", str(film), str(tmp_path / "out"), *flags]) == ExitCode.DONE
    assert len(list((tmp_path / "out").glob("*.jpg"))) == _PICTURES
    for name in ("ways to a thread", "reports", "syncs", "copies", "looks at the disk"):
        assert _PICTURES <= counted[name] <= _PICTURES + _FIXED, (name, counted)
    for name in ("tasks to wait", "folders"):
        assert counted[name] <= _FIXED, (name, counted)
