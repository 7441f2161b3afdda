"""Does each of several destinations get the same files, whatever becomes of the others?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from filmstrip.domain.artifact import Artifact, Location
from filmstrip.domain.errors import (
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
    FilmstripError,
)
from filmstrip.domain.media_info import MediaInfo
from filmstrip.jobs.making.assignment import Assignment, Listener, Portion
from filmstrip.jobs.making.kept_files import KeptFiles
from filmstrip.jobs.making.portion_making import Making
from filmstrip.jobs.making.putting import Putter
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._base import Group
from toy_output import ToyOutput

NAMES = ("a", "b", "c")
AWAY, WRONG = DestinationUnreachableError("first is away"), DestinationForbiddenError("second refuses")


@dataclass
class Place:
    """Remembers each put; fails for a while, or for good."""

    name: str = "place"
    failures: list[FilmstripError] = field(default_factory=list)
    refusal: FilmstripError | None = None
    puts: list[str] = field(default_factory=list)

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        del data, content_type
        if self.refusal is not None:
            raise self.refusal
        if self.failures:
            raise self.failures.pop()
        self.puts.append(name)

    def locate(self, name: str) -> Location:
        return Location("local", f"file:///{self.name}/{name}", name)

    def close(self) -> None:
        pass


def _portion(folder: Path, *places: Place, listener: Listener | None = None) -> Portion:
    async def open_source() -> LocalFile:
        return LocalFile(folder / "source")

    made = Assignment(
        output=ToyOutput.model_validate({"output": "toy"}),
        document="{}",
        info=MediaInfo("mp4", Fraction(1), Fraction(0), 1, None),
        open_source=open_source,
        upscale=False,
        folder=folder,
        stores=places,
    )
    return Portion(made, Group("all", NAMES), {}, listener or Listener())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A work folder with files that were made."""
    folder = tmp_path / "0"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_bytes(b"12345")
    return folder


async def _reports() -> AsyncIterator[Artifact]:
    for name in NAMES:
        yield Artifact(name, "application/x-toy", 5)


async def _put(portion: Portion) -> Making:
    making = Making(portion)
    await Putter(2, patience_seconds=0).put_as_made(making, _reports())
    return making


async def test_every_file_goes_to_each(folder: Path) -> None:
    """And is told once it is everywhere."""
    told: list[str] = []
    places = Place(), Place(), Place()
    making = await _put(_portion(folder, *places, listener=Listener(on_put=lambda file: told.append(file.name))))
    assert [sorted(place.puts) for place in places] == [list(NAMES)] * 3
    assert sorted(told) == sorted(making.put_names) == list(NAMES)


async def test_one_that_refuses_leaves_the_others(folder: Path) -> None:
    """They get all files; the error names each that refuses, and where what was made is."""
    told: list[Artifact] = []
    places = Place("one", refusal=WRONG), Place("two"), Place("three", refusal=DestinationRefusedError("third is full"))
    with pytest.raises(DestinationForbiddenError) as caught:
        await _put(_portion(folder, *places, listener=Listener(on_put=told.append)))
    assert sorted(places[1].puts) == list(NAMES)
    assert str(caught.value) == "second refuses. third is full. What was made is at file:///two/"
    assert told == []


async def test_one_that_is_away_is_left_out_and_waited_for(folder: Path) -> None:
    """The others get all files meanwhile; then only what is missing is put, and nothing twice."""
    places = Place(failures=[AWAY]), Place()
    portion = _portion(folder, *places)
    making = Making(portion)
    with pytest.raises(DestinationUnreachableError, match="first is away"):
        await Putter(1, patience_seconds=0).put_as_made(making, _reports())
    assert (places[0].puts, sorted(places[1].puts)) == ([], list(NAMES))
    KeptFiles(folder).keep(making.unput)
    put: dict[str, Artifact] = {}
    await Putter(1, patience_seconds=0).put_kept(portion, put)
    assert sorted(put) == sorted(places[0].puts) == sorted(places[1].puts) == list(NAMES)


async def test_what_is_made_anew_goes_to_each_again(folder: Path) -> None:
    """All destinations have the same bytes: a copy of an earlier making counts for nothing."""
    places = Place(failures=[AWAY]), Place()
    portion = _portion(folder, *places)
    with pytest.raises(DestinationUnreachableError):
        await _put(portion)
    places[0].puts.clear()
    places[1].puts.clear()
    for name in NAMES:
        (folder / name).unlink()
        (folder / name).write_bytes(b"54321")
    await _put(portion)
    assert sorted(places[0].puts) == sorted(places[1].puts) == list(NAMES)


async def test_a_refusal_counts_more_than_an_outage(folder: Path) -> None:
    """Waiting for one does not help if another refuses for good."""
    places = Place(failures=[AWAY] * 3), Place(refusal=WRONG), Place("three")
    with pytest.raises(DestinationForbiddenError, match="second refuses") as caught:
        await _put(_portion(folder, *places))
    assert "first is away" in str(caught.value)
    assert sorted(places[2].puts) == list(NAMES)


async def test_the_work_ends_at_once_if_none_takes_anything(folder: Path) -> None:
    """Nothing more is made for nobody."""
    places = Place(refusal=WRONG), Place(failures=[AWAY] * 9)
    with pytest.raises(DestinationForbiddenError, match=r"first is away\Z|second refuses"):
        await _put(_portion(folder, *places))
    assert [place.puts for place in places] == [[], []]
