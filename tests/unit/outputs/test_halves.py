"""Outputs have two halves: what is asked for and planned, which is light, and what renders, which loads libav."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"av", "numpy", "PIL"}


def _loaded_by(statements: str) -> set[str]:
    """Tell which modules a new process has loaded after some statements."""
    program = f"import sys\n{statements}\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.split()
    )


def test_planning_is_light() -> None:
    """The service and the command line, which only parse and plan, do not load what only children need."""
    loaded = _loaded_by(
        "import filmstrip.cli.local_run, filmstrip.service.app\n"
        "from filmstrip.outputs.registry import output_types\noutput_types()"
    )
    assert "filmstrip.outputs.thumbnails" in loaded
    assert not HEAVY & loaded


def test_children_have_everything_loaded() -> None:
    """What children are forked from has loaded both halves, so that no child has to."""
    loaded = _loaded_by("from filmstrip.outputs._child import load\nload()")
    assert loaded >= HEAVY
    outputs = {name.rpartition(".")[2] for name in loaded if name.startswith("filmstrip.outputs.")}
    assert outputs >= {f"_render_{name}" for name in ("contact_sheet", "mp4", "thumbnail", "thumbnails")}
