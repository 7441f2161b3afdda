"""Finds where in a broadcast stream the clock starts again.

Recordings that were put one behind the other (`cat a.ts b.ts`, the titles of a DVD) keep the times of their own: they
jump back, or ahead by hours. libav looks moments up in such a file as if its times only grew, and finds any of them.
Looked for are jumps between places: of a local file every 256 KiB up to a thousand, of a remote one twenty. A part that
lies between two of them, or a step ahead that is short beside them, is not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from statistics import median_low

from filmstrip.domain.clocks import MPEG_CLOCK_HZ
from filmstrip.media.containers.program_times import (
    SOUND,
    Stamp,
    distance,
    find_entry,
    first_stamp,
    is_counted_on,
    read_stamps,
)
from filmstrip.media.source.header_bytes import size_of
from filmstrip.media.source.media_source import LocalFile, MediaSource

_PLACES = 16
# A short part is most likely the first or the last one.
_PLACES_NEAR_ENDS = (32, 128)
_PLACES_AT_ONCE = 4
_LOCAL_STRIDE_BYTES = 256 << 10
_MOST_LOCAL_PLACES = 1024
_GOLDEN_RATIO = 0.618
_NEAR_BYTES = 256 << 10
_MOST_JUMPS = 1000
# Decoding times only grow; ffmpeg as well forgives so much.
_LEAST_STEP_BACK = MPEG_CLOCK_HZ // 10
# Without decoding times, those at which pictures are shown are all there is.
_LONGEST_REORDERING = 2 * MPEG_CLOCK_HZ
# Silence for longer is a new clock, to ffmpeg too.
_LONGEST_STEP = 10 * MPEG_CLOCK_HZ
# Encoders look ahead, and store pictures that come rarely long after their sound.
_FARTHEST_SOUND = 30 * MPEG_CLOCK_HZ
# By which sound is stored before the pictures of its time, or behind them.
_LONGEST_LEAD = 2 * MPEG_CLOCK_HZ
# A stretch that takes this many times as long as usual is looked into.
_CONSPICUOUS = 4


class TooManyJumpsError(Exception):
    """The clock jumps more often than pieces can be handled."""


def find_clock_jumps(source: MediaSource) -> list[int]:
    """Find the bytes before which the clock of an MPEG transport or program stream jumps, in order.

    The stream must have one video stream at a time.

    Raises:
        TooManyJumpsError: There are more than a thousand.
    """
    jumps: set[int] = set()
    unseen = [(0, size_of(source))]
    while unseen:
        start, end = unseen.pop()
        found = _jumps_between_places(source, start, end)
        jumps.update(found)
        if len(jumps) > _MOST_JUMPS:
            raise TooManyJumpsError
        # All parts may hold further jumps, which show now that these are known.
        unseen += pairwise([start, *found, end]) if found else []
    return sorted(jumps)


def stamps_at_places(source: MediaSource) -> list[Stamp | None]:
    """Read the times at the places that are looked at first, None where none is told."""
    return _stamps_at_places(source, 0, size_of(source))


def _jumps_between_places(source: MediaSource, start: int, end: int) -> list[int]:
    spread = {stamp for stamp in _stamps_at_places(source, start, end) if stamp is not None}
    usual = median_low([0, *(distance(before, after) for before, after in pairwise(_in_order(spread)))])
    conspicuous = _LONGEST_STEP + _CONSPICUOUS * max(0, usual)
    suspects = (
        (before, after)
        for before, after in pairwise(_in_order(spread | _stamps_at_ends(source, start, end)))
        if not -_LEAST_STEP_BACK <= distance(before, after) <= conspicuous
    )
    jumps = {_narrow_down(source, before, after) for before, after in suspects}
    return sorted(jump for jump in jumps if jump is not None and start < jump < end)


def _in_order(stamps: Iterable[Stamp]) -> list[Stamp]:
    return sorted(stamps, key=lambda stamp: stamp.position)


def _stamps_at_places(source: MediaSource, start: int, end: int) -> list[Stamp | None]:
    if isinstance(source, LocalFile):
        count = min(max(_PLACES, (end - start) // _LOCAL_STRIDE_BYTES), _MOST_LOCAL_PLACES)
        return [first_stamp(source, place, end) for place in _places(start, end, count)]
    with ThreadPoolExecutor(_PLACES_AT_ONCE) as pool:  # each place is a request
        return list(pool.map(lambda place: first_stamp(source, place, end), _places(start, end, _PLACES)))


def _stamps_at_ends(source: MediaSource, start: int, end: int) -> set[Stamp]:
    """Read all times near the ends of a range of a local file: a very short recording is most likely there."""
    if not isinstance(source, LocalFile):
        return set()
    first = read_stamps(source, start, min(end, start + _NEAR_BYTES))
    return {*first, *read_stamps(source, max(start, end - _NEAR_BYTES), end)}


def _places(start: int, end: int, count: int) -> Sequence[int]:
    """Spread places over a range, unevenly: at even distances, all could fall on one moment of recordings alike."""
    length = end - start
    stride = max(1, length // count)
    spread = [
        place + int(stride / 2 * (number * _GOLDEN_RATIO % 1)) for number, place in enumerate(range(start, end, stride))
    ]
    near_ends = [place for part in _PLACES_NEAR_ENDS for place in (start + length // part, end - length // part)]
    return sorted({*spread, *near_ends})


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
    return _find_jump(source, before, end, after)


def _find_jump(source: MediaSource, before: Stamp, end: int, after: Stamp) -> int | None:
    """Find the one step between two packets that is none of time.

    Args:
        source: The bytes.
        before: A packet not far before the jump.
        end: A byte not far behind `before`, from which on there may be nothing for long.
        after: A packet not far behind the jump.
    """
    near = [
        *read_stamps(source, max(0, before.position - _NEAR_BYTES), end + _NEAR_BYTES),
        *read_stamps(source, max(before.position, after.position - _NEAR_BYTES), after.position + _NEAR_BYTES),
    ]
    stamps = _in_order(set(near))
    odd = [
        (last, first)
        for number, (last, first) in enumerate(pairwise(stamps))
        if before.position <= last.position and first.position <= after.position
        if not _is_time(distance(last, first)) and not _is_single(stamps, number)
    ]
    is_back = distance(before, after) < 0
    # One of the kind that is looked for comes first: a picture that stays for long may stand before it.
    for last, first in sorted(odd, key=lambda pair: (distance(*pair) < 0) != is_back):
        if _is_new_clock(source, last, first):
            return _cut(source, last, first)
    return None


def _is_new_clock(source: MediaSource, before: Stamp, after: Stamp) -> bool:
    """Check whether a clock starts again: it is no picture that stays for long, and no order of pictures as stored."""
    step = distance(before, after)
    if step < -_LONGEST_REORDERING:
        return True
    if is_counted_on(source, before.position, after.position):
        return False
    return step < 0 or not _sound_goes_on(source, before, after)


def _is_time(step: int) -> bool:
    return -_LEAST_STEP_BACK <= step <= _LONGEST_STEP


def _is_single(stamps: Sequence[Stamp], number: int) -> bool:
    """Check whether a step is that to or from a single wrong time, without which time goes on: damage, and no jump."""
    without_last = (number - 1, number + 1)
    without_first = (number, number + 2)
    return any(
        first >= 0 and second < len(stamps) and _is_time(distance(stamps[first], stamps[second]))
        for first, second in (without_last, without_first)
    )


def _sound_goes_on(source: MediaSource, before: Stamp, after: Stamp) -> bool:
    """Check whether sound lies on both sides of two pictures whose clock does not jump: one stays for long."""
    earlier = list(read_stamps(source, max(0, before.position - _NEAR_BYTES), before.position, SOUND))
    later = list(read_stamps(source, after.position, after.position + _NEAR_BYTES, SOUND))
    if not earlier or not later:
        return False
    if max(abs(distance(earlier[-1], before)), abs(distance(later[0], after))) > _FARTHEST_SOUND:
        return False
    stride = max(1, (after.position - before.position) // _PLACES)
    places = range(before.position, after.position, stride)
    between = (first_stamp(source, place, after.position, SOUND) for place in places)
    sound = [earlier[-1], *(stamp for stamp in between if stamp is not None), later[0]]
    steps = [distance(one, other) for one, other in pairwise(sound)]
    # A jump is one of the steps; time that passes is spread over them.
    return max(steps) <= max(_LONGEST_STEP, distance(earlier[-1], later[0]) // 2)


def _cut(source: MediaSource, before: Stamp, after: Stamp) -> int:
    """Find the byte between two pictures with which the new clock begins, be it with sound."""
    begin = max(before.position, after.position - _NEAR_BYTES)
    sound = list(read_stamps(source, max(0, begin - _NEAR_BYTES), after.position, SOUND))
    restarted = [stamp for last, stamp in pairwise(sound) if abs(distance(last, stamp)) > MPEG_CLOCK_HZ]
    near_after = [stamp for stamp in sound if abs(distance(before, stamp)) > abs(distance(stamp, after))]
    # Other sound may stand between two films.
    leads_on = bool(sound) and abs(distance(sound[-1], after)) <= _LONGEST_LEAD
    candidates = [*restarted[-1:], *near_after[:1], after] if leads_on else [after]
    first = next(stamp for stamp in candidates if stamp.position > begin)
    last = max((stamp.position for stamp in sound if begin < stamp.position < first.position), default=begin)
    return find_entry(source, last, first.position)
