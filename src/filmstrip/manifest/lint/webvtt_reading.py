"""Reading a WebVTT track so that whatever is unusual about it can still be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_TIME = r"(?:(\d{2,9}):)?(\d{2}):(\d{2})\.(\d{3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(.*)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLOCK_KINDS = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class VttCue:
    """A cue as it is written.

    Attributes:
        line: Line number of its first line, from 1.
        number: Its number in the track, from 1.
        identifier: The line above the timing, if any.
        start: First moment in seconds.
        end: First moment after it, in seconds.
        settings: What stands after the end time.
        payload: The lines below the timing.
    """

    line: int
    number: int
    identifier: str | None
    start: Fraction
    end: Fraction
    settings: str
    payload: tuple[str, ...]

    @property
    def name(self) -> str:
        """The picture's address without its fragment."""
        return self.payload[0].partition("#")[0].strip() if self.payload else ""

    @property
    def fragment(self) -> str | None:
        """What follows the first number sign, None without one."""
        _, sign, fragment = (self.payload[0] if self.payload else "").partition("#")
        return fragment.strip() if sign else None

    def __str__(self) -> str:
        return f"cue {self.number} (line {self.line})"


@dataclass(frozen=True, slots=True)
class VttTrack:
    """A track as it is written.

    Attributes:
        signature: The first line.
        header: The lines between the first line and the first blank line.
        cues: All cues, in order of the file.
        other_blocks: Comments, styles and regions: line number and kind.
        broken_blocks: Line numbers of blocks that are none of these.
        wide_gaps: Line numbers of blocks with more than one blank line above.
        has_crlf: Whether any line ends in CR LF.
    """

    signature: str
    header: tuple[str, ...]
    cues: tuple[VttCue, ...]
    other_blocks: tuple[tuple[int, str], ...]
    broken_blocks: tuple[int, ...]
    wide_gaps: tuple[int, ...]
    has_crlf: bool


def read_webvtt(data: bytes) -> VttTrack:
    """Read a track, whatever it looks like."""
    text = data.decode("utf-8-sig", errors="replace")
    (_, _, head), *blocks = _blocks(_LINE_END.split(text)) or [(1, 0, [""])]
    cues: list[VttCue] = []
    others: list[tuple[int, str]] = []
    broken: list[int] = []
    for line, _, lines in blocks:
        kind = lines[0].split()[0]
        cue = _read_cue(line, len(cues) + 1, lines)
        if cue:
            cues.append(cue)
        elif kind in _BLOCK_KINDS:
            others.append((line, kind))
        else:
            broken.append(line)
    wide = tuple(line for line, gap, _ in blocks if gap > 1)
    return VttTrack(head[0], tuple(head[1:]), tuple(cues), tuple(others), tuple(broken), wide, "\r\n" in text)


def _blocks(lines: list[str]) -> list[tuple[int, int, list[str]]]:
    """Cut at blank lines: number of the first line, count of blank lines above, lines."""
    return list(_cut(lines))


def _cut(lines: list[str]) -> Iterator[tuple[int, int, list[str]]]:
    block: list[str] = []
    gap = gap_above = 0
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            if not block:
                gap_above, gap = gap, 0
            block.append(line)
            continue
        if block:
            yield number - len(block), gap_above, block
            block = []
        gap += 1


def _read_cue(line: int, number: int, lines: list[str]) -> VttCue | None:
    for position, identifier in ((0, None), (1, lines[0])):
        match = _TIMING.fullmatch(lines[position]) if position < len(lines) else None
        if match:
            start, end = _seconds(*match.groups()[:4]), _seconds(*match.groups()[4:8])
            return VttCue(line, number, identifier, start, end, match[9].strip(), tuple(lines[position + 1 :]))
    return None


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> Fraction:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + Fraction(int(milliseconds), 1000)
