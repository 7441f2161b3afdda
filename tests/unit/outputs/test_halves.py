"""Outputs have two halves: what is asked for and planned, which is light, and what renders, which loads libav."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from filmstrip.outputs.registry import output_types

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
        "from filmstrip.outputs.registry import load_outputs\nload_outputs()"
    )
    assert "filmstrip.outputs.thumbnails.output" in loaded
    assert not HEAVY & loaded


def test_outputs_are_loaded_one_by_one() -> None:
    """Whoever asks for one output gets no other, nor a parser of it before something is parsed."""
    loaded = _loaded_by(
        "from filmstrip.outputs.registry import output_types\n"
        "assert not output_types()['thumbnail'].__pydantic_complete__"
    )
    assert {name for name in loaded if name.startswith("filmstrip.outputs.") and "._" not in name} == {
        "filmstrip.outputs.registry",
        "filmstrip.outputs.thumbnail",
        "filmstrip.outputs.thumbnail.output",
    }


def test_each_output_is_in_the_module_of_its_name() -> None:
    """What is found by looking is an output of that name, and nothing else in the package can be asked for."""
    types = output_types()
    assert {name: kind.output_name for name, kind in types.items()} == {name: name for name in types}
    assert {"mp4", "thumbnails"} <= set(types)
    assert [name for name in ("registry", "_base", "child", "../mp4", "") if name in types] == []


def test_a_service_builds_its_parsers_at_its_start(tmp_path: Path) -> None:
    """No request waits for them, nor does each child process build them again."""
    _loaded_by(
        "from filmstrip.db.database import Database\n"
        "from filmstrip.db.encryption import KEY_BYTES, Cipher\n"
        "from filmstrip.outputs.registry import output_types\n"
        "from filmstrip.params.query import TaskParameters\n"
        "from filmstrip.service.app import build\n"
        "from filmstrip.settings.reading import read_settings\n"
        f"database = Database('sqlite:///{tmp_path}/filmstrip.db', Cipher(bytes(KEY_BYTES)))\n"
        f"build(read_settings(environ={{'FILMSTRIP_DATA_DIR': '{tmp_path}'}}), database)\n"
        "assert all(kind.__pydantic_complete__ for kind in (TaskParameters, *output_types().values()))"
    )
    _loaded_by(
        "from filmstrip.outputs.child import child\nfrom filmstrip.outputs.mp4 import output\n"
        "child.load(output.__name__)\nassert output.Mp4.__pydantic_complete__"
    )


def test_children_find_their_walls_known() -> None:
    """What every child may read is found out before they are forked: it costs more than all else about the walls."""
    _loaded_by(
        "from filmstrip.isolation.walls import readable_for_everybody\nfrom filmstrip.outputs.child import child\n"
        "child.load(child.__name__)\nassert readable_for_everybody.cache_info().currsize == 1"
    )


def test_children_have_everything_loaded() -> None:
    """What children are forked from has loaded both halves, so that no child has to."""
    loaded = _loaded_by("from filmstrip.outputs.child.child import load\nload()")
    assert loaded >= HEAVY
    assert loaded >= {
        f"filmstrip.outputs.{name}.render" for name in ("contact_sheet", "mp4", "thumbnail", "thumbnails")
    }
