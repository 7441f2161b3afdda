"""What was measured? One record a run, kept as JSON, and the medians of the rounds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Record:
    """One run of one peer at one task.

    Attributes:
        source: Name of the film.
        interval: Seconds between two pictures.
        peer: Name of the peer; "floor" and "floor-all" for the floors.
        round: Which round, from 0.
        wall_seconds: From start to end.
        cpu_seconds: User and system time, of all processes.
        peak_mib: Largest resident set of one process.
        read_mb: Bytes read, in millions.
        instructions: In thousand millions; None if they could not be counted.
        work_cpu_seconds: The part of it after interpreter and libraries are loaded; None if it does not tell.
        frames_decoded: Pictures that decoders made; None if it does not tell.
        images: Pictures that it made; None if they are not single files.
        exact: Pictures that show the right frame; None if they are not single files.
        worst_frames: By how many frames the worst picture is wrong.
        failure: Why there is no result, None for success.
    """

    source: str
    interval: float
    peer: str
    round: int
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    read_mb: float
    instructions: float | None = None
    work_cpu_seconds: float | None = None
    frames_decoded: int | None = None
    images: int | None = None
    exact: int | None = None
    worst_frames: int | None = None
    failure: str | None = None


def middle(records: Sequence[Record], field: str) -> float | None:
    """The median of a field over the rounds; None if it is unknown."""
    values = [value for record in records if (value := getattr(record, field)) is not None and not record.failure]
    return median(values) if values else None


def pick(records: Iterable[Record], source: str, interval: float, peer: str) -> list[Record]:
    """The rounds of one peer at one task."""
    return [r for r in records if (r.source, r.interval, r.peer) == (source, interval, peer)]


def ratio(over: Sequence[Record], under: Sequence[Record], field: str) -> float | None:
    """Divide two medians; None if one is unknown."""
    above, below = middle(over, field), middle(under, field)
    return None if above is None or not below else above / below


def save(records: Sequence[Record], machine: dict[str, object], path: Path) -> None:
    """Write all records with the facts of the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    runs = [asdict(record) for record in records]
    path.write_text(json.dumps({"machine": machine, "runs": runs}, indent=1) + "\n")


def load(path: Path) -> tuple[list[Record], dict[str, object]]:
    """Read what `save` wrote."""
    content = json.loads(path.read_text())
    return [Record(**run) for run in content["runs"]], content["machine"]
