"""Are sources that are stitched fetched into one file, each once, whatever comes between?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from filmstrip.domain.errors import (
    HostNotAllowedError,
    LimitExceededError,
    SourceChangedError,
    SourceUnreachableError,
)
from filmstrip.jobs.making.named_source import naming_one
from filmstrip.jobs.tasks.stitched_fetching import fetch_stitched
from filmstrip.jobs.tasks.surroundings import naming_host
from filmstrip.media.source.media_source import LocalFile
from filmstrip.params.query import NamedSource
from filmstrip.storage.joined_file import JoinedFile
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion

SOURCES = tuple(NamedSource(f"stitch[{at * 2}].url", f"http://h{at}.example/film") for at in range(3))


def write_new(path: Path, content: bytes) -> None:
    """Write a file where there is none: what an attempt left that was cut off is not known to be this one."""
    with path.open("xb") as file:
        file.write(content)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def lose(folder: Path) -> None:
    """Remove all files, as the loss of a work folder does."""
    for path in folder.iterdir():
        path.unlink()


@dataclass
class Hosts:
    """What sources consist of, in place of their hosts, and who was asked for which."""

    contents: dict[str, bytes] = field(
        default_factory=lambda: {each.url: bytes([at]) * 1000 for at, each in enumerate(SOURCES)}
    )
    failures: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str, path: Path) -> tuple[LocalFile, SourceVersion]:
        self.asked.append(url)
        write_new(path, self.contents[url])
        if url in self.failures:
            raise self.failures[url]
        return LocalFile(path), SourceVersion(1000, f'"{self.contents[url][0]}"')


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


Fetch = Callable[..., Awaitable[SourceVersion]]


@pytest.fixture
def fetch(hosts: Hosts, tmp_path: Path) -> Fetch:
    """Fetches all into the file "source"."""
    storage = StorageSettings(tmp_path / "temporary", max_source_gb=3000e-9)

    async def fetch(expected: SourceVersion | None = None, storage: StorageSettings = storage) -> SourceVersion:
        joined = JoinedFile(tmp_path / "source")
        listener = {"expected": expected, "on_progress": lambda _fraction: None}
        file, version = await fetch_stitched(SOURCES, joined, hosts.fetch, storage, **listener)  # type: ignore[arg-type]
        assert file == LocalFile(tmp_path / "source")
        return version

    return fetch


async def test_all_are_fetched_once(hosts: Hosts, fetch: Fetch, tmp_path: Path) -> None:
    """Nothing lies beside them afterwards but their list; asked again, they are there."""
    version = await fetch()
    assert (tmp_path / "source").read_bytes() == b"".join(hosts.contents.values())
    assert names(tmp_path) == {"source", "source.joined"}
    assert await fetch(version) == version
    assert hosts.asked == [source.url for source in SOURCES]


async def test_an_outage_names_its_source_and_costs_no_other(hosts: Hosts, fetch: Fetch, tmp_path: Path) -> None:
    """What was there before it stays; what was half there is fetched again."""
    hosts.failures[SOURCES[1].url] = SourceUnreachableError("The host does not answer")
    with pytest.raises(SourceUnreachableError, match=r"^stitch\[2\].url: The host does not answer$") as caught:
        await fetch()
    assert caught.value.host == "h1.example"
    hosts.failures.clear()
    await fetch()
    assert hosts.asked == [SOURCES[at].url for at in (0, 1, 1, 2)]
    assert (tmp_path / "source").read_bytes() == b"".join(hosts.contents.values())


async def test_what_may_not_be_read_is_named(hosts: Hosts, fetch: Fetch) -> None:
    """Also where the reason is the operator and no source."""
    hosts.failures[SOURCES[2].url] = HostNotAllowedError("The host is not allowed")
    with pytest.raises(HostNotAllowedError, match=r"^stitch\[4\].url: The host is not allowed$"):
        await fetch()


async def test_all_together_have_one_limit(hosts: Hosts, fetch: Fetch) -> None:
    """The one that is too much is named."""
    hosts.contents[SOURCES[2].url] += b"x"
    with pytest.raises(LimitExceededError, match=r"^stitch\[4\].url: With this one, .* too large together"):
        await fetch()
    hosts.contents[SOURCES[2].url] = hosts.contents[SOURCES[2].url][:-1]
    await fetch()


async def test_a_source_that_changed_is_noticed(hosts: Hosts, fetch: Fetch, tmp_path: Path) -> None:
    """By its state alone: the length of all is the same, where the file was lost and is fetched again."""
    version = await fetch()
    lose(tmp_path)
    assert await fetch(version) == version
    lose(tmp_path)
    hosts.contents[SOURCES[1].url] = b"y" * 1000
    with pytest.raises(SourceChangedError):
        await fetch(version)


def test_the_host_of_an_item_is_not_taken_for_the_first_one() -> None:
    """Who waits for a host waits for that which did not answer."""
    with pytest.raises(SourceUnreachableError) as caught, naming_host(SOURCES[0].url), naming_one(SOURCES[1]):
        raise SourceUnreachableError("The host does not answer")
    assert caught.value.host == "h1.example"
