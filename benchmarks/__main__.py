"""`python -m benchmarks`: runs the peers in turn, round after round, and writes the report.

In turn, because a machine is not equally fast at all times: what is compared was measured next to each other.
"""

from __future__ import annotations

import argparse
import compileall
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import benchmarks
import filmstrip
from benchmarks import machine, picture, report, results
from benchmarks.peers import BY_NAME, Peer
from benchmarks.results import Record
from benchmarks.running import run_floor, run_peer
from benchmarks.sources import SOURCES, Source

RESULTS = Path(__file__).parent / "results"
_DEFAULT_SOURCES = "main_h264_1080p60"
_LONGEST_FULL_DECODE_SECONDS = 1000


def main() -> None:
    """Read the command line, measure, report."""
    given = _arguments()
    _compile()
    facts, records = machine.facts(), []
    for source, interval, peers in _tasks(given):
        for record in measure_task(source, interval, peers, given):
            records.append(record)
            print(_line(record), flush=True)
            results.save(records, facts, RESULTS / f"{given.name}.json")
    write_report(given.name)


def _compile() -> None:
    """Compile our own code, as an installer compiles what it installs: the peers' packages are compiled too."""
    for package in (filmstrip, benchmarks):
        compileall.compile_dir(Path(package.__path__[0]), quiet=1)


def _tasks(given: argparse.Namespace) -> Iterator[tuple[Source, Fraction, list[Peer]]]:
    peers = [BY_NAME[name] for name in given.peers.split(",")]
    ours = [peer for peer in peers if peer.is_ours]
    for source in SOURCES.values() if given.sources == "all" else (SOURCES[name] for name in given.sources.split(",")):
        yield from ((source, interval, peers) for interval in _fractions(given.intervals))
        yield from ((source, interval, ours) for interval in _fractions(given.ours_only_at))


def _fractions(text: str) -> list[Fraction]:
    return [Fraction(part) for part in text.split(",") if part]


def measure_task(source: Source, interval: Fraction, peers: list[Peer], given: argparse.Namespace) -> Iterator[Record]:
    """Run all peers and the floor at one task, in turn, round after round."""
    _warm(source.path)
    is_long = source.seconds > _LONGEST_FULL_DECODE_SECONDS
    for number in range(given.rounds):
        yield run_floor(source, interval, number)
        if interval <= given.full_floor_up_to and not is_long and not number:
            yield run_floor(source, interval, number, everything=True)
        for peer in peers:
            # A decode of the whole takes minutes, so it runs once, and not at all on hours of film.
            if not (peer.decodes_everything and (is_long or number)):
                yield run_peer(peer, source, interval, number, given.limit)


def _warm(path: Path) -> None:
    """Bring a file into the page cache: disks are not what is compared."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def write_report(name: str) -> None:
    """Write table and picture of saved results."""
    records, facts = results.load(RESULTS / f"{name}.json")
    (RESULTS / f"{name}.md").write_text(report.markdown(records, facts))
    (RESULTS / f"{name}.svg").write_text(picture.svg(records))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sources", default=_DEFAULT_SOURCES, help=f"all, or of {', '.join(SOURCES)}, by commas")
    parser.add_argument("--intervals", default="30,10,2", help="seconds between two pictures; separated by commas")
    parser.add_argument("--ours-only-at", default="1", help="intervals that would take peers hours")
    parser.add_argument("--peers", default=",".join(BY_NAME), help="separated by commas")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each; a full decode runs once")
    parser.add_argument("--limit", type=float, default=1800, help="seconds after which a run is given up")
    parser.add_argument(
        "--full-floor-up-to",
        type=Fraction,
        default=Fraction(1),
        help="largest interval that is also compared with the floor of a full decode",
    )
    parser.add_argument("--name", default="latest", help="name of the results")
    return parser.parse_args()


def _line(record: Record) -> str:
    exact = "" if record.exact is None else f"  exact {record.exact}/{record.images}"
    return (
        f"{record.source} {record.interval:g} s  {record.peer:20} wall {record.wall_seconds:7.2f}  "
        f"CPU {record.cpu_seconds:7.2f}  {record.peak_mib:5.0f} MiB  read {record.read_mb:7.1f} MB{exact}"
        f"{'  ' + record.failure.splitlines()[0] if record.failure else ''}"
    )


if __name__ == "__main__":
    main()
