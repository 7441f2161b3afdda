"""Runs the tests that search for examples with ever new seeds, for FUZZ_SECONDS: `make fuzz`."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parent


def main() -> int:
    """Search until the time is over, or until something is found."""
    ends_at = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "600"))
    files = sorted(str(path) for path in TESTS.rglob("test_*.py") if "from hypothesis import" in path.read_text())
    environment = os.environ | {"HYPOTHESIS_PROFILE": "fuzz"}
    while time.monotonic() < ends_at:
        seed = random.randrange(1 << 32)
        sys.stdout.write(f"seed {seed}\n")
        sys.stdout.flush()
        options = ["-q", "-x", "--timeout=0", f"--hypothesis-seed={seed}", "-p", "no:randomly"]
        code = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *files], env=environment, check=False
        ).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
