"""Makes the plan of a DASH manifest: period after period, the pictures and the sound that are taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError
from filmstrip.storage.playlists.mpd import Element, parse_mpd, seconds_in
from filmstrip.storage.playlists.mpd_choice import Representation, choose
from filmstrip.storage.playlists.mpd_segments import MOST_SEGMENTS, MpdRuns, base_of
from filmstrip.storage.playlists.plan import Plan, Run, Section
from filmstrip.storage.playlists.reading import Text

_MOST_PERIODS = 1000
_LEFT_OUT = "urn:mpeg:dash:resolve-to-zero:2013"


def dash_plan(text: Text, short_side: int | None) -> Plan:
    """Decide what is fetched of a manifest.

    Args:
        text: The manifest.
        short_side: Pixels of the smaller side that are enough, None for the best picture.

    Raises:
        SourceUnreadableError: It is live, encrypted, or makes no sense.
        LimitExceededError: It is longer than that of any film.
        HostNotAllowedError: It names something that may not be read.
    """
    mpd = parse_mpd(text.data, text.label)
    if mpd.attributes.get("type", "static").lower() != "static":
        raise SourceUnreadableError(
            f'The playlist "{text.label}" is of a live stream, or of a recording that is not finished (its type is '
            '"dynamic"): send it when it is'
        )
    manifest = _Manifest(mpd, text.base, base_of(mpd, text.base), text.label, short_side)
    sections = tuple(_few(manifest.sections(), text.label))
    if not sections:
        raise SourceUnreadableError(f'The playlist "{text.label}" names no film and no sound')
    return Plan(text.label, sections)


def _few(sections: Iterable[Section], label: str) -> Iterator[Section]:
    """Pass sections on, and refuse the first that is too much: each is made from few words, and may be long."""
    count = 0
    for section in sections:
        count += len(section.pictures) + len(section.sound)
        if count > 2 * MOST_SEGMENTS:
            raise LimitExceededError(f'The playlist "{label}" has more than {2 * MOST_SEGMENTS} segments')
        yield section


@dataclass(frozen=True, slots=True)
class _Manifest:
    """A manifest, parsed."""

    mpd: Element
    address: str
    base: str
    label: str
    short_side: int | None

    def sections(self) -> Iterator[Section]:
        periods = [each for each in self.mpd.all("Period") if each.attributes.get("href") != _LEFT_OUT]
        if len(periods) > _MOST_PERIODS:
            raise LimitExceededError(f'The playlist "{self.label}" has more than {_MOST_PERIODS} periods')
        for period, seconds in zip(periods, self._lengths(periods), strict=True):
            self._refuse_remote(period)
            choice = choose(period, self.label, self.short_side)
            if choice is not None:
                sound = () if choice.sound is None else self._runs(choice.sound, periods, seconds)
                yield Section(self._runs(choice.pictures, periods, seconds), sound)

    def _runs(self, chosen: Representation, periods: Sequence[Element], seconds: Fraction | None) -> tuple[Run, ...]:
        period = chosen.levels[0]
        runs = MpdRuns(chosen, base_of(period, self.base), self.label, seconds, is_last=period is periods[-1])
        made = runs.runs()
        if any(run.url == self.address for run in made):
            raise SourceUnreadableError(f'The playlist "{self.label}" names no address but its own where a film is due')
        return made

    def _refuse_remote(self, period: Element) -> None:
        if any("href" in each.attributes for each in (period, *period.all("AdaptationSet"))):
            raise SourceUnreadableError(
                f'The playlist "{self.label}" has parts that are elsewhere (xlink:href), which are not followed: send '
                "one that is whole"
            )

    def _lengths(self, periods: Sequence[Element]) -> list[Fraction | None]:
        """Return how many seconds each period lasts (5.3.2.1), None where that is not told."""
        begin: Fraction | None = Fraction(0)
        begins: list[Fraction | None] = []
        for period in periods:
            told = seconds_in(period.attributes.get("start"))
            begin = begin if told is None else told
            begins.append(begin)
            length = seconds_in(period.attributes.get("duration"))
            begin = None if begin is None or length is None else begin + length
        begins.append(seconds_in(self.mpd.attributes.get("mediaPresentationDuration")))
        return [self._length(period, *begins[index : index + 2]) for index, period in enumerate(periods)]

    def _length(self, period: Element, begin: Fraction | None, end: Fraction | None) -> Fraction | None:
        told = seconds_in(period.attributes.get("duration"))
        if told is not None or begin is None or end is None:
            return told
        return end - begin
