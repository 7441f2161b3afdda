"""When does an MP4 end? By what its sample tables, its edit list and its last packets say, without a file."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fake_movie import Entry, FakeContainer, FakePacket, FakeStream, entries
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.movie_end import movie_content_end, movie_header_end

SECOND = 1000
STEADY = entries(*range(0, 10 * SECOND, 40))
"""Ten seconds of 25 pictures each."""


@pytest.fixture
def source(tmp_path: Path) -> LocalFile:
    """A file as long as the packets of `STEADY` together."""
    path = tmp_path / "movie.mp4"
    path.write_bytes(bytes(10 * len(STEADY)))
    return LocalFile(path)


def video(**said: Any) -> FakeStream:
    return FakeStream(**{"frames": len(STEADY), "duration": 10 * SECOND, "index_entries": STEADY, **said})


def sound(**said: Any) -> FakeStream:
    facts = {"index": 1, "type": "audio", "frames": 100, "index_entries": entries(0, 9 * SECOND), **said}
    return FakeStream(**facts)


def content_end(
    source: LocalFile,
    picture: FakeStream | None,
    *others: FakeStream,
    tail: Sequence[FakePacket] = (),
    edits: Any = None,
) -> Fraction | None:
    container: Any = FakeContainer([*([picture] if picture is not None else []), *others], tail)
    stream: Any = picture
    return movie_content_end(container, stream, source, None if edits is None else Fraction(edits))


def test_the_longest_stream_counts(source: LocalFile) -> None:
    """Of picture and sound, each from where it begins."""
    assert content_end(source, video()) == 10
    assert content_end(source, video(start_time=500)) == Fraction("10.5")
    assert content_end(source, video(), sound(duration=12 * SECOND)) == 12
    assert content_end(source, video(), sound(duration=9 * SECOND)) == 10
    assert content_end(source, None, sound(duration=9 * SECOND)) == 9


def test_a_stream_without_a_length(source: LocalFile) -> None:
    """It says nothing."""
    assert content_end(source, video(duration=None)) is None
    assert content_end(source, video(duration=None), sound(duration=9 * SECOND)) == 9


def test_the_edit_list_is_believed(source: LocalFile) -> None:
    """An end before that of the media is where it is cut; one right behind it is only rounded."""
    assert content_end(source, video(), edits=4) == 4
    assert content_end(source, video(), edits="10.01") == Fraction("10.01")


def test_an_edit_list_that_promises_more(source: LocalFile) -> None:
    """It is followed as far as pictures are shown: decoding times say too little of those that stay for long."""
    picture = video()
    tail = [FakePacket(picture, 9960), FakePacket(picture, 11_960), FakePacket(picture, 12_000)]
    assert content_end(source, picture, tail=tail, edits=12) == 12
    assert content_end(source, picture, tail=tail, edits=60) == Fraction("12.04")
    assert content_end(source, picture, edits=60) == 10


def test_a_last_picture_that_is_told_to_stay_for_hours(source: LocalFile) -> None:
    """The length of a packet is the step to the next one in the file: no picture stays longer than is usual."""
    picture = video()
    tail = [FakePacket(picture, 11_920), FakePacket(picture, 11_960), FakePacket(picture, 12_000, duration=3_600_000)]
    assert content_end(source, picture, tail=tail, edits=5000) == Fraction("12.04")


def test_only_pictures_that_are_shown_count(source: LocalFile) -> None:
    """Not what an edit list hides, what tells no time, or what belongs to another stream."""
    picture, other = video(), sound(duration=9 * SECOND)
    hidden = [FakePacket(picture, 30_000, is_discard=True), FakePacket(picture, None), FakePacket(other, 40_000)]
    assert content_end(source, picture, other, tail=[FakePacket(picture, 11_000), *hidden], edits=60) == Fraction(
        "11.04"
    )


def test_a_still_picture_at_the_end(source: LocalFile) -> None:
    """It begins behind what the header says, so it is over when the last packet is."""
    picture = video(index_entries=[*STEADY[:-1], Entry(15 * SECOND, 10)])
    assert content_end(source, picture, tail=[FakePacket(picture, 15 * SECOND, duration=200)]) == Fraction("15.2")


def test_a_file_that_was_cut_off(source: LocalFile) -> None:
    """What lies behind its end counts for nothing: the last packet that is held is the end."""
    source.path.write_bytes(bytes(10 * 100))
    assert content_end(source, video()) == Fraction(99 * 40, SECOND)
    assert content_end(source, video(start_time=500)) == Fraction(99 * 40 + 500, SECOND)
    source.path.write_bytes(bytes(10 * len(STEADY) - 1))
    assert content_end(source, video()) == Fraction((len(STEADY) - 2) * 40, SECOND)
    source.path.write_bytes(bytes(10 * 100))
    lost = [Entry(entry.timestamp, 10_000 + entry.pos) for entry in STEADY]
    assert content_end(source, video(index_entries=lost)) == 0
    assert content_end(source, video(), sound(duration=9 * SECOND, index_entries=entries(0, 8960))) == 9


def test_the_header_of_a_cut_file(source: LocalFile) -> None:
    """It says what is missing; of a whole file it says nothing that content does not."""
    picture, voice = video(), sound(duration=12 * SECOND)
    container: Any = FakeContainer([picture, voice])
    assert movie_header_end(container, source, Fraction(11)) is None
    source.path.write_bytes(bytes(1000))
    assert movie_header_end(container, source, Fraction(11)) == 12
    assert movie_header_end(container, source, Fraction(20)) == 20


def test_packets_that_are_hidden_are_no_edges(source: LocalFile) -> None:
    """What an edit list hides at either end does not say where the file breaks off."""
    hidden = Entry(20 * SECOND, 10_000, is_discard=True)
    assert content_end(source, video(index_entries=[*STEADY, hidden])) == 10


def test_fragments_that_were_passed(source: LocalFile) -> None:
    """Without a sample table, the list of what was passed counts, as far as it reaches; else the last packets."""
    picture = video(frames=0)
    assert content_end(source, picture) == 10
    tail = [FakePacket(picture, 10_040)]
    assert content_end(source, picture, tail=tail) == Fraction("10.08")
    beginning = video(frames=0, index_entries=STEADY[:5])
    assert content_end(source, beginning, tail=[FakePacket(beginning, 9960)]) == 10
    container: Any = FakeContainer([beginning], [FakePacket(beginning, 9960)])
    stream: Any = beginning
    movie_content_end(container, stream, source, None)
    assert container.seeks[0] > 9_000_000, "the end is looked for where the header says it is"
    assert content_end(source, video(frames=0, index_entries=())) is None


def test_sound_in_fragments(source: LocalFile) -> None:
    """Its end is when its last packet begins, if the list reaches as far as the header says."""
    whole = sound(frames=0, duration=12 * SECOND, index_entries=entries(0, 11_950, 12_000))
    part = sound(frames=0, duration=12 * SECOND, index_entries=entries(0, 3000))
    assert content_end(source, video(), whole) == 12
    assert content_end(source, video(), part) == 10
