"""Filmstrip itself as a program of its own, as an operator runs it, on loopback."""

from __future__ import annotations

import os
import shutil
import sysconfig
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filmstrip.testing.running_program import RunningProgram, free_ports

_READY_SECONDS = 60.0
_HTTP_OK = 200


@dataclass(frozen=True, slots=True)
class FilmstripServer:
    """A running service.

    Attributes:
        url: Its address, without a slash at the end.
        program: The process, for tests that end it.
        log: File with all that it logs.
    """

    url: str
    program: RunningProgram = field(repr=False)
    log: Path


@contextmanager
def running_filmstrip(
    data_dir: Path,
    settings: Mapping[str, str] | None = None,
    *,
    port: int | None = None,
    log: Path | None = None,
    role: str = "serve",
) -> Iterator[FilmstripServer]:
    """Run `filmstrip serve`, or another role of it, until the block ends.

    Args:
        data_dir: Its data; what an earlier run left there is resumed.
        settings: Further settings by their environment variable, such as FILMSTRIP_API_KEYS.
        port: Its port, a free one if None.
        log: File that gets its output; beside its data if None.
        role: The command: "serve", "api" or "worker"; the last one has an address that nothing answers at.

    Raises:
        RuntimeError: It does not start; with the end of its log.
    """
    chosen = port or free_ports(1)[0]
    # Blank means default: what is set for another service of this machine has no say here.
    foreign = {name: "" for name in os.environ if name.startswith("FILMSTRIP_")}
    own = {"FILMSTRIP_HOST": "127.0.0.1", "FILMSTRIP_PORT": str(chosen), "FILMSTRIP_DATA_DIR": str(data_dir)}
    log = log or data_dir.with_name(f"{data_dir.name}.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with RunningProgram([filmstrip_program(), role], log, foreign | own | dict(settings or {})) as program:
        url = f"http://127.0.0.1:{chosen}"
        program.wait_until(lambda: _works(log) if role == "worker" else _is_ready(url), _READY_SECONDS)
        yield FilmstripServer(url, program, log)


def filmstrip_program() -> str:
    """Return where the program lies.

    Raises:
        RuntimeError: The package is not installed.
    """
    program = shutil.which("filmstrip", path=sysconfig.get_path("scripts")) or shutil.which("filmstrip")
    if program is None:
        raise RuntimeError("The program filmstrip is missing: install it with `pip install .`")
    return program


def _works(log: Path) -> bool:
    return "working" in log.read_text()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - our own server
            return bool(answer.status == _HTTP_OK)
    except OSError:
        return False
