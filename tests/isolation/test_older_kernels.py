"""What holds where the kernel has no Landlock, or no system-call filters, and who is told?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from filmstrip.testing.filmstrip_server import filmstrip_program

pytestmark = pytest.mark.timeout(240)
OLDER = Path(__file__).parent.parent / "older_kernel.py"


def run_without(families: str, folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"FILMSTRIP_DATA_DIR": str(folder / "data"), "COLUMNS": "1000"} | settings
    command = [sys.executable, str(OLDER), families, filmstrip_program(), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60, cwd=folder)


@pytest.mark.parametrize(
    ("families", "lost"),
    [
        ("landlock", "(no Landlock), but not from files of others"),
        ("seccomp", "but not from the network, "),
        ("landlock,seccomp", "nothing holds, but not from files of others, the network, other processes, programs, "),
    ],
)
def test_doctor_tells_what_does_not_hold(tmp_path: Path, families: str, lost: str) -> None:
    """Media work is done with what the kernel has, and `doctor` names what is missing; it really tried."""
    done = run_without(families, tmp_path, "doctor")
    assert "✓ media work" in done.stdout
    assert lost in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "families", "missing"),
    [
        (("serve", "--port", "0"), "landlock", "no Landlock"),
        (("probe", str(OLDER)), "seccomp", "no system-call filters"),
    ],
)
def test_what_is_required_is_refused(tmp_path: Path, arguments: tuple[str, ...], families: str, missing: str) -> None:
    """With `isolation` "required", neither the service nor the command line works where something is missing."""
    refused = run_without(families, tmp_path, *arguments, FILMSTRIP_ISOLATION="required")
    assert refused.returncode != 0
    assert f'The setting isolation is "required", but this system has {missing}' in refused.stderr
