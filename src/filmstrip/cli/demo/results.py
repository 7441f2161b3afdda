"""What the job has made: all of it, fetched over HTTP from where the status says that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from filmstrip.cli.demo.api_client import FinishedOutput, TaskState
from filmstrip.cli.demo.web import fetch
from filmstrip.domain.errors import FilmstripError


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the bucket.

    Attributes:
        path: Where it was copied to.
        content_type: The type that the bucket serves it with.
    """

    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that the job has made.

    Attributes:
        mp4: The clip.
        pictures: The thumbnails, in order.
        track: The WebVTT file.
        names_in_bucket: The keys of all objects in the bucket.
    """

    mp4: StoredFile
    pictures: tuple[StoredFile, ...]
    track: StoredFile
    names_in_bucket: tuple[str, ...]

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """All of them."""
        return (self.mp4, *self.pictures, self.track)


def fetch_results(state: TaskState, names_in_bucket: Sequence[str], folder: Path) -> Results:
    """Copy the results of a completed task into a folder.

    Raises:
        FilmstripError: The status does not name them, or they are not where it says.
    """
    video, images = _only(state.videos, "videos"), _only(state.images, "images")
    thumbnails = folder / "thumbnails"
    thumbnails.mkdir(parents=True, exist_ok=True)
    track_url = images.url or ""
    names = images.storage.names if images.storage else []
    return Results(
        mp4=_copy(video.url or "", folder / "bbb.mp4"),
        pictures=tuple(
            _copy(urljoin(track_url, name), thumbnails / name) for name in sorted(names) if name.endswith(".png")
        ),
        track=_copy(track_url, thumbnails / "thumbnails.vtt"),
        names_in_bucket=tuple(names_in_bucket),
    )


def _only(outputs: Sequence[FinishedOutput], list_name: str) -> FinishedOutput:
    if len(outputs) != 1:
        raise FilmstripError(f"The status has {len(outputs)} {list_name} instead of one")
    return outputs[0]


def _copy(url: str, path: Path) -> StoredFile:
    fetched = fetch(url)
    path.write_bytes(fetched.body)
    return StoredFile(path, fetched.content_type)
