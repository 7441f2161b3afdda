"""Checks every rule on a set of thumbnails where it lies, read as a page would read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.errors import SourceNotFoundError, SourceUnreadableError
from filmstrip.manifest.lint.finding import Finding
from filmstrip.manifest.lint.inspection import Kind, inspect, kind_of, pictures_of, playlists_of
from filmstrip.manifest.lint.surroundings import PictureFacts, Surroundings
from filmstrip.media.pictures.picture_check import picture_size
from filmstrip.params.destination import without_credentials
from filmstrip.service.local_access import allow_urls
from filmstrip.service.published_place import FolderPlace, Place, WebPlace
from filmstrip.storage.published import MOST_BYTES, Published, PublishedFiles
from filmstrip.storage.settings import StorageSettings


@dataclass(frozen=True, slots=True)
class Page:
    """The page that plays the video.

    Attributes:
        origin: Its origin, such as "https://www.example.com".
        track_src: The track's address as the page writes it, None if it is not to be judged.
        video_crossorigin: Whether its video element has the attribute `crossorigin`.
    """

    origin: str
    track_src: str | None = None
    video_crossorigin: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out about one manifest.

    Attributes:
        address: Its path or URL.
        kind: What it is.
        findings: The rules that it breaks.
        pictures: How many pictures it points at were looked at.
    """

    address: str
    kind: Kind
    findings: tuple[Finding, ...]
    pictures: int


def lint(address: str, page: Page, duration: Fraction | None, settings: StorageSettings) -> list[Report]:
    """Check a manifest, or all manifests of a folder, and the playlists of thumbnails that they point at.

    Args:
        address: A path, or an http or https URL.
        page: The page that plays the video.
        duration: Length of the video's container in seconds, None if the end is not to be judged.
        settings: Patience with web servers.

    Raises:
        SourceNotFoundError: There is nothing at the address.
        SourceUnreadableError: There is no manifest of thumbnails.
    """
    around = Surroundings(
        track_src=page.track_src, video_crossorigin=page.video_crossorigin, duration=duration, page_origin=page.origin
    )
    if "://" in address and not address.lower().startswith(("http://", "https://")):
        shown = without_credentials(address)
        raise SourceNotFoundError(
            f'"{shown}" is not asked for as a player would: give the http:// or https:// URL of the manifest, or its '
            "path"
        )
    if "://" not in address:
        return _lint_all(_manifests_in(Path(address)), FolderPlace(), replace(around, page_origin=None))
    with closing(PublishedFiles(page.origin, allow_urls((address,), settings))) as files:
        return _lint_all([address], WebPlace(files), around)


def _manifests_in(path: Path) -> list[str]:
    if not path.exists():
        raise SourceNotFoundError(f'There is nothing at "{path}"')
    if not path.is_dir():
        return [str(path)]
    # The film itself may lie beside its pictures.
    files = (each for each in path.iterdir() if each.is_file() and each.stat().st_size <= MOST_BYTES)
    return sorted(str(each) for each in files)


def _lint_all(addresses: list[str], place: Place, around: Surroundings) -> list[Report]:
    reports: dict[str, Report] = {}
    waiting = list(addresses)
    while waiting:
        address = waiting.pop(0)
        answer = place.read(address)
        if answer.problem:
            raise SourceNotFoundError(f'"{address}" cannot be fetched: {answer.problem}')
        kind = kind_of(answer.data, address.partition("?")[0])
        if kind and address not in reports:
            reports[address] = _report(address, answer, kind, place, around)
            waiting += _playlists(address, answer.data, kind, place)
    if not reports:
        raise SourceUnreadableError(f"There is no manifest of thumbnails among {', '.join(addresses) or 'no files'}")
    return list(reports.values())


def _playlists(address: str, data: bytes, kind: Kind, place: Place) -> Iterator[str]:
    for name in playlists_of(data, kind):
        with suppress(ValueError):  # no URL reference, as a rule tells
            resolved = place.resolve(address, name)
            if resolved:
                yield resolved


def _report(address: str, answer: Published, kind: Kind, place: Place, around: Surroundings) -> Report:
    pictures = dict(_look_at_pictures(address, answer.data, kind, place))
    known = replace(around, url=address, allow_origin=answer.allow_origin, pictures=pictures)
    return Report(address, kind, tuple(inspect(answer.data, kind, known)), len(pictures))


def _look_at_pictures(address: str, data: bytes, kind: Kind, place: Place) -> Iterator[tuple[str, PictureFacts]]:
    for name in pictures_of(data, kind):
        try:
            resolved = place.resolve(address, name)
        except ValueError:
            yield name, PictureFacts("its name is no URL reference")
            continue
        if resolved:
            yield name, _facts(place.read(resolved))


def _facts(answer: Published) -> PictureFacts:
    if answer.problem:
        return PictureFacts(answer.problem)
    try:
        return PictureFacts(None, picture_size(answer.data), answer.allow_origin)
    except ValueError as error:
        return PictureFacts(str(error))
