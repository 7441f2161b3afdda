"""Which promises were made about speed, and does a set of results keep them?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.results import Record, middle, pick, ratio
from benchmarks.sources import MAIN, UHD

Records = Sequence[Record]


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise.

    Attributes:
        promise: What is promised.
        value: Finds the number in the records; None if it was not measured.
        limit: What the number has to reach.
        is_ceiling: Whether it has to stay at or below the limit, or reach at least that.
    """

    promise: str
    value: Callable[[Records], float | None]
    limit: float
    is_ceiling: bool = True

    def holds(self, records: Records) -> bool | None:
        """Tell whether the promise is kept; None if it was not measured."""
        value = self.value(records)
        if value is None:
            return None
        return value <= self.limit if self.is_ceiling else value >= self.limit


def _main(over: str, under: str, interval: float, field: str = "cpu_seconds") -> Callable[[Records], float | None]:
    def value(records: Records) -> float | None:
        first, second = (pick(records, MAIN.name, interval, peer) for peer in (over, under))
        return ratio(first, second, field)

    return value


def _by_full_decode(records: Records) -> float | None:
    # ffmpeg decodes everything whatever the interval is.
    return ratio(pick(records, MAIN.name, 1, "engine"), pick(records, MAIN.name, 10, "ffmpeg-fps"), "cpu_seconds")


def _peak(source: str) -> Callable[[Records], float | None]:
    def value(records: Records) -> float | None:
        runs = [record for record in records if record.source == source and record.peer == "engine"]
        return middle(runs, "peak_mib")

    return value


BARS = (
    Bar("exact, interval 30: CPU by that of the floor", _main("engine", "floor", 30), 1.10),
    Bar(
        "exact, interval 30: CPU by that of the floor, both without loading the program",
        _main("engine", "floor", 30, "work_cpu_seconds"),
        1.10,
    ),
    Bar("exact, interval 30: instructions by those of the floor", _main("engine", "floor", 30, "instructions"), 1.10),
    Bar("exact, interval 30: CPU by a loop of ffmpeg -ss", _main("engine", "ffmpeg-ss", 30), 0.40),
    Bar("exact, interval 30: wall by a loop of ffmpeg -ss", _main("engine", "ffmpeg-ss", 30, "wall_seconds"), 0.40),
    Bar("exact, interval 30: CPU by the tuned parallel loop", _main("engine", "ffmpeg-ss-parallel", 30), 0.55),
    Bar(
        "exact, interval 30: wall by the tuned parallel loop",
        _main("engine", "ffmpeg-ss-parallel", 30, "wall_seconds"),
        0.55,
    ),
    Bar(
        "exact, interval 10: times faster than fps=1/10:round=up",
        _main("ffmpeg-fps", "engine", 10, "wall_seconds"),
        18,
        is_ceiling=False,
    ),
    Bar("exact, interval 1: CPU by the floor of a full decode", _main("engine", "floor-all", 1), 0.45),
    Bar("exact, interval 1: CPU by ffmpeg's full decode (measured at 10)", _by_full_decode, 0.45),
    Bar(
        "keyframes, interval 10: times faster than -skip_frame nokey",
        _main("ffmpeg-nokey", "engine-keyframe", 10, "wall_seconds"),
        8,
        is_ceiling=False,
    ),
    Bar("exact, interval 30: wall on two cores by wall on one", _main("engine", "engine-1", 30, "wall_seconds"), 0.60),
    Bar("peak memory at 1080p, MiB", _peak(MAIN.name), 150),
    Bar("peak memory at 4K HDR, MiB", _peak(UHD.name), 400),
)
