"""`make soak`: thousands of tasks, and chaos all the time."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.sample_video import make_sample
from filmstrip.testing.seaweedfs import running_seaweedfs
from postgresql_server import running_postgresql
from soak.chaos import Chaos
from soak.running import LIVE_SECONDS, Report, Soak

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "soak.md"
_SECONDS = 2


def main() -> int:
    """Run, print what came of it, and write a line of it beside the other results."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--keep", action="store_true", help="add a line to benchmarks/results/soak.md")
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.flush()
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    video = folder / "film.mp4"
    make_sample(video, MediaSettings(), lambda _fraction: None, duration_seconds=_SECONDS)
    with running_postgresql() as database, running_seaweedfs(folder / "store") as store:
        soak = Soak(folder, video, store, database)
        with soak.fleet as fleet:
            chaos = Chaos(fleet, database[1], asked.seed, live_seconds=LIVE_SECONDS)
            report = soak.run(asked.tasks, Chaos.start, chaos)
    sys.stdout.write(f"{report}\nlogs are in {folder}/logs\n")
    if asked.keep:
        _keep(report, asked.seed)
    return 0 if report.is_good else 1


def _keep(report: Report, seed: int) -> None:
    happened = ", ".join(f"{deed} {times}" for deed, times in sorted(report.chaos.items()))
    memory = ", ".join(f"{name} {first >> 10} → {last >> 10}" for name, (first, last) in report.memory.items())
    cells = (
        datetime.now(UTC).date().isoformat(),
        str(report.tasks),
        str(seed),
        f"{report.seconds:.0f}",
        str(len(report.stuck) + max(0, -report.unknown)),
        str(len(report.failed)),
        str(len(report.doubled) + max(0, report.unknown)),
        str(len(report.wrong)),
        happened,
        memory,
    )
    with RESULTS.open("a") as file:
        file.write(f"| {' | '.join(cells)} |\n")


if __name__ == "__main__":
    sys.exit(main())
