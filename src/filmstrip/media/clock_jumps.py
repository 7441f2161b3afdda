"""Where in a broadcast stream does the clock start anew?

Recordings that were put one behind the other (`cat a.ts b.ts`, the titles of a DVD) keep the times of their own: they
jump back, or ahead by hours. libav looks moments up in such a file as if its times only grew, and finds any of them.
Looked for are jumps between a few places; what happens and is undone between two of them is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise
from statistics import median_low

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.header_bytes import size_of
from filmstrip.media.program_times import (
    CLOCK_RATE,
    SOUND,
    Stamp,
    distance,
    find_entry,
    first_stamp,
    read_stamps,
)
from filmstrip.media.source import MediaSource

_PLACES = 16
_PLACES_AT_ONCE = 4
_GOLDEN_RATIO = 0.618
# Each of them is opened by itself.
_MOST_JUMPS = 1000
_NEAR_BYTES = 256 << 10
# Decoding times only grow; ffmpeg as well forgives so much.
_LEAST_STEP_BACK = CLOCK_RATE // 10
# Silence for longer is a new clock, to ffmpeg too.
_LONGEST_STEP = 10 * CLOCK_RATE
# A stretch that takes this many times as long as usual is looked into.
_CONSPICUOUS = 4


def find_clock_jumps(source: MediaSource) -> list[int]:
    """Find the bytes before which the clock of an MPEG transport or program stream jumps, in order.

    The stream must have one video stream at a time.

    Raises:
        SourceUnreadableError: There are more jumps than any recording has.
    """
    jumps: list[int] = []
    unseen = [(0, size_of(source))]
    while unseen:
        start, end = unseen.pop()
        found = _jumps_between_places(source, start, end)
        jumps += found
        if len(jumps) > _MOST_JUMPS:
            raise SourceUnreadableError(f"the source's clock jumps more than {_MOST_JUMPS} times")
        # All parts may hold further jumps, which show now that these are known.
        unseen += pairwise([start, *found, end]) if found else []
    return sorted(jumps)


def _jumps_between_places(source: MediaSource, start: int, end: int) -> list[int]:
    places = list(_places(start, end))
    with ThreadPoolExecutor(_PLACES_AT_ONCE) as pool:  # of a remote source, each place is a request
        found = list(pool.map(lambda place: first_stamp(source, place, end), places))
    stamps = [stamp for stamp, _ in groupby(found) if stamp is not None]
    steps = [distance(before, after) for before, after in pairwise(stamps)]
    conspicuous = _LONGEST_STEP + _CONSPICUOUS * max(0, median_low(steps)) if steps else 0
    suspects = (
        pair for pair, step in zip(pairwise(stamps), steps, strict=True) if not -_LEAST_STEP_BACK <= step <= conspicuous
    )
    jumps = {_narrow_down(source, before, after) for before, after in suspects}
    return sorted(jump for jump in jumps if jump is not None and start < jump < end)


def _places(start: int, end: int) -> Iterator[int]:
    """Spread places over a range, unevenly: at even distances, all could fall on one moment of recordings alike."""
    stride = max(1, (end - start) // _PLACES)
    for number, place in enumerate(range(start, end, stride)):
        yield place + int(stride / 2 * (number * _GOLDEN_RATIO % 1))


def _narrow_down(source: MediaSource, before: Stamp, after: Stamp) -> int | None:
    """Halve the stretch between two places until the jump between them is found; None if time only passes slowly."""
    is_back = distance(before, after) < 0
    end = after.position
    while end - before.position > _NEAR_BYTES:
        middle_byte = (before.position + end) // 2
        middle = first_stamp(source, middle_byte, end)
        if middle is None:
            end = middle_byte
        elif distance(before, middle) < 0 if is_back else distance(before, middle) > distance(middle, after):
            after = middle
            end = middle_byte
        else:
            before = middle
    return _find_jump(source, before.position, after.position)


def _find_jump(source: MediaSource, first: int, last: int) -> int | None:
    """Find the one step between two packets that is none of time; a single wrong time is damage, and no jump."""
    stamps = list(read_stamps(source, first, last + 2 * _NEAR_BYTES))
    steps = [distance(before, after) for before, after in pairwise(stamps)]
    for number, step in enumerate(steps):
        around = [*steps[max(0, number - 1) : number], *steps[number + 1 : number + 2]]
        if _is_jump(step) and not any(map(_is_jump, around)):
            before, after = stamps[number], stamps[number + 1]
            if after.position <= last and (step < 0 or not _sound_goes_on(source, before, after)):
                return find_entry(source, before.position, after.position)
    return None


def _is_jump(step: int) -> bool:
    return not -_LEAST_STEP_BACK <= step <= _LONGEST_STEP


def _sound_goes_on(source: MediaSource, before: Stamp, after: Stamp) -> bool:
    """Tell whether there is sound around two pictures whose clock does not jump: then a picture only stays for long."""
    around = max(0, before.position - _NEAR_BYTES), min(size_of(source), after.position + _NEAR_BYTES)
    steps = [distance(earlier, later) for earlier, later in pairwise(read_stamps(source, *around, SOUND))]
    # Of several languages, the times step back and forth a little.
    return bool(steps) and max(steps) <= _LONGEST_STEP
