"""How many media processes work at a time if no setting says so?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from filmstrip.media.cores import usable_cores

CORES = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max 100000\n", CORES),
        ("100000 100000\n", 1),
        ("50000 100000\n", 1),
        ("110000 100000\n", min(CORES, 2)),
        ("6400000 100000\n", CORES),
        ("nonsense", CORES),
        ("0 0", CORES),
        (None, CORES),
    ],
)
def test_no_more_than_a_container_may_use(tmp_path: Path, text: str | None, expected: int) -> None:
    """A container of one core on a machine of many works at one output at a time, with the memory that it has."""
    quota = tmp_path / "cpu.max"
    if text is not None:
        quota.write_text(text)
    assert usable_cores(quota) == expected


def test_no_more_than_a_process_may_use() -> None:
    """As when it is bound to some cores (taskset)."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert usable_cores(Path("/nothing")) == 1
    finally:
        os.sched_setaffinity(0, before)
