"""What a muxer of the ffmpeg program is: its container, what that holds, and how a result of it is looked at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import ClassVar


class Muxer(ABC):
    """What writes a container.

    Attributes:
        name: Name of the container, as `storage.format` of the status tells it.
        content_type: MIME type of its files.
        video_codecs: The codecs of pictures that it holds, by FFmpeg's names, each with the names that the container
            may give it (sample entries, codec tags), of which the first is the usual one; none where it has just one.
        audio_codecs: The codecs of sound that it holds, by FFmpeg's names.
        lost_tags: What a recording tells of itself that it has no place for, by FFmpeg's names.
        holds_cover: Whether FFmpeg writes a cover into it.
    """

    name: ClassVar[str]
    content_type: ClassVar[str]
    video_codecs: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    audio_codecs: ClassVar[tuple[str, ...]] = ()
    lost_tags: ClassVar[tuple[str, ...]] = ()
    holds_cover: ClassVar[bool] = False

    @abstractmethod
    def arguments(self) -> Sequence[str]:
        """Write the arguments for its container."""

    def tag(self, codec: str, asked: str | None) -> str | None:
        """Return the name that the container gives a codec of pictures, None where it has just one for it."""
        return asked or next(iter(self.video_codecs.get(codec, ())), None)

    def complete(self, path: Path) -> Fraction | None:
        """Complete what ffmpeg leaves open in a file that it has just written, in place.

        Returns:
            How long the result is by its header, in seconds; None where ffmpeg's own account is as good.
        """
        del path
        return None

    def check(self, path: Path) -> None:
        """Check a finished file for what players need of its container, in addition to what decoding it shows.

        Raises:
            OutputInvalidError: It lacks that.
        """
        del path
