"""Is it said that a source is encrypted, instead of something about damage?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assets import ASSETS
from assets.transport import PACKET
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from mp4_bench import encode, generate

KEY = ("-encryption_key", "b42ca3172ee4e69bf51848a59db9cd13", "-encryption_kid", "09e367028f33436ca5dd60ffe6671e70")
# ContentEncodings, ContentEncoding, its type, ContentEncryption with its algorithm and the name of its key (AES, WebM).
CONTENT_ENCRYPTION = bytes.fromhex("6d80 93 6240 90 5033 8101 5035 89 47e1 8105 47e2 82 abcd")
ASF_ENCRYPTION = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")


def common_encryption(folder: Path, *options: str) -> Path:
    return generate(
        folder / "cenc.mp4",
        *("-i", str(ASSETS["plain.mp4"].path), "-c", "copy", "-encryption_scheme", "cenc-aes-ctr", *KEY, *options),
    )


def fragmented(folder: Path) -> Path:
    return common_encryption(folder, "-movflags", "frag_keyframe+empty_moov")


def fairplay(folder: Path) -> Path:
    """Name the samples as iTunes does; libav has no decoder for them."""
    path = folder / "film.m4v"
    path.write_bytes(ASSETS["plain.mp4"].path.read_bytes().replace(b"avc1", b"drmi"))
    return path


def matroska(folder: Path) -> Path:
    """Put the element that says so into the last track entry, the video's, which grows."""
    path = generate(folder / "film.mkv", *("-i", str(ASSETS["plain.mp4"].path), "-map", "0:v", "-c", "copy"))
    data = path.read_bytes()
    segment = data.index(bytes.fromhex("18538067")) + 4
    # Its ID stands in the list of what can be sought as well.
    tracks = data.index(bytes.fromhex("1654ae6b"), data.index(bytes.fromhex("1654ae6b")) + 4) + 4
    entry = data.index(bytes.fromhex("ae01"), tracks) + 1
    for at in (segment, tracks, entry):
        width = 9 - data[at].bit_length()
        size = int.from_bytes(data[at : at + width], "big") + len(CONTENT_ENCRYPTION)
        data = data[:at] + size.to_bytes(width, "big") + data[at + width :]
    after = entry + 9 - data[entry].bit_length()
    path.write_bytes(data[:after] + CONTENT_ENCRYPTION + data[after:])
    return path


def scrambled_transport(folder: Path) -> Path:
    """Scramble the payload of all streams but for the tables, as pay television does."""
    data = bytearray(ASSETS["plain.ts"].path.read_bytes())
    for at in range(0, len(data), PACKET):
        pid = (data[at + 1] & 0x1F) << 8 | data[at + 2]
        if pid in (0x100, 0x101):
            data[at + 3] |= 0x80
            payload = at + 4 + (1 + data[at + 4] if data[at + 3] & 0x20 else 0)
            data[payload : at + PACKET] = bytes(
                byte ^ (0x5A + 37 * count & 0xFF) for count, byte in enumerate(data[payload : at + PACKET])
            )
    return _written(folder / "film.ts", data)


def sample_encrypted(folder: Path, kinds: bytes = b"\x1b\x0f") -> Path:
    """Give streams the types that segments of HLS with SAMPLE-AES have in their tables, with a right checksum."""
    data = bytearray(ASSETS["plain.ts"].path.read_bytes())
    for at in range(0, len(data), PACKET):
        table = data.find(b"\x02\xb0", at, at + 8)
        if (data[at + 1] & 0x1F) << 8 | data[at + 2] == 0x1000 and table > 0:
            end = table + 3 + int.from_bytes(data[table + 1 : table + 3], "big") % 4096
            stream = table + 12
            while stream < end - 4:
                data[stream] = {0x1B: 0xDB, 0x0F: 0xCF}[data[stream]] if data[stream] in kinds else data[stream]
                stream += 5 + int.from_bytes(data[stream + 3 : stream + 5], "big") % 4096
            data[end - 4 : end] = checksum(data[table : end - 4]).to_bytes(4, "big")
    return _written(folder / "segment.ts", data)


def checksum(section: bytes | bytearray) -> int:
    """Compute the CRC of a table (ISO/IEC 13818-1, annex A)."""
    value = 0xFFFFFFFF
    for byte in section:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value >> 31 else 0)) & 0xFFFFFFFF
    return value


def scrambled_disc(folder: Path) -> Path:
    """Set the bits of scrambled packets in a program stream."""
    clear = generate(folder / "clear.vob", *("-i", str(ASSETS["plain.mpg"].path), "-c", "copy"))
    data = bytearray(clear.read_bytes())
    at = data.find(b"\0\0\1\xe0")
    while at >= 0:
        data[at + 6] |= 0x30
        data[at + 200 : at + 1900] = bytes(byte ^ 0xA5 for byte in data[at + 200 : at + 1900])
        at = data.find(b"\0\0\1\xe0", at + 4)
    return _written(folder / "film.vob", data)


def windows_media(folder: Path) -> Path:
    """Give an ASF file the header object that says so."""
    data = ASSETS["plain.asf"].path.read_bytes()
    header, count = int.from_bytes(data[16:24], "little"), int.from_bytes(data[24:28], "little")
    fields = [b"secret\0", b"DRM\0", b"key\0", b"https://example.com/\0"]
    body = b"".join(len(field).to_bytes(4, "little") + field for field in fields)
    added = ASF_ENCRYPTION + (24 + len(body)).to_bytes(8, "little") + body
    head = data[:16] + (header + len(added)).to_bytes(8, "little") + (count + 1).to_bytes(4, "little") + data[28:30]
    return _written(folder / "film.wmv", head + added + data[30:])


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "make",
    [
        common_encryption,
        fragmented,
        fairplay,
        matroska,
        scrambled_transport,
        scrambled_disc,
        windows_media,
        sample_encrypted,
    ],
    ids=lambda make: make.__name__,
)
def test_encrypted_video_is_called_encrypted(make: Callable[[Path], Path], tmp_path: Path) -> None:
    """The error says so, whatever the container."""
    with pytest.raises(SourceUnreadableError, match="The source's video is encrypted"):
        probe(LocalFile(make(tmp_path)), MediaSettings())


def test_encrypted_sound_alone_is_left_out(tmp_path: Path) -> None:
    """Where the pictures are in the clear, they are shown, and it is said what is missing."""
    mixed = ASSETS["plain.mp4"].path.read_bytes().replace(b"mp4a", b"enca")
    info = probe(LocalFile(_written(tmp_path / "mixed.mp4", mixed)), MediaSettings())
    assert not info.audio
    assert "The sound of the source is encrypted, and left out" in info.warnings
    assert encode(tmp_path / "mixed.mp4", tmp_path, duration=1).result.meta["audio_codec"] is None


def test_encrypted_sound_of_a_segment_is_left_out(tmp_path: Path) -> None:
    """The same holds for a segment of HLS whose sound alone is encrypted sample by sample."""
    info = probe(LocalFile(sample_encrypted(tmp_path, b"\x0f")), MediaSettings())
    assert not info.audio
    assert "The sound of the source is encrypted, and left out" in info.warnings
