"""From when to when does a source last? Header and content compared, without a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from fake_movie import FakeContainer, FakePacket, FakeStream
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.extent import Extent, find_extent, find_video_end, first_moment

SOURCE = LocalFile(Path("/nowhere"))
SECOND = 1000
MILLION = 1_000_000


def picture(**said: Any) -> FakeStream:
    return FakeStream(**said)


def voice(**said: Any) -> FakeStream:
    return FakeStream(**{"index": 1, "type": "audio", **said})


def extent(
    *streams: FakeStream,
    last: Sequence[tuple[int, int]] = (),
    members: Collection[int] | None = None,
    **said: Any,
) -> Extent:
    """Find the extent of a film whose last packets are (stream, milliseconds)."""
    tail = [FakePacket(streams[index], pts) for index, pts in last]
    container: Any = FakeContainer(streams, tail, **{"kind": "mpegts", **said})
    video: Any = next(iter(container.streams.video), None)
    return find_extent(container, video, SOURCE, members)


def test_header_and_content_agree() -> None:
    """Within half a second nothing has to be said, and the longer one counts."""
    assert extent(picture(), last=[(0, 9960)], kind="flv", duration=10 * MILLION) == Extent(Fraction(0), Fraction(10))
    found = extent(picture(), last=[(0, 10_300)], kind="flv", duration=10 * MILLION)
    assert found == Extent(Fraction(0), Fraction("10.34"))


def test_content_behind_the_header() -> None:
    """It is played all the same, and said."""
    found = extent(picture(), last=[(0, 20_000)], kind="flv", duration=10 * MILLION)
    assert (found.end, found.cut_off_at) == (Fraction("20.04"), None)
    assert found.warnings == ("The source lasts 20.040 s although its header says 10.000 s",)


def test_a_source_that_is_cut_off() -> None:
    """The seek bar covers what the header says; from where the content ends nothing is promised."""
    found = extent(picture(), last=[(0, 3960)], kind="flv", duration=10 * MILLION)
    assert (found.end, found.cut_off_at) == (10, 4)
    assert found.warnings == ("The source is cut off: it ends at 4.000 s although its header says 10.000 s",)


def test_where_a_header_tells_no_length() -> None:
    """What IVF counts are frames, of which a writer into a pipe never learned how many: the content counts alone."""
    found = extent(picture(), last=[(0, 3960)], kind="ivf", duration=10 * MILLION)
    assert found == Extent(Fraction(0), Fraction(4))


def test_the_first_moment_of_all_streams() -> None:
    """Sound may lead: time 0 is that of the container, unless it comes long before the first picture."""
    near = extent(picture(start_time=700), voice(), start_time=500_000, last=[(0, 2000)])
    assert near.start == Fraction("0.7")
    far = extent(picture(start_time=5000), voice(), start_time=500_000, last=[(0, 6000)])
    assert far.start == Fraction("0.5")
    assert extent(voice(start_time=300), start_time=300_000, last=[(0, 2000)]).start == Fraction("0.3")
    assert extent(picture(start_time=None), start_time=None, last=[(0, 2000)]).start == 0


def test_only_streams_that_are_presented_together_count() -> None:
    """Another programme of a broadcast neither begins nor ends ours."""
    streams = picture(start_time=2000), voice(start_time=1900), picture(index=2, start_time=0)
    found = extent(*streams, last=[(0, 6000), (1, 6100), (2, 90_000)], members={0, 1})
    assert (found.start, found.end) == (2, Fraction("6.14"))
    assert found.warnings == ()


def test_the_first_moment_of_some() -> None:
    """None if none of them tells when it begins."""
    container: Any = FakeContainer([picture(start_time=None), voice(start_time=1500)], start_time=None)
    assert first_moment(container, None) is None
    assert first_moment(container, {0}) is None
    assert first_moment(container, {0, 1}) == Fraction("1.5")


def test_the_end_of_the_pictures() -> None:
    """It may come long before that of the presentation; without any picture there it is that."""
    film, sound = picture(), voice()
    tail = [FakePacket(film, 4960), FakePacket(sound, 9980)]
    container: Any = FakeContainer([film, sound], tail)
    video: Any = film
    whole = Extent(Fraction(0), Fraction(10))
    assert find_video_end(container, video, SOURCE, whole) == 5
    assert container.seeks[0] < 10 * MILLION
    container.tail = tail[1:]
    assert find_video_end(container, video, SOURCE, whole) == 10
