"""Is it said what a source is that cannot be opened, and what to do?"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.containers.opening import open_container
from filmstrip.media.containers.unreadable import NO_INDEX, UNKNOWN, reason_unreadable
from filmstrip.media.source.media_source import LocalFile


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (bytes(5000), "nothing but zeros"),
        (b"<!-- x -->\n <!DOCTYPE html><title>Log in</title>", "it is a web page"),
        (b"\xef\xbb\xbf#EXTM3U\n#EXT-X-VERSION:3\n", "it is an HLS playlist"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "it is a list of files"),
        (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', "it is a DASH manifest"),
        (b"PK\x03\x04" + bytes(40), "it is a ZIP archive"),
        (b"\x1f\x8b\x08" + bytes(40), "it is compressed by gzip"),
        ("Liebe Größe, ".encode() * 500, "it is text"),
        (struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", 900, b"mdat") + bytes(892), NO_INDEX),
        (bytes(range(1, 256)) * 20, UNKNOWN),
    ],
)
def test_the_reason_says_what_the_source_is(content: bytes, reason: str, tmp_path: Path) -> None:
    """Each kind of file that is sent in place of a film is called what it is, and none in libav's words."""
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    assert reason in reason_unreadable(LocalFile(path))
    with pytest.raises(SourceUnreadableError) as told, open_container(LocalFile(path)):
        pass
    assert str(told.value) == f"The source cannot be read as media: {reason_unreadable(LocalFile(path))}"


def test_a_source_that_is_gone_has_no_reason(tmp_path: Path) -> None:
    """Looking for a reason never ends in another error."""
    assert reason_unreadable(LocalFile(tmp_path / "none")) == UNKNOWN
