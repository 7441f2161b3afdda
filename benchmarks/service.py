"""`python -m benchmarks.service`: what does a job of thumbnails alone take beyond the engine's own work?

The job goes over HTTP to the service, which reads the source from a real S3 server and puts the pictures there; the
engine reads the same source from the same server and writes to disk. Both in turn.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from statistics import median

from benchmarks.measure import measure
from benchmarks.peers import ENGINE, HEIGHT, WIDTH, Task
from benchmarks.sources import SOURCES
from filmstrip.cli.demo.api_client import ApiClient
from filmstrip.cli.demo.stage import Stage, running_stage

_LIMIT_SECONDS = 600


def main() -> None:
    """Compare both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    parser.add_argument("--source", default="main_h264_1080p60", choices=SOURCES)
    parser.add_argument("--interval", type=Fraction, default=Fraction(30))
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    source = SOURCES[given.source]
    with tempfile.TemporaryDirectory() as folder, running_stage(source.path, Path(folder) / "log") as stage:
        task = Task(source, given.interval, Path(folder))
        engine, service = zip(
            *((_engine(task, stage), _service(task, stage)) for _ in range(given.rounds)), strict=True
        )
    print(
        f"engine {median(engine):.2f} s, service {median(service):.2f} s: {median(service) - median(engine):.2f} s more"
    )


def _engine(task: Task, stage: Stage) -> float:
    cost = measure([*ENGINE, stage.source_url, str(task.interval), str(task.count), str(task.folder)])
    if cost.exit_code:
        raise RuntimeError(cost.errors)
    return cost.wall_seconds


def _service(task: Task, stage: Stage) -> float:
    """Run a job, from the request that starts it to the answer that it is completed."""
    output = {
        "output": "thumbnails",
        "destination": stage.bucket.destination("benchmark/"),
        "interval": float(task.interval),
        "width": WIDTH,
        "height": HEIGHT,
        "image_format": "jpg",
    }
    client = ApiClient(stage.service_url)
    token = client.create_token(client.access_token(stage.api_key))
    began_at = time.perf_counter()
    client.start_encode2(token, json.dumps({"query": {"source": stage.source_url, "format": [output]}}))
    *_, last = client.states(token, _LIMIT_SECONDS)
    if last.error:
        raise RuntimeError(last.error_description)
    return time.perf_counter() - began_at


if __name__ == "__main__":
    main()
