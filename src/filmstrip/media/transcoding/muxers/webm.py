"""WebM (WebM Container Guidelines), a Matroska file (RFC 9559)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.media.containers.ebml import element
from filmstrip.media.transcoding.muxers._base import Muxer

_EBML, _DOC_TYPE = 0x1A45DFA3, 0x4282
_SEGMENT, _CUES, _INFO, _DURATION = 0x18538067, 0x1C53BB6B, 0x1549A966, 0x4489
# Far more than the index of a day has, in front of the first cluster.
_MOST_HEADER_BYTES = 64 << 20


class WebmMuxer(Muxer):
    """A WebM file whose index comes first, so that players find any moment without reading its end."""

    name: ClassVar[str] = "webm"
    content_type: ClassVar[str] = "video/webm"
    video_codecs: ClassVar[Mapping[str, tuple[str, ...]]] = {"vp8": (), "vp9": (), "av1": ()}
    audio_codecs: ClassVar[tuple[str, ...]] = ("opus", "vorbis")

    def arguments(self) -> Sequence[str]:
        """Write the arguments for the container."""
        return (
            # The index first: a jump costs no request for the end of the file.
            *("-cues_to_front", "1"),
            *("-f", "webm"),
        )

    def check(self, path: Path) -> None:
        """Check that it calls itself WebM, tells its length, and has its index in front of the first cluster."""
        with path.open("rb") as file:
            head = file.read(_MOST_HEADER_BYTES)
        segment = element(head, _SEGMENT)
        if element(element(head, _EBML), _DOC_TYPE).rstrip(b"\0") != b"webm":
            raise OutputInvalidError("The result does not call itself WebM")
        if not element(element(segment, _INFO), _DURATION):
            raise OutputInvalidError("The result does not tell its length")
        if not element(segment, _CUES):
            raise OutputInvalidError("The result's index does not lie before its samples")


MUXER = WebmMuxer()
