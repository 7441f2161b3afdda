"""Is it known until when each frame is shown, as early as it can be known?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from filmstrip.media.containers.display_order import DisplayOrder, Shown


@dataclass(frozen=True)
class Stamp:
    pts: int | None
    dts: int | None


def settle(packets: list[Stamp]) -> list[Shown[Stamp]]:
    order: DisplayOrder[Stamp] = DisplayOrder()
    shown = [each for packet in packets for each in order.push(packet)]
    return shown + list(order.finish())


@st.composite
def streams(draw: st.DrawFn) -> list[Stamp]:
    """Packets as encoders make them: mini-GOPs decoded last picture first, with irregular steps of time."""
    steps = draw(st.lists(st.integers(1, 50), min_size=1, max_size=60))
    times = [sum(steps[:count]) for count in range(len(steps))]
    reorder = draw(st.integers(1, 8))
    decode_order: list[int] = [times[0]]
    for first in range(1, len(times), reorder):
        *earlier, last = times[first : first + reorder]
        decode_order += [last, *earlier]
    delay = max(1, reorder)
    dts = [-delay + index for index in range(delay)] + sorted(times)
    return [Stamp(pts, min(dts[index], pts)) for index, pts in enumerate(decode_order)]


@given(streams())
def test_every_frame_is_shown_until_the_next_one(packets: list[Stamp]) -> None:
    """In whatever order packets come, they come back in it, each with the next larger PTS as its end."""
    shown = settle(packets)
    assert [each.packet for each in shown] == packets
    times = sorted(packet.pts for packet in packets if packet.pts is not None)
    following = dict(pairwise(times))
    assert all(each.end == following.get(each.start or 0) for each in shown)


@given(streams(), st.integers(0, 3000))
def test_exactly_one_frame_is_shown_at_each_moment(packets: list[Stamp], moment: int) -> None:
    """No moment from the first frame on is without a frame, and none has two."""
    assert sum(each.covers(moment) for each in settle(packets)) == 1


def test_little_is_held_back() -> None:
    """A frame is settled as soon as the decode times have reached the one after it."""
    order: DisplayOrder[Stamp] = DisplayOrder()
    settled = [list(order.push(packet)) for packet in [Stamp(0, -1), Stamp(1, 0), Stamp(2, 1), Stamp(3, 2)]]
    assert [len(each) for each in settled] == [0, 1, 1, 1]


def test_of_two_frames_with_one_time_the_last_is_shown() -> None:
    """Time stands still: the first of the two is shown for no time."""
    first, second, _ = settle([Stamp(0, 0), Stamp(0, 0), Stamp(5, 5)])
    assert not first.covers(0)
    assert second.covers(0)
    assert second.repeats == 1


def test_without_decode_times_the_deepest_reordering_settles_it() -> None:
    """Some containers store no decode times; packets still come back before the stream has ended."""
    order: DisplayOrder[Stamp] = DisplayOrder()
    settled = [each for number in range(100) for each in order.push(Stamp(number, None))]
    assert len(settled) > 15
    assert all(each.end == (each.start or 0) + 1 for each in settled)


def test_a_frame_is_shown_until_the_next_one_however_late_that_is_decoded() -> None:
    """Sixteen frames that are shown earlier and the anchor of the next sixteen come first: none of them is taken."""
    before = [Stamp(pts, pts) for pts in range(1, 17)]
    anchor, following, first_after = Stamp(17, 0), Stamp(34, 17), Stamp(18, 18)
    shown = settle([Stamp(0, -1), anchor, *before, following, first_after])
    assert next(each.end for each in shown if each.packet == anchor) == 18
