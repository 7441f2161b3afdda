"""The fragments of a file that are known, and what they tell of where the others are."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from statistics import median_low

from filmstrip.media.containers.fragments.fragment_boxes import Fragment

_MOST_KNOWN = 50_000


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A fragment with video.

    Attributes:
        position: Its first byte.
        data_end: The first byte behind the last of its samples, of any track.
        sequence: Its number.
        begin: When its first picture is decoded, in units of the video.
        end: When its last picture is over, in decoding time.
        key_pts: When its first keyframe is shown, before the edit list; None if it has none.
    """

    position: int
    data_end: int = field(compare=False)
    sequence: int = field(compare=False)
    begin: int = field(compare=False)
    end: int = field(compare=False)
    key_pts: int | None = field(compare=False)


class FragmentPlaces:
    """The fragments with video that are known, in order. Safe to use from several threads at once."""

    def __init__(self, video: int, begin: int) -> None:
        """Know none yet.

        Args:
            video: ID of the track.
            begin: From which byte on there may be fragments.
        """
        self._video = video
        self._begin = begin
        self._lock = threading.Lock()
        self._known: list[Place] = []

    def last(self) -> Place | None:
        """Return the last fragment that is known."""
        with self._lock:
            return self._known[-1] if self._known else None

    def remember(self, fragments: list[Fragment]) -> bool:
        """Keep where fragments lie, for later searches; tell whether that is new of any."""
        places = [place for fragment in fragments if (place := self.place(fragment)) is not None]
        with self._lock:
            new = [place for place in places if not self._holds(place)][: max(0, _MOST_KNOWN - len(self._known))]
            for place in new:
                insort(self._known, place)
        return bool(new)

    def _holds(self, place: Place) -> bool:
        number = bisect_left(self._known, place)
        return number < len(self._known) and self._known[number].position == place.position

    def place(self, fragment: Fragment) -> Place | None:
        """Return the place of a fragment; None for one without video."""
        samples = fragment.samples.get(self._video)
        if not samples:
            return None
        end = samples[-1].dts + samples[-1].duration
        keys = [sample.pts for sample in samples if sample.is_keyframe]
        key = min(keys, default=None)
        return Place(fragment.position, fragment.data_end, fragment.sequence, samples[0].dts, end, key)

    def holding(self, pts: int) -> Place | None:
        """Return the fragment that holds a moment, if it is known."""
        place, _ = self.neighbours(pts)
        return place if place is not None and place.begin <= pts < place.end else None

    def usual(self) -> tuple[int, int]:
        """Return how many bytes and how much time most fragments take."""
        with self._lock:
            sizes = [place.data_end - place.position for place in self._known]
            return median_low(sizes), median_low([place.end - place.begin for place in self._known])

    def estimate(self, pts: int) -> int:
        """Guess the byte of a moment from the fragments around it that are known."""
        low, high = self.neighbours(pts)
        if low is None:
            return self._begin
        if pts < low.end or high is None:
            part = (pts - low.begin) / max(1, low.end - low.begin)
            return low.position + int((low.data_end - low.position) * min(1.0, max(0.0, part)))
        part = (pts - low.end) / max(1, high.begin - low.end)
        return low.data_end + int((high.position - low.data_end) * min(1.0, part))

    def neighbours(self, pts: int) -> tuple[Place | None, Place | None]:
        """Return the known fragments before and behind a moment."""
        with self._lock:
            number = bisect_right(self._known, pts, key=lambda place: place.begin)
            low = self._known[max(0, number - 1)] if self._known else None
            return low, self._known[number] if number < len(self._known) else None

    def last_keyed(self, pts: int) -> Place | None:
        """Find the last known fragment with a keyframe up to a moment; of streams that mark none, the last one."""
        with self._lock:
            number = bisect_right(self._known, pts, key=lambda place: place.begin)
            keyed = (place for place in reversed(self._known[:number]) if place.key_pts is not None)
            found = next((place for place in keyed if place.key_pts is not None and place.key_pts <= pts), None)
            return found or (self._known[0] if self._known else None)
