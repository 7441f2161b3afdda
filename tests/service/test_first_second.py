"""What does the program load before it does anything? What its command needs, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assets import ASSETS

_REPORT = """
import sys
from filmstrip.cli.main import run
try:
    run(sys.argv[1:])
finally:
    print("LOADED", *sorted(sys.modules))
"""
_HEAVY = {"pydantic", "rich", "sqlalchemy", "structlog", "asyncio", "av", "numpy", "urllib3", "obstore", "aiohttp"}
_SERVICE = {
    "sqlalchemy",
    "structlog",
    "starlette",
    "uvicorn",
    "dbos",
    "filmstrip.jobs.tasks.engine",
    "filmstrip.db.database",
}

_OTHERS = {
    "filmstrip.outputs.mp4.output",
    "filmstrip.outputs.contact_sheet.output",
    "filmstrip.params.x264",
    "configparser",
}
"""What other outputs need, and places on S3."""
_PARSING = {"importlib.metadata", "pydantic.plugin._loader"}
"""What pydantic loads when it builds the first parser."""
_RUNNING = {"filmstrip.isolation.fork_server", "filmstrip.isolation.walls", "filmstrip.service.local"}


def loaded_by(*arguments: str, **environ: str) -> set[str]:
    command = [sys.executable, "-c", _REPORT, *arguments]
    done = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, check=True)
    return set(done.stdout.partition("LOADED")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nix"], ["thumbnals"]])
def test_what_is_told_at_once_loads_nothing(arguments: list[str]) -> None:
    """Help, version and a slip of the command's name load no command and none of the heavy packages."""
    loaded = loaded_by(*arguments)
    assert loaded & _HEAVY == set()
    assert [name for name in loaded if name.startswith("filmstrip.cli.commands.")] == []


def test_completion_of_a_command_loads_nothing() -> None:
    """The shell waits for completion with each press of the key: names and purposes come without the commands."""
    words = {"COMP_WORDS": "filmstrip pro", "COMP_CWORD": "1", "_FILMSTRIP_COMPLETE": "zsh_complete"}
    loaded = loaded_by(**words)
    assert loaded & _HEAVY == set()


def test_completion_of_flags_builds_no_parser() -> None:
    """Flags come from the fields alone: no other output's, no parser, nothing that runs what is asked for."""
    words = {"COMP_WORDS": "filmstrip thumbnails --int", "COMP_CWORD": "2", "_FILMSTRIP_COMPLETE": "bash_complete"}
    loaded = loaded_by(**words)
    assert "filmstrip.outputs.thumbnails.output" in loaded
    assert loaded & (_PARSING | _OTHERS | _RUNNING | _HEAVY - {"pydantic"}) == set()


def test_help_of_a_command_builds_no_parser() -> None:
    """As completion of its flags."""
    loaded = loaded_by("thumbnails", "--help")
    assert loaded & (_PARSING | _OTHERS | _RUNNING | _HEAVY - {"pydantic"}) == set()


def test_probe_loads_neither_the_service_nor_a_client(tmp_path: Path) -> None:
    """A file of this machine is probed without what logs, draws, speaks to servers or holds tables."""
    assert tmp_path
    loaded = loaded_by("probe", str(ASSETS["clock_back.ts"].path))
    assert "filmstrip.service.local" in loaded
    assert loaded & (_SERVICE | _OTHERS | {"rich", "urllib3", "obstore", "numpy", "av"}) == set()


def test_thumbnails_load_neither_the_service_nor_a_client(tmp_path: Path) -> None:
    """Pictures of a file of this machine are made without what logs, speaks to servers, holds tables or encodes."""
    loaded = loaded_by("thumbnails", str(ASSETS["clock_back.ts"].path), str(tmp_path), "--interval", "10")
    assert "filmstrip.service.local" in loaded
    assert loaded & (_SERVICE | _OTHERS | {"rich", "urllib3", "obstore", "numpy", "av"}) == set()


@pytest.mark.parametrize(("option", "environ"), [("--help", {}), ("--port=many", {}), ("--", {"FILMSTRIP_SLOTS": "x"})])
def test_serve_loads_the_service_only_to_run_it(option: str, environ: dict[str, str]) -> None:
    """Help, and what is wrong with a setting, come without what answers requests, holds tables and runs tasks."""
    loaded = loaded_by("serve", option, **environ)
    assert "filmstrip.cli.commands.serve" in loaded
    assert loaded & (_SERVICE | {"aiohttp", "urllib3", "obstore", "numpy", "av"}) - {"structlog"} == set()
