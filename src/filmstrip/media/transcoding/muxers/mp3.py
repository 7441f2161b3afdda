"""MP3 files: frames one behind the other, in front of them tags (ID3) and how long it all is (Xing)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.media.transcoding.muxers._base import Muxer

_ID3_BYTES = 10
_FIRST_FRAME_BYTES = 2048
_LAME_DELAYS = 141  # from the header's name to the delays of encoder and decoder, with all four of its optional fields


class Mp3Muxer(Muxer):
    """An MP3 file that tells how many samples its encoder added in front and behind: pieces join without a gap."""

    name: ClassVar[str] = "mp3"
    content_type: ClassVar[str] = "audio/mpeg"
    audio_codecs: ClassVar[tuple[str, ...]] = ("mp3",)
    holds_cover: ClassVar[bool] = True

    def arguments(self) -> Sequence[str]:
        """Write the arguments for the container."""
        return (
            # Version 3 of the tags is what Windows and older players read.
            *("-id3v2_version", "3"),
            *("-write_xing", "1"),
            *("-f", "mp3"),
        )

    def check(self, path: Path) -> None:
        """Check that the first frame tells the length, and what the encoder added."""
        with path.open("rb") as file:
            file.seek(_tags_end(file.read(_ID3_BYTES)))
            frame = file.read(_FIRST_FRAME_BYTES)
        at = max(frame.find(b"Info"), frame.find(b"Xing"))
        delays = frame[at + _LAME_DELAYS : at + _LAME_DELAYS + 3]
        if at < 0 or not any(delays):
            raise OutputInvalidError("The result does not tell its length, or what its encoder added")


def _tags_end(head: bytes) -> int:
    """Return where the tags in front end (ID3v2, 3.1): their size has seven bits a byte."""
    if not head.startswith(b"ID3"):
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte
    return _ID3_BYTES + size


MUXER = Mp3Muxer()
