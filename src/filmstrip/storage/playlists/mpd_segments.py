"""Turns a representation of a DASH manifest into runs of bytes (ISO/IEC 23009-1, 5.3.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError
from filmstrip.storage.playlists.addresses import LONGEST_URL, demand_short, resolved
from filmstrip.storage.playlists.mpd import Element
from filmstrip.storage.playlists.mpd_choice import Representation
from filmstrip.storage.playlists.plan import Run, joined_runs

MOST_SEGMENTS = 100_000
_HOW = ("SegmentTemplate", "SegmentList", "SegmentBase")
_NAME = re.compile(r"\$(?:(RepresentationID|Number|Time|Bandwidth)(?:%0(\d{1,2})d)?)?\$")  # table 16 of 5.3.9.4.4
_RANGE = re.compile(r"(\d{1,18})-(\d{1,18})")
_NUMBER = re.compile(r"-?\d{1,18}")
_ROUNDED_SECONDS = Fraction(1, 4)
"""So far from the truth the length of a presentation may be: it is rounded, and that of its longest track."""


class MpdRuns:
    """Makes the runs of one representation."""

    def __init__(
        self, chosen: Representation, base: str, label: str, seconds: Fraction | None, *, is_last: bool = True
    ) -> None:
        """Gather what the elements around it say.

        Args:
            chosen: The representation.
            base: What names in its period are relative to.
            label: The manifest, as it is shown.
            seconds: How long its period lasts, None if that is not told.
            is_last: Whether no other period follows, whose segments may go on in the same numbers.
        """
        self._chosen = chosen
        self._label = label
        self._seconds = seconds
        self._is_last = is_last
        self._levels = [found for level in chosen.levels for name in _HOW for found in level.all(name)]
        for level in chosen.levels[1:]:
            base = base_of(level, base)
        self._base = base

    def runs(self) -> tuple[Run, ...]:
        """Return the runs, what stands before the segments first.

        Raises:
            LimitExceededError: There are too many.
            SourceUnreadableError: The manifest makes no sense.
            HostNotAllowedError: It names something that may not be read.
        """
        names = {level.name for level in self._levels}
        if "SegmentTemplate" in names:
            return joined_runs((*self._header(), *self._of_template()))
        if "SegmentList" in names:
            return joined_runs((*self._header(), *self._of_list()))
        # A file for itself, whose index is for players that seek.
        return (*self._header(elsewhere=True), Run(self._base))

    def _told(self, name: str) -> str | None:
        """Return an attribute of the innermost element that has it (5.3.9.1)."""
        return next((level.attributes[name] for level in reversed(self._levels) if name in level.attributes), None)

    def _inner(self, name: str) -> Element | None:
        found = [level.first(name) for level in reversed(self._levels)]
        return next((element for element in found if element is not None), None)

    def _whole(self, name: str, default: int) -> int:
        text = self._told(name)
        return default if text is None else self._read(text, name)

    def _read(self, text: str, name: str) -> int:
        if _NUMBER.fullmatch(text.strip()) is None:
            raise self._nonsense(f'{name}="{text[:40]}"')
        return int(text)

    def _nonsense(self, what: str) -> SourceUnreadableError:
        return SourceUnreadableError(f'The playlist "{self._label}" makes no sense at {what}')

    def _header(self, *, elsewhere: bool = False) -> Iterator[Run]:
        """Yield what stands before the segments; with `elsewhere` only if that is in a file for itself."""
        template, element = self._told("initialization"), self._inner("Initialization")
        if template is not None:
            yield Run(resolved(self._base, self._named(template)))
        elif element is not None:
            name = element.attributes.get("sourceURL")
            if name is not None or not elsewhere:
                yield self._run(name, element.attributes.get("range"))

    def _run(self, name: str | None, part: str | None) -> Run:
        url = self._base if name is None else resolved(self._base, name)
        if part is None:
            return Run(url)
        match = _RANGE.fullmatch(part.strip())
        if match is None or int(match[2]) < int(match[1]):
            raise self._nonsense(f'the range "{part[:40]}"')
        return Run(url, int(match[1]), int(match[2]) + 1)

    def _of_list(self) -> Iterator[Run]:
        found = [segment for level in reversed(self._levels) for segment in level.all("SegmentURL")]
        self._demand_few(len(found))
        if not found:
            raise self._nonsense("a SegmentList without segments")
        for segment in found:
            yield self._run(segment.attributes.get("media"), segment.attributes.get("mediaRange"))

    def _of_template(self) -> Iterator[Run]:
        media = self._told("media")
        if media is None:
            raise self._nonsense("a SegmentTemplate without media")
        first = self._whole("startNumber", 1)
        timeline = self._inner("SegmentTimeline")
        if timeline is not None:
            for number, time in enumerate(self._times(timeline), first):
                yield Run(resolved(self._base, self._named(media, number, time)))
            return
        length = self._whole("duration", 0)
        certain, possible = self._counts(length, first)
        self._demand_few(possible)
        offset = self._whole("presentationTimeOffset", 0)
        for index in range(possible):
            url = resolved(self._base, self._named(media, first + index, offset + index * length))
            yield Run(url, may_be_missing=index >= certain)

    def _counts(self, length: int, first: int) -> tuple[int, int]:
        """Return how many segments of one length there are at least, and at most."""
        if (last := self._told("endNumber")) is not None:
            count = max(0, self._read(last, "endNumber") - first + 1)
            return count, count
        if length <= 0:
            if self._told("duration") is None and self._seconds is not None:
                return 1, 1  # one segment, as long as the period (5.3.9.2.2)
            raise self._nonsense("a SegmentTemplate without a duration and a SegmentTimeline")
        if self._seconds is None:
            raise self._nonsense("the length of the presentation, which is missing")
        each = Fraction(length, self._timescale())
        slack = min(_ROUNDED_SECONDS, each / 2)
        longest = self._seconds + (slack if self._is_last else 0)
        return max(1, ceil((self._seconds - slack) / each)), max(1, ceil(longest / each))

    def _timescale(self) -> int:
        timescale = self._whole("timescale", 1)
        if timescale <= 0:
            raise self._nonsense(f'timescale="{timescale}"')
        return timescale

    def _times(self, timeline: Element) -> Iterator[int]:
        """Yield when each segment begins (5.3.9.6), in units of the time scale."""
        entries = timeline.all("S")
        time, count = 0, 0
        for index, entry in enumerate(entries):
            time = self._read(entry.attributes.get("t", str(time)), "t")
            length = self._read(entry.attributes.get("d", ""), "d")
            if length <= 0:
                raise self._nonsense(f'd="{length}"')
            repeats = self._read(entry.attributes.get("r", "0"), "r")
            if repeats < 0:
                following = entries[index + 1] if index + 1 < len(entries) else None
                repeats = self._repeats(time, length, following)
            count += repeats + 1
            self._demand_few(count)
            yield from range(time, time + (repeats + 1) * length, length)
            time += (repeats + 1) * length
        if not count:
            raise self._nonsense("a SegmentTimeline without segments")

    def _repeats(self, time: int, length: int, following: Element | None) -> int:
        """Return how often an entry is repeated that goes on to the next one, or to the end of the period."""
        if following is not None and "t" in following.attributes:
            end = Fraction(self._read(following.attributes["t"], "t"))
        elif self._seconds is not None:
            end = self._seconds * self._timescale() + self._whole("presentationTimeOffset", 0)
        else:
            raise self._nonsense('r="-1" without a length of the presentation')
        return max(0, ceil((end - time) / length) - 1)

    def _demand_few(self, count: int) -> None:
        if count > MOST_SEGMENTS:
            raise LimitExceededError(f'The playlist "{self._label}" has more than {MOST_SEGMENTS} segments')
        demand_short(self._base, count, self._label)

    def _named(self, template: str, number: int | None = None, time: int | None = None) -> str:
        """Fill in a template (5.3.9.4.4)."""
        identity = self._chosen.levels[2].attributes.get("id", "")
        # Each may be short, and what is made of both very long.
        if len(template) + template.count("$") * len(identity) > LONGEST_URL:
            raise self._nonsense(f'"{template[:80]}", which is too long')
        values = {
            "RepresentationID": identity,
            "Bandwidth": self._chosen.bits_per_second,
            "Number": number,
            "Time": time,
        }

        def fill(match: re.Match[str]) -> str:
            if match[1] is None:
                return "$"
            value = values[match[1]]
            if value is None:
                raise self._nonsense(f'"{template[:80]}"')
            return str(value).zfill(int(match[2])) if match[2] and isinstance(value, int) else str(value)

        return _NAME.sub(fill, template)


def base_of(element: Element, base: str) -> str:
    """Return what names in an element are relative to: its first BaseURL (5.6), relative to that around it."""
    found = element.first("BaseURL")
    return base if found is None or not found.text.strip() else resolved(base, found.text.strip())
