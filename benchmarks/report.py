"""How do results read? A table in Markdown for each task, the promises with what was measured, and a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.bars import BARS
from benchmarks.peers import BY_NAME
from benchmarks.results import Record, middle, pick, ratio
from benchmarks.sources import SOURCES

_FLOORS = {"floor": "floor: pure decode of the smallest set", "floor-all": "floor of a full decode"}
_TITLES = {**{name: peer.title for name, peer in BY_NAME.items()}, **_FLOORS}
_HEAD = "| | wall s | CPU s | CPU, ours = 1 | Ginstr | peak MiB | read MB | decoded | exact | worst, frames |"
_RULE = "|---|---|---|---|---|---|---|---|---|---|"


def markdown(records: Sequence[Record], machine: dict[str, object]) -> str:
    """Write the whole report."""
    facts = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    parts = ["# Benchmarks", "Written by `make bench`; medians of all rounds.", facts, _promises(records)]
    parts += [_table(records, source, interval) for source, interval in tasks(records)]
    return "\n\n".join(parts) + "\n"


def tasks(records: Iterable[Record]) -> list[tuple[str, float]]:
    """All tasks in the order of their first run."""
    return list(dict.fromkeys((record.source, record.interval) for record in records))


def title_of(peer: str) -> str:
    """What a peer is called in tables."""
    return _TITLES.get(peer, peer)


def source_title(name: str) -> str:
    """What a film is called in tables."""
    return next((source.title for source in SOURCES.values() if source.name == name), name)


def _promises(records: Sequence[Record]) -> str:
    lines = ["| promise | bar | measured | |", "|---|---|---|---|"]
    for bar in BARS:
        sign = "≤" if bar.is_ceiling else "≥"
        kept = {True: "kept", False: "**missed**", None: "not measured"}[bar.holds(records)]
        lines.append(f"| {bar.promise} | {sign} {bar.limit:g} | {_shown(bar.value(records), 2)} | {kept} |")
    return "\n".join(lines)


def _table(records: Sequence[Record], source: str, interval: float) -> str:
    peers = dict.fromkeys(r.peer for r in records if (r.source, r.interval) == (source, interval))
    rows = [_row(records, source, interval, peer) for peer in peers]
    return "\n".join([f"## {source_title(source)}, a picture every {interval:g} s", "", _HEAD, _RULE, *rows])


def _row(records: Sequence[Record], source: str, interval: float, peer: str) -> str:
    runs = pick(records, source, interval, peer)
    failure = next((run.failure for run in runs if run.failure), None)
    if failure:
        return f"| {title_of(peer)} | {failure.splitlines()[0]} | | | | | | | | |"
    ours = pick(records, source, interval, "engine")
    exact = "" if runs[0].exact is None else f"{runs[0].exact}/{runs[0].images}"
    cells = [
        title_of(peer),
        _shown(middle(runs, "wall_seconds"), 2),
        _shown(middle(runs, "cpu_seconds"), 2),
        _shown(ratio(runs, ours, "cpu_seconds"), 2),
        _shown(middle(runs, "instructions"), 1),
        _shown(middle(runs, "peak_mib"), 0),
        _shown(middle(runs, "read_mb"), 1),
        _shown(middle(runs, "frames_decoded"), 0),
        exact,
        "" if runs[0].worst_frames is None else str(runs[0].worst_frames),
    ]
    return "| " + " | ".join(cells) + " |"


def _shown(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
