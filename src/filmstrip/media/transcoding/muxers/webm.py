"""WebM (WebM Container Guidelines), a Matroska file (RFC 9559)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.muxers._webm_structure import read_structure


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
        """Check that it calls itself WebM, tells its length, has its index in front of all samples, and is whole."""
        structure = read_structure(path)
        if structure.doc_type != "webm":
            raise OutputInvalidError("The result does not call itself WebM")
        if not structure.tells_length:
            raise OutputInvalidError("The result does not tell its length")
        if structure.whole_bytes != path.stat().st_size:
            raise OutputInvalidError(f"The result is damaged at byte {structure.whole_bytes}")
        if not structure.is_index_first:
            raise OutputInvalidError("The result's index does not lie before its samples")


MUXER = WebmMuxer()
