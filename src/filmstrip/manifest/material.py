"""What manifests are written of: one size of finished thumbnails, as each kind of manifest asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Protocol

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.manifest_kind import ManifestFile
from filmstrip.domain.timing import TimeRange
from filmstrip.manifest.picture import Cue
from filmstrip.manifest.sprite_series import SpriteSeries


class Material(Protocol):
    """One size of finished thumbnails; pictures are in order of time."""

    @property
    def tile(self) -> FrameSize:
        """Width and height of a picture."""

    @property
    def interval(self) -> Fraction:
        """Seconds from one picture to the next; the least ones if they differ."""

    @property
    def duration(self) -> Fraction:
        """Seconds that are covered altogether."""

    def spans(self) -> Sequence[TimeRange]:
        """Return when each picture is shown, touching each other, from 0."""

    def cues(self) -> Sequence[Cue]:
        """Return when each picture is shown and where it is."""

    def frames(self) -> Sequence[FrameStamp]:
        """Return which frame of the source each picture shows."""

    def series(self) -> SpriteSeries:
        """Return the files of pictures by their URL references."""

    def neighbours(self) -> SpriteSeries:
        """Return them by their bare names, whatever addresses they have."""

    def jpeg_sizes(self) -> Sequence[int]:
        """Return the length of the JPEG of each picture in bytes."""

    def jpegs(self) -> Iterator[bytes]:
        """Yield the JPEG of each picture."""

    def reference(self, file: ManifestFile) -> str:
        """Return the URL reference of a file beside the pictures."""
