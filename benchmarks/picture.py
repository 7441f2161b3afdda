"""What do results look like? Bars of CPU seconds, one group a task, as SVG that follows light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from benchmarks.report import source_title, tasks, title_of
from benchmarks.results import Record, middle, pick

_WIDTH, _LABEL, _ROW, _GAP = 860, 300, 22, 34
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600}.other{fill:#9aa4b2}.ours{fill:#2f7d5b}"
    ".floor{fill:#c9a227}@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)
_OURS = ("engine", "filmstrip")


def svg(records: Sequence[Record]) -> str:
    """Draw all tasks."""
    parts: list[str] = []
    top = 10
    for source, interval in tasks(records):
        drawn, height = _group(records, source, interval, top)
        parts.append(drawn)
        top += height + _GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" viewBox="0 0 {_WIDTH} {top}">'
    return f"{head}<style>{_STYLE}</style>{''.join(parts)}</svg>\n"


def _group(records: Sequence[Record], source: str, interval: float, top: int) -> tuple[str, int]:
    peers = dict.fromkeys(r.peer for r in records if (r.source, r.interval) == (source, interval))
    costs = {peer: middle(pick(records, source, interval, peer), "cpu_seconds") for peer in peers}
    known = sorted(((cost, peer) for peer, cost in costs.items() if cost is not None))
    longest = max((cost for cost, _ in known), default=1)
    title = f"{source_title(source)}, every {interval:g} s: CPU seconds"
    drawn = [f'<text class="title" x="0" y="{top + 12}">{escape(title)}</text>']
    for place, (cost, peer) in enumerate(known, 1):
        drawn.append(_bar(peer, cost, longest, top + place * _ROW))
    return "".join(drawn), (len(known) + 1) * _ROW


def _bar(peer: str, cost: float, longest: float, top: int) -> str:
    width = max(1.0, (_WIDTH - _LABEL - 80) * cost / longest)
    kind = "ours" if peer.startswith(_OURS) else "floor" if peer.startswith("floor") else "other"
    return (
        f'<text x="{_LABEL - 8}" y="{top + 15}" text-anchor="end">{escape(title_of(peer))}</text>'
        f'<rect class="{kind}" x="{_LABEL}" y="{top + 3}" width="{width:.1f}" height="16" rx="2"/>'
        f'<text x="{_LABEL + width + 6:.1f}" y="{top + 15}">{cost:.1f}</text>'
    )
